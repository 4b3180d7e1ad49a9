/* SPDX-License-Identifier: MIT */
#include "export.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/folder.h"
#include "cli/output.h"
#include "cli/list_all.h"

/* Between two looks of --watch. */
#define PAUSE_MS  1000
#define PATH_SIZE 1024

/* A server that has dropped its privileges reads them, too. */
#define FILE_MODE   0644
#define FOLDER_MODE 0755

struct format {
	const char *name;
	const char *file; /* of --watch */
	void (*print)(FILE *stream, const struct export_vms *vms);
};

static const struct format formats[] = {
	{"hosts", "qemuvm.hosts", export_hosts},
	{"dnsmasq", "qemuvm.hosts", export_hosts},
	{"ssh", "qemuvm.ssh", export_ssh},
	{"ansible", "qemuvm.ansible.json", export_ansible},
	{"json", "qemuvm.json", export_json},
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

struct export_request {
	const struct format *format;
	const char *directory; /* of --watch, or NULL */
	const char *host;      /* of --host, or NULL */
};

static void print(
	const void *context, FILE *stream, const struct resolver_answer *answers, int count)
{
	const struct format *format = context;

	format->print(stream, &(struct export_vms){answers, count});
}

/* The caller's to free; NULL: it cannot be told, which was said. */
static char *render(const struct format *format)
{
	return list_all_render(command_host(), &(struct list_all_form){print, format});
}

static int print_once(const struct format *format)
{
	char *text = render(format);

	if (text == NULL)
		return EXIT_NO_ADDRESS;
	fputs(text, stdout);
	free(text);
	return EXIT_OK;
}

/* Of the inventory of Ansible's: one host alone. */
static int print_host(const char *name)
{
	static struct resolver_answer answer;
	const struct resolver_question question = {.name = name, .family = AF_UNSPEC};

	resolver_ask(command_host(), &question, &answer);
	if (answer.outcome == RESOLVER_NO_VM)
		return command_explain(name, &answer);
	export_ansible_host(stdout, &answer);
	putchar('\n');
	return EXIT_OK;
}

static int write_text(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return fchmod(fd, FILE_MODE) < 0 ? -errno : 0;
}

/* Readers see the old text or the new one, never half of it. Servers pass over names that begin
 * with a dot. */
static int replace(const char *directory, const char *file, const char *text)
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
	r = write_text(fd, text);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(temporary);
	return r;
}

/* Until it is interrupted, or the directory cannot be written. */
static int watch(const struct export_request *request)
{
	char *written = NULL, *text;
	/* Before the first look, which takes a while, so that a server which is started meanwhile
	 * finds it. */
	int r = folder_make(request->directory, FOLDER_MODE);

	while (r == 0 && (text = render(request->format)) != NULL) {
		if (written == NULL || strcmp(text, written) != 0)
			r = replace(request->directory, request->format->file, text);
		free(written);
		written = text;
		if (r == 0)
			poll(NULL, 0, PAUSE_MS);
	}
	free(written);
	if (r < 0) {
		fputs("qemuvm: ", stderr);
		output_text(stderr, request->directory);
		fprintf(stderr, "/%s: %s\n", request->format->file, strerror(-r));
	}
	return EXIT_NO_ADDRESS;
}

static int find_format(const char *name, const struct format **ret_format)
{
	const char *names[FORMAT_COUNT + 1] = {NULL};

	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		names[i] = formats[i].name;
		if (strcmp(name, names[i]) == 0) {
			*ret_format = &formats[i];
			return EXIT_OK;
		}
	}
	return command_unknown(
		"format", name, names, "", ": there are hosts, dnsmasq, ssh, ansible and json");
}

static int parse(int argc, char **argv, struct export_request *request)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'f'},
		{"watch", required_argument, NULL, 'w'},
		{"list", no_argument, NULL, 'l'},
		{"host", required_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = command_option(argc, argv, ":", options)) != COMMAND_OPTIONS_END) {
		if (option == 'f' && find_format(optarg, &request->format) != EXIT_OK)
			return EXIT_USAGE;
		if (option == 'w')
			request->directory = optarg;
		if (option == 'h')
			request->host = optarg;
		if (option == COMMAND_OPTION_BAD)
			return EXIT_USAGE;
	}
	if (command_operands(argc, argv, 0, NULL) < 0)
		return EXIT_USAGE;
	if (request->format != NULL)
		return EXIT_OK;
	(void)command_usage("export");
	return EXIT_USAGE;
}

int command_export(int argc, char **argv)
{
	struct export_request request = {.format = NULL};
	int status = parse(argc, argv, &request);

	if (status != EXIT_OK)
		return status;
	if (request.host != NULL)
		return print_host(request.host);
	return request.directory != NULL ? watch(&request) : print_once(request.format);
}
