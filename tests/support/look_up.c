/* SPDX-License-Identifier: MIT */
/*
 * look_up HOW NAME: calls the look-up functions of glibc as programs do that module writers do not
 * think of, and prints what they get. The hosts line is "qemuvm [!UNAVAIL=return] files", without a
 * file, so that the module is the one that the loader finds first. See --help.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Systems of 32 bits have it by another name. */
#ifndef SYS_newfstatat
#define SYS_newfstatat SYS_fstatat64
#endif

int __nss_configure_lookup(const char *database, const char *services);

typedef enum nss_status look_up_4(const char *name, struct gaih_addrtuple **pat, char *buffer,
	size_t buflen, int *errnop, int *h_errnop, int32_t *ttlp);

static look_up_4 *load_module(void)
{
	void *module = dlopen("libnss_qemuvm.so.2", RTLD_NOW);
	look_up_4 *function = NULL;

	if (module != NULL)
		*(void **)&function = dlsym(module, "_nss_qemuvm_gethostbyname4_r");
	if (function == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(2);
	}
	return function;
}

static const char *code_name(int code)
{
	switch (code) {
	case 0:
		return "OK";
	case EAI_NONAME:
		return "EAI_NONAME";
	case EAI_NODATA:
		return "EAI_NODATA";
	case EAI_AGAIN:
		return "EAI_AGAIN";
	case EAI_SYSTEM:
		return "EAI_SYSTEM";
	default:
		return gai_strerror(code);
	}
}

static int resolve(const char *name, int family, int flags, struct addrinfo **ret_list)
{
	struct addrinfo hints = {
		.ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags};

	return getaddrinfo(name, NULL, &hints, ret_list);
}

static int resolves(const char *name)
{
	struct addrinfo *list;
	int code = resolve(name, AF_UNSPEC, 0, &list);

	if (code == 0)
		freeaddrinfo(list);
	return code;
}

static void print_list(const struct addrinfo *list)
{
	char text[NI_MAXHOST];

	for (; list != NULL; list = list->ai_next)
		if (getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof(text), NULL, 0,
			    NI_NUMERICHOST) == 0)
			printf(" %s", text);
}

/* The codes of getaddrinfo() for each family, and what it gives. */
static int codes(const char *name)
{
	static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};

	for (int i = 0; i < 3; i++) {
		struct addrinfo *list = NULL;
		int code = resolve(name, families[i], 0, &list);

		printf("%s", code_name(code));
		if (code == 0) {
			print_list(list);
			freeaddrinfo(list);
		}
		putchar('\n');
	}
	return 0;
}

static int canonical(const char *name)
{
	struct addrinfo *list;
	int code = resolve(name, AF_UNSPEC, AI_CANONNAME, &list);

	puts(code == 0 ? list->ai_canonname : code_name(code));
	if (code == 0)
		freeaddrinfo(list);
	return 0;
}

/* What the module itself says, called directly: status, h_errno, and whether errno is as it was. */
static int status(const char *name)
{
	look_up_4 *function = load_module();
	struct gaih_addrtuple *tuples = NULL;
	char buffer[1024];
	int error = 55, h_error = 66;
	int32_t ttl = 77;
	enum nss_status result;

	errno = 123;
	result = function(name, &tuples, buffer, sizeof(buffer), &error, &h_error, &ttl);
	printf("status %d h_errno %d errno %s errnop %d\n", (int)result, h_error,
		errno == 123 ? "kept" : "lost", error);
	return 0;
}

/* A loop of calls between two system calls that a trace shows. */
static int silent(const char *name)
{
	look_up_4 *function = load_module();
	struct gaih_addrtuple *tuples = NULL;
	char buffer[1024];
	int error, h_error;

	syscall(SYS_getppid);
	for (int i = 0; i < 1000; i++)
		function(name, &tuples, buffer, sizeof(buffer), &error, &h_error, NULL);
	syscall(SYS_getppid);
	return 0;
}

/* One look-up, with everything loaded before, between two system calls that a trace shows. */
static int marked(const char *name)
{
	int code;

	resolves("foreign.example");
	syscall(SYS_getppid);
	code = resolves(name);
	syscall(SYS_getppid);
	puts(code_name(code));
	return 0;
}

static int reload(const char *name)
{
	(void)name;
	for (int i = 0; i < 1000; i++) {
		void *module = dlopen("libnss_qemuvm.so.2", RTLD_NOW);

		if (module == NULL || dlclose(module) != 0)
			return 1;
	}
	puts("OK");
	return 0;
}

/* The lowest free descriptor tells how many are open. */
static int count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static int again(const char *name)
{
	int before, code = resolves(name);

	before = count_descriptors();
	for (int i = 0; i < 200 && code == 0; i++)
		code = resolves(name);
	printf("%s descriptors %+d\n", code_name(code), count_descriptors() - before);
	return 0;
}

static void *resolve_in_thread(void *name)
{
	return (void *)(intptr_t)resolves(name);
}

