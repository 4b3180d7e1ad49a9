/* SPDX-License-Identifier: MIT */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* stat and status of one process: their numbers and a name of at most 64 bytes. */
#define PROC_TEXT_SIZE 2048
/* Field 22 of stat counts from 1; state, field 3, follows the closing parenthesis. */
#define STAT_FIELDS_TO_START_TIME 20
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

/* A file that one read() holds, with a NUL behind it. */
static int read_text(int proc_fd, const char *name, char ret_text[static PROC_TEXT_SIZE])
{
	int fd = open_entry(proc_fd, name);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read_some(fd, ret_text, PROC_TEXT_SIZE - 1);
	close(fd);
	if (len < 0)
		return (int)len;
	ret_text[len] = '\0';
	return 0;
}

int proc_start_time(int proc_fd, uint64_t *ret_ticks)
{
	char text[PROC_TEXT_SIZE], *field, *end;
	unsigned long long ticks;
	int r = read_text(proc_fd, "stat", text);

	if (r < 0)
		return r;
	/* The name is the process's own and may hold spaces and parentheses. */
	field = strrchr(text, ')');
	for (int i = 0; field != NULL && i < STAT_FIELDS_TO_START_TIME; i++)
		field = strchr(field + 1, ' ');
	if (field == NULL)
		return -EBADMSG;
	ticks = strtoull(field + 1, &end, 10);
	if (end == field + 1)
		return -EBADMSG;
	*ret_ticks = ticks;
	return 0;
}

/* Reads to the end, into a buffer that doubles: the length, or an error. */
static ssize_t read_cmdline(int fd, char **buffer)
{
	size_t size = 0, len = 0;

	for (;;) {
		ssize_t got;

		if (len + 1 >= size) {
			char *grown;

			size = size == 0 ? CMDLINE_MIN : size * 2;
			if (size > PROC_CMDLINE_MAX)
				return -E2BIG;
			grown = realloc(*buffer, size);
			if (grown == NULL)
				return -ENOMEM;
			*buffer = grown;
		}
		got = read_some(fd, *buffer + len, size - len - 1);
		if (got <= 0)
			return got < 0 ? got : (ssize_t)len;
		len += (size_t)got;
	}
}

int proc_cmdline(int proc_fd, char **ret_cmdline, size_t *ret_len)
{
	int fd = open_entry(proc_fd, "cmdline");
	char *buffer = NULL;
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read_cmdline(fd, &buffer);
	close(fd);
	if (len <= 0) {
		free(buffer);
		return len < 0 ? (int)len : -ENODATA;
	}
	buffer[len] = '\0';
	*ret_cmdline = buffer;
	*ret_len = (size_t)len;
	return 0;
}

int proc_exe(int proc_fd, char *ret_path, size_t size)
{
	ssize_t len = readlinkat(proc_fd, "exe", ret_path, size);

	if (len < 0)
		return no_process(errno);
	if ((size_t)len >= size)
		return -ENAMETOOLONG;
	ret_path[len] = '\0';
	return 0;
}

static bool is_called(const char *name, size_t len, const char *wanted)
{
	return len == strlen(wanted) && memcmp(name, wanted, len) == 0;
}

bool proc_path_is_qemu(const char *path)
{
	static const char deleted[] = " (deleted)", emulator[] = "qemu-system-";
	const char *name = strrchr(path, '/');
	size_t len;

	name = name == NULL ? path : name + 1;
	len = strlen(name);
	if (len > sizeof(deleted) - 1 && strcmp(name + len - (sizeof(deleted) - 1), deleted) == 0)
		len -= sizeof(deleted) - 1;
	/* NixOS: .qemu-system-x86_64-wrapped */
	if (*name == '.' && len > 1) {
		name++;
		len--;
	}
	if (len > sizeof(emulator) - 1 && memcmp(name, emulator, sizeof(emulator) - 1) == 0)
		return true;
	return is_called(name, len, "qemu-kvm") || is_called(name, len, "kvm");
}
