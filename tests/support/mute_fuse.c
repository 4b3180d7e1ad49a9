/* SPDX-License-Identifier: MIT */
/*
 * mute_fuse [ARGUMENT...]: a file system that stops answering, served by this process itself. The
 * arguments are not read, so that it may look like any other program; the environment has
 *
 *   MUTE_DEVICE   a character device like /dev/fuse
 *   MUTE_FOLDER   where it is mounted: with one file, "file"
 *   MUTE_AT       "write": what is written to the file is never acknowledged; "lookup": the file is
 *                 not even found
 *   MUTE_OPTIONS  more mount options, such as ",allow_other"
 *   MUTE_UID      whom it becomes once it has mounted
 *   MUTE_LOCK     the process maps the file in such a way that the lock on its memory is never free
 *                 again, so that whoever reads /proc/PID/cmdline waits for ever
 *
 * Prints "ready" and stays. The protocol is that of linux/fuse.h, without libfuse, whose threads
 * and signals would only be in the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILE_SIZE 4096
#define PAGE_SIZE 4096
/* The least that the kernel accepts, and a header (fs/fuse/dev.c). */
#define REQUEST_SIZE (FUSE_MIN_READ_BUFFER + 4096)
#define FILE_NODE    2
/* Every process of the machine that looks at this one hangs meanwhile, not only those under test.
 */
#define LOCK_SECONDS 20

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value == NULL ? otherwise : value;
}

static void reply(int fd, uint64_t unique, int error, const void *body, size_t len)
{
	struct fuse_out_header header = {
		.len = (uint32_t)(sizeof(header) + len), .error = error, .unique = unique};
	struct iovec parts[] = {{&header, sizeof(header)}, {(void *)(uintptr_t)body, len}};

	/* The one who asked may have gone. */
	if (writev(fd, parts, 2) < 0 && errno != ENOENT)
		fail("writev");
}

static struct fuse_attr attributes_of(uint64_t node)
{
	struct fuse_attr attributes = {.ino = node, .nlink = 1, .blksize = 4096};

	attributes.mode = node == FILE_NODE ? S_IFREG | 0644 : S_IFDIR | 0755;
	attributes.size = node == FILE_NODE ? FILE_SIZE : 0;
	return attributes;
}

static void answer(int fd, const struct fuse_in_header *request, bool is_mute_at_lookup)
{
	switch (request->opcode) {
	case FUSE_INIT: {
		struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION,
			.minor = FUSE_KERNEL_MINOR_VERSION,
			.max_write = 4096};

		reply(fd, request->unique, 0, &init, sizeof(init));
		break;
	}
	case FUSE_GETATTR: {
		struct fuse_attr_out out = {
			.attr_valid = 3600, .attr = attributes_of(request->nodeid)};

		reply(fd, request->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_LOOKUP: {
		struct fuse_entry_out out = {.nodeid = FILE_NODE,
			.entry_valid = 3600,
			.attr_valid = 3600,
			.attr = attributes_of(FILE_NODE)};

		if (!is_mute_at_lookup)
			reply(fd, request->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_OPEN: {
		struct fuse_open_out out = {0};

		reply(fd, request->unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_READ: {
		static const char zeros[PAGE_SIZE];
		const struct fuse_read_in *in = (const struct fuse_read_in *)(request + 1);

		reply(fd, request->unique, 0, zeros, in->size < PAGE_SIZE ? in->size : PAGE_SIZE);
		break;
	}
	case FUSE_WRITE:
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		reply(fd, request->unique, -ENOSYS, NULL, 0);
	}
}

static void serve(int fd, bool is_mute_at_lookup)
{
	static _Alignas(8) char request[REQUEST_SIZE];

	for (;;) {
		ssize_t len = read(fd, request, sizeof(request));

		if (len >= (ssize_t)sizeof(struct fuse_in_header))
			answer(fd, (struct fuse_in_header *)request, is_mute_at_lookup);
		else if (len < 0 && errno != EINTR && errno != ENOENT && errno != EAGAIN)
			_exit(errno == ENODEV ? 0 : 1);
	}
}

/*
 * Holds the lock on this process's memory for ever. A page that is being written back must not be
 * changed, so who writes to it waits, with a lock on its mapping; who changes the mapping waits for
 * that one, with the lock on all the memory (mm/memory.c, page_mkwrite(); mm/mprotect.c).
 */
static char *page;

static void *write_back(void *context)
{
	page[0] = 1;
	msync(page, PAGE_SIZE, MS_SYNC);
	return context;
}

static void *write_again(void *context)
{
	page[0] = 2;
	return context;
}

static void *change_mapping(void *context)
{
	mprotect(page, PAGE_SIZE, PROT_READ);
	return context;
}

static void lock_memory(const char *path)
{
	static void *(*const threads[])(void *) = {write_back, write_again, change_mapping};
	int fd = open(path, O_RDWR | O_CLOEXEC);

	page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || page == MAP_FAILED)
		fail(path);
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, threads[i], NULL) != 0)
			fail("pthread_create");
		/* So that each comes to its wait before the next one begins. */
		usleep(100000);
	}
}

/* Without stdio, which might want memory. */
static void say_ready(void)
{
	if (write(STDOUT_FILENO, "ready\n", 6) < 0)
		_exit(1);
}

int main(void)
{
	const char *folder = setting("MUTE_FOLDER", "/nonexistent");
	const char *uid = setting("MUTE_UID", "");
	bool is_mute_at_lookup = strcmp(setting("MUTE_AT", "write"), "lookup") == 0;
	int fd = open(setting("MUTE_DEVICE", "/dev/fuse"), O_RDWR | O_CLOEXEC);
	static char options[256], path[4096];

	if (fd < 0)
		fail("MUTE_DEVICE");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=%s,group_id=%s%s", fd,
		*uid == '\0' ? "0" : uid, *uid == '\0' ? "0" : uid, setting("MUTE_OPTIONS", ""));
	if (mount("mute", folder, "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		fail("mount");
	if (*uid != '\0' && (setgid((gid_t)atoi(uid)) < 0 || setuid((uid_t)atoi(uid)) < 0))
		fail("MUTE_UID");
	if (getenv("MUTE_LOCK") == NULL) {
		say_ready();
		serve(fd, is_mute_at_lookup);
	}
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(LOCK_SECONDS);
		serve(fd, is_mute_at_lookup);
	}
	/* With the last descriptor of the device every wait ends: this process's own comes too
	 * late, since a process that ends waits for the lock before it closes its files. */
	close(fd);
	snprintf(path, sizeof(path), "%s/file", folder);
	lock_memory(path);
	say_ready();
	for (;;)
		pause();
}