static int threads(const char *name)
{
	pthread_t ids[64];
	int good = 0;

	for (int i = 0; i < 64; i++)
		pthread_create(&ids[i], NULL, resolve_in_thread,
			i % 2 == 0 ? (void *)(uintptr_t)name : "foreign.example");
	for (int i = 0; i < 64; i++) {
		void *code;

		pthread_join(ids[i], &code);
		good += i % 2 == 0 && (intptr_t)code == 0;
	}
	printf("%d of 32\n", good);
	return 0;
}

/* getaddrinfo() itself needs more than the least stack, so the module is called. */
static look_up_4 *small_stack_function;

static void *call_module(void *name)
{
	struct gaih_addrtuple *tuples = NULL;
	char buffer[1024];
	int error, h_error;

	return (void *)(intptr_t)small_stack_function(
		name, &tuples, buffer, sizeof(buffer), &error, &h_error, NULL);
}

static int stack(const char *name)
{
	pthread_attr_t attributes;
	pthread_t id;
	void *result;

	small_stack_function = load_module();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN);
	pthread_create(&id, &attributes, call_module, (void *)(uintptr_t)name);
	pthread_join(id, &result);
	printf("status %d\n", (int)(intptr_t)result);
	return 0;
}

static int cancel(const char *name)
{
	struct timespec pause = {0};
	int before;

	resolves(name);
	small_stack_function = load_module();
	before = count_descriptors();
	for (int i = 0; i < 100; i++) {
		pthread_t id;

		pthread_create(&id, NULL, call_module, (void *)(uintptr_t)name);
		pause.tv_nsec = i * 20000L;
		nanosleep(&pause, NULL);
		pthread_cancel(id);
		pthread_join(id, NULL);
	}
	printf("descriptors %+d\n", count_descriptors() - before);
	return 0;
}

static void ignore(int signal_number)
{
	(void)signal_number;
}

static int alarms(const char *name)
{
	struct sigaction action = {.sa_handler = ignore};
	struct itimerval every = {{0, 1000}, {0, 1000}};
	int code;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	code = resolves(name);
	puts(code_name(code));
	return 0;
}

static int closed(const char *name)
{
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100), code;

	close(0);
	close(1);
	close(2);
	code = resolves(name);
	dprintf(out, "%s\n", code_name(code));
	return fcntl(0, F_GETFD) >= 0 || fcntl(1, F_GETFD) >= 0 || fcntl(2, F_GETFD) >= 0;
}

static int crowded(const char *name)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 6000 ? limit.rlim_max : 6000;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < 5000; i++)
		if (fcntl(0, F_DUPFD_CLOEXEC, 3) < 0)
			return 1;
	puts(code_name(resolves(name)));
	return 0;
}

static int exhausted(const char *name)
{
	const char *left = getenv("LOOK_UP_LEFT");
	struct rlimit limit = {64, 64};
	int fd, last = 2;

	/* So that nothing else has to be loaded when there is none left. */
	resolves("foreign.example");
	setrlimit(RLIMIT_NOFILE, &limit);
	while ((fd = fcntl(0, F_DUPFD_CLOEXEC, 3)) >= 0)
		last = fd;
	for (int i = 0; left != NULL && i < atoi(left); i++)
		close(last - i);
	puts(code_name(resolves(name)));
	return 0;
}

static int forked(const char *name)
{
	pthread_t id;
	int child_status = 1;
	pid_t child;

	pthread_create(&id, NULL, resolve_in_thread, (void *)(uintptr_t)name);
	usleep(2000);
	child = fork();
	if (child == 0) {
		alarm(5);
		_exit(resolves(name) == 0 ? 0 : 1);
	}
	waitpid(child, &child_status, 0);
	pthread_join(id, NULL);
	puts(child_status == 0 ? "OK" : "failed");
	return 0;
}

/* tests/support/preload/fail_allocation.c */
extern bool fail_allocation(unsigned int nth) __attribute__((weak));

/* Each allocation of a look-up fails in turn: found, or to be tried again, and nothing else. */
static int starved(const char *name)
{
	look_up_4 *function = load_module();
	int before = count_descriptors();
	unsigned int count = 0;
	bool has_failed;

	do {
		struct gaih_addrtuple *tuples = NULL;
		int error = 0, h_error = 66;
		char buffer[1024];
		enum nss_status result;

		errno = 123;
		fail_allocation(++count);
		result = function(name, &tuples, buffer, sizeof(buffer), &error, &h_error, NULL);
		has_failed = fail_allocation(0);
		if (!(result == NSS_STATUS_SUCCESS && h_error == 0) &&
			!(result == NSS_STATUS_TRYAGAIN && h_error == TRY_AGAIN))
			printf("allocation %u: status %d h_errno %d\n", count, (int)result,
				h_error);
	} while (has_failed);
	printf("%s, descriptors %+d\n", count > 1 ? "OK" : "none", count_descriptors() - before);
	return 0;
}

static void cancel_this_thread(int signal_number)
{
	(void)signal_number;
	pthread_cancel(pthread_self());
}

static void *pause_for_ever(void *context)
{
	for (;;)
		pause();
	return context;
}

