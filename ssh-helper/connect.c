/* SPDX-License-Identifier: MIT */
#include "verb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "handover.h"
#include "name.h"
#include "race.h"
#include "resolver.h"
#include "vm_monitor.h"

/* ssh's ConnectTimeout does not bound a proxy, so this does. */
#define CONNECT_TIMEOUT_MS 15000
/* A line on a terminal; sixteen addresses with their errors fit. */
#define LINE_SIZE 2048

void verb_complain(const char *host, const char *format, ...)
{
	char line[LINE_SIZE];
	int len = snprintf(line, sizeof(line), "qemuvm: %.260s: ", host);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + len, sizeof(line) - (size_t)len, format, arguments);
	va_end(arguments);
	for (char *c = line; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	fprintf(stderr, "%s\n", line);
}

static int parse_port(const char *text, uint16_t *ret_port)
{
	unsigned long port = 0;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9')
			return -EINVAL;
		port = port * 10 + (unsigned long)(*c - '0');
		if (port > UINT16_MAX)
			return -EINVAL;
	}
	if (port == 0)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

/* How the connection can be given to whoever started us. */
enum handover_kind { HANDOVER_NONE, HANDOVER_PASS, HANDOVER_RELAY };

static enum handover_kind kind_of_stdout(void)
{
	struct stat status;

	if (fstat(STDOUT_FILENO, &status) < 0 || fcntl(STDIN_FILENO, F_GETFD) < 0)
		return HANDOVER_NONE;
	if (S_ISSOCK(status.st_mode))
		return HANDOVER_PASS;
	return S_ISFIFO(status.st_mode) ? HANDOVER_RELAY : HANDOVER_NONE;
}

static void tell_config_problems(const struct config_problems *problems)
{
	for (unsigned int i = 0; i < problems->count; i++)
		fprintf(stderr, "%s:%u: %s\n", config_path(), problems->problem[i].line,
			problems->problem[i].text);
}

static void resolve(const char *name, struct resolver_answer *ret_answer)
{
	static struct config config;
	static struct config_problems problems;
	struct resolver_question question = {
		.name = name,
		.family = AF_UNSPEC,
		.takes_scope = true,
		.is_patient = true,
		.learn = vm_monitor_learn,
	};

	config_load(&config, &problems);
	tell_config_problems(&problems);
	resolver_ask(&config, &question, ret_answer);
}

/* "192.0.2.5 port 22: Connection refused; ..." */
static void describe_losers(const struct race *race, uint16_t port, char *line, size_t size)
{
	size_t len = 0;

	line[0] = '\0';
	for (size_t i = 0; i < race->count && len < size; i++) {
		const struct race_entrant *entrant = &race->entrants[i];
		char text[ADDRESS_TEXT_MAX];
		int error = -entrant->error;

		/* Whoever was still under way had no answer in time. */
		if (error == EINPROGRESS || error == 0)
			error = ETIMEDOUT;
		len += (size_t)snprintf(line + len, size - len, "%s%s port %u: %s",
			i > 0 ? "; " : "", address_format(&entrant->address, text), port,
			strerror(error));
	}
}

/* A connected descriptor, or a negative errno, which has been told. */
static int connect_to_vm(const char *host, const char *name, uint16_t port)
{
	static struct resolver_answer answer;
	struct race race = {.count = 0};
	char text[LINE_SIZE];
	int fd;

	resolve(name, &answer);
	if (answer.outcome != RESOLVER_ADDRESSES) {
		verb_complain(host, "%s", resolver_explain(&answer, text));
		return -EHOSTUNREACH;
	}
	for (size_t i = 0; i < answer.address_count; i++)
		race.entrants[race.count++].address = answer.addresses[i];
	fd = race_run(&race, port, deadline_after_ms(CONNECT_TIMEOUT_MS));
	if (fd < 0) {
		describe_losers(&race, port, text, sizeof(text));
		verb_complain(host, "cannot connect: %s", text);
	}
	return fd;
}

/* ssh sets it on connections of its own only. */
static void keep_alive(int fd)
{
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static int hand_over(enum handover_kind kind, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	keep_alive(fd);
	if (kind == HANDOVER_RELAY)
		return handover_relay(STDIN_FILENO, STDOUT_FILENO, fd);
	/* ssh expects it as connect() leaves it. */
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -errno;
	return handover_pass(STDOUT_FILENO, fd);
}

int verb_connect(int argc, char **argv)
{
	char name[NAME_VM_SIZE];
	enum handover_kind kind = kind_of_stdout();
	uint16_t port;
	int fd, r;

	if (argc != 2)
		return VERB_USAGE;
	if (name_from_typed(argv[0], name) < 0) {
		verb_complain(argv[0], "no VM can have this name");
		return VERB_FAILED;
	}
	if (parse_port(argv[1], &port) < 0) {
		verb_complain(argv[0], "\"%.40s\" is no port from 1 to 65535", argv[1]);
		return VERB_FAILED;
	}
	if (kind == HANDOVER_NONE) {
		verb_complain(argv[0], "nobody to hand the connection to: this is for ssh's "
				       "ProxyCommand (see qemuvm-ssh-helper(8))");
		return VERB_FAILED;
	}
	fd = connect_to_vm(argv[0], name, port);
	if (fd < 0)
		return VERB_FAILED;
	r = hand_over(kind, fd);
	close(fd);
	if (r < 0)
		verb_complain(argv[0], "the connection ended: %s", strerror(-r));
	return r < 0 ? VERB_FAILED : VERB_OK;
}
