/* SPDX-License-Identifier: MIT */
#include "export.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/answer_text.h"
#include "cli/command.h"
#include "cli/folder.h"
#include "cli/output.h"

/* Between two rounds of --watch. */
#define PAUSE_MS  1000
#define PATH_SIZE 1024

/* For servers that have dropped their privileges. */
#define FILE_MODE   0644
#define FOLDER_MODE 0755

struct format {
	const char *name;
	const char *file; /* of --watch */
	void (*print)(FILE *stream, const struct answer_list *answers);
};

static const struct format formats[] = {
	{"hosts", "qemuvm.hosts", export_hosts},
	{"dnsmasq", "qemuvm.hosts", export_hosts},
	{"ssh", "qemuvm.ssh", export_ssh},
	{"ansible", "qemuvm.ansible.json", export_ansible},
	{"json", "qemuvm.json", answer_json_list},
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

struct export_request {
	const struct format *format;
	const char *directory; /* of --watch, or NULL */
	const char *host;      /* of --host, or NULL */
};

/* Replaces the file: a reader sees the old text or the new one, never a part. Servers ignore the
 * temporary file, because its name begins with a dot. */
static int export_write(const char *directory, const char *file, const char *text)
{
	char path[PATH_SIZE], temporary[PATH_SIZE];
	int fd, r;

	if (snprintf(path, sizeof(path), "%s/%s", directory, file) >= (int)sizeof(path) ||
		snprintf(temporary, sizeof(temporary), "%s/.qemuvm.XXXXXX", directory) >=
			(int)sizeof(temporary))
		return -ENAMETOOLONG;
	/* Each time: /run/NAME is gone after a boot, and may be removed while this runs. */
	r = folder_make(directory, FOLDER_MODE);
	if (r < 0)
		return r;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (size_t left = strlen(text); left > 0 && r == 0;) {
		ssize_t n = write(fd, text, left);

		if (n < 0) {
			r = -errno;
		} else {
			text += n;
			left -= (size_t)n;
		}
	}
	if (r == 0 && fchmod(fd, FILE_MODE) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(temporary);
	return r;
}

/* Until it is interrupted, or the directory cannot be written. */
static int export_watch(const struct export_request *request)
{
	char path[PATH_SIZE], *text = NULL;
	/* At once, since the first round takes a while, and a server that is started in the
	 * meantime needs the directory. */
	int r = folder_make(request->directory, FOLDER_MODE);

	while (r == 0) {
		int changed = list_all_refresh(request->format->print, true, &text);

		if (changed < 0)
			break;
		if (changed > 0)
			r = export_write(request->directory, request->format->file, text);
		if (r == 0)
			poll(NULL, 0, PAUSE_MS);
	}
	free(text);
	if (r < 0) {
		(void)snprintf(
			path, sizeof(path), "%s/%s", request->directory, request->format->file);
		command_begin_error(path);
		fprintf(stderr, "%s\n", strerror(-r));
	}
	return EXIT_NO_ADDRESS;
}

int command_export(int argc, char **argv)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'f'},
		{"watch", required_argument, NULL, 'w'},
		{"list", no_argument, NULL, 'l'},
		{"host", required_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *names[FORMAT_COUNT + 1] = {NULL}, *format = NULL;
	struct export_request request = {.format = NULL};
	static struct resolver_answer answer;
	char *text = NULL;
	int option;

	while ((option = command_option(argc, argv, ":", options)) != COMMAND_OPTIONS_END) {
		if (option == COMMAND_OPTION_BAD)
			return EXIT_USAGE;
		if (option == 'f')
			format = optarg;
		if (option == 'w')
			request.directory = optarg;
		if (option == 'h')
			request.host = optarg;
	}
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		names[i] = formats[i].name;
		if (format != NULL && strcmp(format, names[i]) == 0)
			request.format = &formats[i];
	}
	if (format != NULL && request.format == NULL)
		return command_unknown("format", format, names, "",
			" (formats: hosts, dnsmasq, ssh, ansible, json)");
	if (command_operands(argc, argv, 0, NULL) < 0)
		return EXIT_USAGE;
	if (format == NULL)
		return command_usage("export");
	if (request.host != NULL) {
		/* One host of the Ansible inventory. */
		command_ask(
			command_host(), (struct resolver_question){.name = request.host}, &answer);
		if (answer.outcome == RESOLVER_NO_VM)
			return command_explain(request.host, &answer);
		export_ansible_host(stdout, &answer);
		putchar('\n');
		return EXIT_OK;
	}
	if (request.directory != NULL)
		return export_watch(&request);
	if (list_all_refresh(request.format->print, true, &text) < 0)
		return EXIT_NO_ADDRESS;
	fputs(text, stdout);
	free(text);
	return EXIT_OK;
}