static void *resolve_marked(void *name)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
	syscall(SYS_getppid);
	(void)resolves(name);
	syscall(SYS_getppid);
	return NULL;
}

/* A trace sends SIGUSR1 at one of the thread's system calls, which cancels it. The main thread,
 * which makes calls of that name as well, was started with the signal ignored, and blocks it. */
static int cancelled(const char *name)
{
	struct sigaction action = {.sa_handler = cancel_this_thread};
	pthread_t id;
	int before;

	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	sigaction(SIGUSR1, &action, NULL);
	resolves("foreign.example");
	/* The first cancellation loads a library, which a handler must not do. */
	pthread_create(&id, NULL, pause_for_ever, NULL);
	pthread_cancel(id);
	pthread_join(id, NULL);
	before = count_descriptors();
	pthread_create(&id, NULL, resolve_marked, (void *)(uintptr_t)name);
	pthread_join(id, NULL);
	printf("descriptors %+d, then %s\n", count_descriptors() - before,
		code_name(resolves(name)));
	return 0;
}

static long resident_kib(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
		exit(1);
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* A million look-ups of a foreign name and 20,000 of this one. */
static int growth(const char *name)
{
	look_up_4 *function = load_module();
	struct gaih_addrtuple *tuples = NULL;
	int error, h_error, descriptors, failed = 0;
	char buffer[1024];
	long before;

	for (int i = 0; i < 100; i++)
		(void)resolves(name);
	before = resident_kib();
	descriptors = count_descriptors();
	for (int i = 0; i < 1000000; i++)
		function(
			"www.example.org", &tuples, buffer, sizeof(buffer), &error, &h_error, NULL);
	for (int i = 0; i < 20000; i++)
		failed += resolves(name) != 0;
	printf("failed %d, grown by %ld KiB, descriptors %+d\n", failed, resident_kib() - before,
		count_descriptors() - descriptors);
	return 0;
}

/* The system call fails from here on, as a sandbox makes it. */
static void deny(long number, int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(9);
}

/* What a sandbox denies: never a crash, and never more than "not now" or "no such name". */
static int sandboxed(const char *name)
{
	static const long numbers[] = {SYS_socket, SYS_openat, SYS_uname, SYS_rt_sigprocmask,
		SYS_getdents64, SYS_connect, SYS_sendto, SYS_recvmsg, SYS_ppoll, SYS_fcntl,
		SYS_newfstatat, SYS_fstat, SYS_readlinkat, SYS_geteuid, SYS_getrandom,
		SYS_clock_gettime, SYS_read, SYS_lseek};
	static const int errors[] = {EPERM, ENOSYS};

	resolves("foreign.example");
	for (size_t i = 0; i < 2 * sizeof(numbers) / sizeof(numbers[0]); i++) {
		int child_status = 0;
		pid_t child = fork();

		if (child == 0) {
			int code;

			alarm(5);
			deny(numbers[i / 2], errors[i % 2]);
			code = resolves(name);
			_exit(code != 0 && code != EAI_AGAIN && code != EAI_NONAME &&
				code != EAI_NODATA);
		}
		waitpid(child, &child_status, 0);
		if (child_status != 0)
			printf("system call %ld denied with %d: status %x\n", numbers[i / 2],
				errors[i % 2], (unsigned int)child_status);
	}
	puts("OK");
	return 0;
}

static const struct {
	const char *how;
	int (*run)(const char *name);
	const char *help;
} ways[] = {
	{"codes", codes, "getaddrinfo() for both families, IPv4, IPv6"},
	{"canonical", canonical, "AI_CANONNAME"},
	{"status", status, "the module's own words"},
	{"silent", silent, "1,000 calls of the module between two getppid()"},
	{"marked", marked, "once, between two getppid()"},
	{"reload", reload, "dlopen() and dlclose(), 1,000 times"},
	{"again", again, "201 times; descriptors left open"},
	{"threads", threads, "64 threads, every other with a foreign name"},
	{"stack", stack, "in a thread with the least stack"},
	{"cancel", cancel, "threads cancelled on the way; descriptors left open"},
	{"alarms", alarms, "under SIGALRM, 1,000 times a second"},
	{"closed", closed, "without descriptors 0 to 2"},
	{"crowded", crowded, "with 5,000 descriptors open"},
	{"exhausted", exhausted, "with no descriptor left, or LOOK_UP_LEFT of them"},
	{"starved", starved, "each allocation failing in turn (fail_allocation.so)"},
	{"cancelled", cancelled, "in a thread that SIGUSR1 cancels, between two getppid()"},
	{"growth", growth, "a million foreign names, 20,000 times this one"},
	{"sandboxed", sandboxed, "with system calls denied by seccomp, each in turn"},
	{"forked", forked, "in a child, forked while a thread resolves"},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].how, argv[1]) == 0) {
			__nss_configure_lookup("hosts", "qemuvm [!UNAVAIL=return] files");
			return ways[i].run(argv[2]);
		}
	fprintf(stderr, "usage: look_up HOW NAME\n");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		fprintf(stderr, "  %-10s %s\n", ways[i].how, ways[i].help);
	return 2;
}
