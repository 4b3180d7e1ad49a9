/* SPDX-License-Identifier: MIT */
#include "host/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* stat and status of one process: their numbers and a name of at most 64 bytes. */
#define PROC_TEXT_SIZE 2048
/* Field 22 of stat counts from 1; state, field 3, follows the closing parenthesis. */
#define STAT_FIELDS_TO_START_TIME 20
/* The inode is the seventh field of /proc/net/unix. */
#define UNIX_FIELDS_TO_INODE 6
/* A QEMU by hand has 2 KiB, libvirt's 6. */
#define CMDLINE_MIN 8192

static int no_process(int error)
{
	return error == ENOENT ? -ESRCH : -error;
}

int proc_open(pid_t pid)
{
	char path[32];
	int fd;

	if (pid <= 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? no_process(errno) : fd;
}

static int open_entry(int proc_fd, const char *name)
{
	int fd = openat(proc_fd, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? no_process(errno) : fd;
}

static ssize_t read_some(int fd, char *buffer, size_t size)
{
	ssize_t got;

	do
		got = read(fd, buffer, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* What one read() gives of a file, with a NUL behind it. Its length. */
static int read_beginning(int directory_fd, const char *name, char *ret_text, size_t size)
{
	int fd = open_entry(directory_fd, name);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read_some(fd, ret_text, size - 1);
	close(fd);
	if (len < 0)
		return (int)len;
	ret_text[len] = '\0';
	return (int)len;
}

static int read_start_time(const char *stat, uint64_t *ret_ticks)
{
	/* The name is the process's own and may hold spaces and parentheses. */
	const char *field = strrchr(stat, ')');
	struct text rest;

	for (int i = 0; field != NULL && i < STAT_FIELDS_TO_START_TIME; i++)
		field = strchr(field + 1, ' ');
	if (field == NULL)
		return -EBADMSG;
	rest = text_of(field + 1);
	return text_take_number(&rest, 10, UINT64_MAX, ret_ticks) < 0 ? -EBADMSG : 0;
}

int proc_start_time(int proc_fd, uint64_t *ret_ticks)
{
	char text[PROC_TEXT_SIZE];
	int r = read_beginning(proc_fd, "stat", text, sizeof(text));

	return r < 0 ? r : read_start_time(text, ret_ticks);
}

int proc_birth(pid_t pid, uint64_t *ret_ticks, uid_t *ret_owner)
{
	char text[PROC_TEXT_SIZE];
	const char *state;
	struct stat status;
	ssize_t len;
	int fd;

	(void)snprintf(text, sizeof(text), "/proc/%d/stat", (int)pid);
	fd = open_entry(AT_FDCWD, text);
	if (fd < 0)
		return fd;
	len = fstat(fd, &status) < 0 ? -errno : read_some(fd, text, sizeof(text) - 1);
	close(fd);
	if (len < 0)
		return (int)len;
	text[len] = '\0';
	*ret_owner = status.st_uid;
	/* Its state, the one letter behind the name, shows whether it has ended (proc(5)). */
	state = strrchr(text, ')');
	if (state == NULL || strncmp(state, ") Z", 3) == 0 || strncmp(state, ") X", 3) == 0)
		return -ESRCH;
	return read_start_time(text, ret_ticks);
}

/* A buffer that grows with what is read into it, and serves again. */
struct buffer {
	char *text;
	size_t size;
};

static int grow(struct buffer *buffer)
{
	size_t size = buffer->size == 0 ? CMDLINE_MIN : buffer->size * 2;
	char *grown;

	if (size > PROC_CMDLINE_MAX)
		return -E2BIG;
	grown = realloc(buffer->text, size);
	if (grown == NULL)
		return -ENOMEM;
	buffer->text = grown;
	buffer->size = size;
	return 0;
}

/* Reads from `len` to the end, with a NUL behind: the length, or an error. The kernel gives as much
 * of a command line as there is room for, so that less is the end (fs/proc/base.c,
 * get_mm_cmdline()). */
static ssize_t read_to_end(int fd, struct buffer *buffer, size_t len)
{
	for (bool is_end = false; !is_end;) {
		ssize_t got;
		int r = len + 1 < buffer->size ? 0 : grow(buffer);

		if (r < 0)
			return r;
		got = read_some(fd, buffer->text + len, buffer->size - len - 1);
		if (got < 0)
			return got;
		is_end = (size_t)got < buffer->size - len - 1;
		len += (size_t)got;
	}
	buffer->text[len] = '\0';
	return (ssize_t)len;
}

int proc_cmdline(int proc_fd, char **ret_cmdline, size_t *ret_len)
{
	int fd = open_entry(proc_fd, "cmdline");
	struct buffer buffer = {NULL, 0};
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read_to_end(fd, &buffer, 0);
	close(fd);
	if (len <= 0) {
		free(buffer.text);
		return len < 0 ? (int)len : -ENODATA;
	}
	*ret_cmdline = buffer.text;
	*ret_len = (size_t)len;
	return 0;
}

static int read_link(int directory_fd, const char *name, char *ret_path, size_t size)
{
	ssize_t len = readlinkat(directory_fd, name, ret_path, size);

	if (len < 0)
		return -errno;
	if ((size_t)len >= size)
		return -ENAMETOOLONG;
	ret_path[len] = '\0';
	return 0;
}

int proc_cwd(int proc_fd, char *ret_path, size_t size)
{
	int r = read_link(proc_fd, "cwd", ret_path, size);

	/* "/gone (deleted)", "(unreachable)/..." (proc(5), getcwd(2)) */
	if (r == 0 && (ret_path[0] != '/' || strstr(ret_path, " (deleted)") != NULL))
		return -ENOENT;
	return r;
}

bool proc_path_is_qemu(const char *path)
{
	static const char deleted[] = " (deleted)", emulator[] = "qemu-system-";
	const char *slash = strrchr(path, '/');
	struct text name = text_of(slash == NULL ? path : slash + 1);

	if (text_ends_with(name, deleted))
		name.end -= strlen(deleted);
	/* NixOS: .qemu-system-x86_64-wrapped */
	(void)text_take_char(&name, '.');
	if (text_begins_with(name, emulator))
		return text_len(name) > strlen(emulator);
	return text_equals(name, "qemu-kvm") || text_equals(name, "kvm");
}

/* A process whose executable can be seen is judged by that alone: "sudo qemu-system-x86_64" is no
 * QEMU. */
static enum proc_kind kind_of_link(int directory_fd, const char *name)
{
	char path[PATH_MAX / 4];
	int r = read_link(directory_fd, name, path, sizeof(path));

	if (r == 0)
		return proc_path_is_qemu(path) ? PROC_QEMU : PROC_OTHER;
	return r == -EACCES || r == -EPERM ? PROC_HIDDEN : PROC_OTHER;
}

enum proc_kind proc_kind(int proc_fd)
{
	return kind_of_link(proc_fd, "exe");
}

int proc_walk_begin(struct proc_walk *walk, const char *root)
{
	DIR *directory = opendir(root);

	*walk = (struct proc_walk){
		.directory = directory, .directory_fd = -1, .caller = geteuid()};
	if (directory == NULL)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -errno : -ESRCH;
	walk->directory_fd = dirfd(directory);
	return 0;
}

int proc_walk_seek(struct proc_walk *walk, pid_t pid)
{
	struct stat status = {.st_uid = 0};
	char name[32];
	int len = snprintf(name, sizeof(name), "%d", (int)pid);

	/* Root can see every executable, and most are not a QEMU. Others cannot see that of a
	 * process which is not their own, so they do not ask. */
	if (walk->caller != 0 && fstatat(walk->directory_fd, name, &status, 0) < 0)
		return 0;
	walk->kind = PROC_HIDDEN;
	if (walk->caller == 0 || walk->caller == status.st_uid) {
		memcpy(name + len, "/exe", sizeof("/exe"));
		walk->kind = kind_of_link(walk->directory_fd, name);
		name[len] = '\0';
	}
	if (walk->kind == PROC_OTHER)
		return 0;
	if (walk->caller == 0 && fstatat(walk->directory_fd, name, &status, 0) < 0)
		return 0;
	walk->pid = pid;
	walk->owner = status.st_uid;
	return 1;
}

int proc_walk_next(struct proc_walk *walk)
{
	const struct dirent *entry;
	uint64_t pid;

	while (errno = 0, (entry = readdir(walk->directory)) != NULL)
		if (text_number(text_of(entry->d_name), 10, PROC_PIDS_MAX, &pid) == 0 && pid > 0 &&
			proc_walk_seek(walk, (pid_t)pid) > 0)
			return 1;
	return -errno;
}

int proc_walk_cmdline(struct proc_walk *walk, const char **ret_cmdline)
{
	struct buffer buffer = {walk->text, walk->size};
	ssize_t len = buffer.size > 0 ? 0 : grow(&buffer);
	char name[32];
	int fd;

	walk->text = buffer.text;
	walk->size = buffer.size;
	(void)snprintf(name, sizeof(name), "%d/cmdline", (int)walk->pid);
	fd = len < 0 ? (int)len : open_entry(walk->directory_fd, name);
	if (fd < 0)
		return fd == -ENOMEM || fd == -EMFILE || fd == -ENFILE ? fd : 0;
	/* The beginning tells most processes apart. */
	len = read_some(fd, buffer.text, buffer.size - 1);
	buffer.text[len > 0 ? len : 0] = '\0';
	if (walk->kind == PROC_HIDDEN && (len <= 0 || !proc_path_is_qemu(buffer.text)))
		len = 0;
	else if (len > 0 && (size_t)len == buffer.size - 1)
		len = read_to_end(fd, &buffer, (size_t)len);
	close(fd);
	walk->text = buffer.text;
	walk->size = buffer.size;
	*ret_cmdline = buffer.text;
	return len == -ENOMEM || len == -EIO ? (int)len : len > 0 ? (int)len : 0;
}

bool proc_walk_has_comm(struct proc_walk *walk, const char *beginning)
{
	char name[32], comm[32];

	(void)snprintf(name, sizeof(name), "%d/comm", (int)walk->pid);
	return read_beginning(walk->directory_fd, name, comm, sizeof(comm)) > 0 &&
	       text_begins_with(text_of(comm), beginning);
}

void proc_walk_end(struct proc_walk *walk)
{
	free(walk->text);
	if (walk->directory != NULL)
		closedir(walk->directory);
	*walk = (struct proc_walk){.directory_fd = -1};
}

int proc_owner(int proc_fd, uid_t *ret_owner)
{
	struct stat status;

	if (fstat(proc_fd, &status) < 0)
		return no_process(errno);
	*ret_owner = status.st_uid;
	return 0;
}

int proc_status(int proc_fd, struct proc_status *ret_status)
{
	struct proc_status status = {.has_pid_namespace = false};
	char text[PROC_TEXT_SIZE];
	struct text rest, line, word;
	const char *field;
	uint64_t uid;
	int r = read_beginning(proc_fd, "status", text, sizeof(text));

	if (r < 0)
		return r;
	/* The first lines, before which stands nothing but Name: its newlines are escaped. */
	field = strstr(text, "\nUid:");
	if (field == NULL)
		return -EBADMSG;
	rest = text_of(field + strlen("\nUid:"));
	(void)text_take_line(&rest, &line);
	for (int i = 0; i < 4; i++) {
		if (!text_take_word(&line, &word) || text_number(word, 10, (uid_t)-1, &uid) < 0)
			return -EBADMSG;
		status.uids[i] = (uid_t)uid;
	}
	/* A pid for each namespace, from the reader's down. */
	field = strstr(text, "\nNSpid:");
	if (field != NULL) {
		rest = text_of(field + strlen("\nNSpid:"));
		(void)text_take_line(&rest, &line);
		(void)text_take_word(&line, &word);
		status.has_pid_namespace = text_take_word(&line, &word);
	}
	*ret_status = status;
	return 0;
}

int proc_cgroup(int proc_fd, char *ret_text, size_t size)
{
	int r = read_beginning(proc_fd, "cgroup", ret_text, size);

	return r < 0 ? r : 0;
}

/* Are two files one, told by what stat(2) gives for them? -1 where that cannot be seen. */
static int is_same_file(int proc_fd, const char *name, const char *own_path)
{
	struct stat own, other;

	if (fstatat(proc_fd, name, &other, 0) < 0 || stat(own_path, &own) < 0)
		return -1;
	return own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

bool proc_has_other_root(int proc_fd)
{
	return is_same_file(proc_fd, "ns/mnt", "/proc/thread-self/ns/mnt") == 0 ||
	       is_same_file(proc_fd, "root", "/") == 0;
}

bool proc_has_unmapped_users(void)
{
	char text[64];
	struct text rest, word;
	uint64_t numbers[3];

	/* "0 0 4294967295" where all have theirs (user_namespaces(7)). */
	if (read_beginning(AT_FDCWD, "/proc/thread-self/uid_map", text, sizeof(text)) <= 0)
		return true;
	rest = text_trim(text_of(text));
	for (int i = 0; i < 3; i++)
		if (!text_take_word(&rest, &word) ||
			text_number(word, 10, UINT32_MAX, &numbers[i]) < 0)
			return true;
	return numbers[0] != 0 || numbers[1] != 0 || numbers[2] < UINT32_MAX;
}

bool proc_has_user_namespace(int proc_fd)
{
	return is_same_file(proc_fd, "ns/user", "/proc/thread-self/ns/user") == 0;
}

bool proc_shares_network(int proc_fd)
{
	return is_same_file(proc_fd, "ns/net", "/proc/thread-self/ns/net") == 1;
}

int proc_socket_path(int proc_fd, int fd, char *ret_path, size_t size)
{
	char name[32], link[64], line[512];
	struct text rest, row, word;
	uint64_t inode, number;
	int table_fd, len = -ENOENT;
	FILE *table;
	int r;

	snprintf(name, sizeof(name), "fd/%d", fd);
	r = read_link(proc_fd, name, link, sizeof(link));
	if (r < 0)
		return r;
	rest = text_of(link);
	if (!text_take(&rest, "socket:[") || text_take_number(&rest, 10, UINT64_MAX, &inode) < 0)
		return -ENOENT;
	table_fd = open_entry(proc_fd, "net/unix");
	if (table_fd < 0)
		return table_fd;
	table = fdopen(table_fd, "re");
	if (table == NULL) {
		close(table_fd);
		return -ENOMEM;
	}
	/* "0000...: RefCount Protocol Flags Type St Inode Path", the path only of a socket that has
	 * one (net/unix/af_unix.c, unix_seq_show()). */
	while (len < 0 && fgets(line, sizeof(line), table) != NULL) {
		bool has_word = true;

		rest = text_of(line);
		(void)text_take_field(&rest, '\n', &row);
		for (int i = 0; i <= UNIX_FIELDS_TO_INODE && has_word; i++)
			has_word = text_take_word(&row, &word);
		if (has_word && text_number(word, 10, UINT64_MAX, &number) == 0 &&
			number == inode && text_take_char(&row, ' ') && row.at < row.end)
			len = text_copy(row, ret_path, size);
	}
	fclose(table);
	return len < 0 ? -ENOENT : len;
}
