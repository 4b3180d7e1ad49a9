/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A shell's exit status of a program that a signal has ended is this, plus the signal. */
#define SIGNAL_STATUS 128

/* A file in memory, so that nobody has to wait for a program that does not read it. */
static int open_input(const char *input)
{
	int fd = memfd_create("qemuvm", MFD_CLOEXEC), error;
	size_t len = strlen(input);

	if (fd < 0)
		return -errno;
	if (write(fd, input, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

/* Starts the program with the two descriptors as its stdin and stdout. */
static int spawn(const char *const *arguments, int input_fd, int output_fd, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return -r;
	posix_spawn_file_actions_adddup2(&actions, input_fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	r = posix_spawnp(ret_pid, arguments[0], &actions, NULL, (char *const *)arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* Reads all output, so that the program's writes do not fail, and its exit status. */
static int read_output(int fd, pid_t pid, char *ret_output, size_t size)
{
	char rest[1024];
	size_t len = 0;
	ssize_t n;
	int status;

	do {
		n = len + 1 < size ? read(fd, ret_output + len, size - 1 - len)
				   : read(fd, rest, sizeof(rest));
		if (n > 0 && len + 1 < size)
			len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	ret_output[len] = '\0';
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : SIGNAL_STATUS + WTERMSIG(status);
}

int program_run(const char *const *arguments, const char *input, char *ret_output, size_t size)
{
	int input_fd = open_input(input), ends[2], r;
	pid_t pid = 0;

	if (input_fd < 0)
		return input_fd;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		r = -errno;
	} else {
		r = spawn(arguments, input_fd, ends[1], &pid);
		close(ends[1]);
		if (r == 0)
			r = read_output(ends[0], pid, ret_output, size);
		close(ends[0]);
	}
	close(input_fd);
	return r;
}
