/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_authorize.h"
#include "command.h"
#include "output.h"
#include "public_keys.h"

/* One call, with what the guest's agent said to it. */
struct authorization {
	const char *name;
	const char *user; /* of the guest */
	const char *path;
	struct host_keys keys;
	bool was_asked;
	int error; /* of the first key that was not taken, or 0 */
};

static void authorize_session(void *context, const struct vm *vm, struct agent *agent)
{
	struct authorization *authorization = context;

	(void)vm;
	authorization->was_asked = true;
	authorization->error = 0;
	for (unsigned int i = 0; i < authorization->keys.count && authorization->error == 0; i++)
		authorization->error =
			agent_authorize(agent, authorization->user, authorization->keys.list[i]);
}

/* "qemuvm: web: " and what follows on stderr. */
static void begin_complaint(const char *about)
{
	fputs("qemuvm: ", stderr);
	output_text(stderr, about);
	fputs(": ", stderr);
}

static void explain_refusal(const struct authorization *authorization)
{
	switch (authorization->error) {
	case -EREMOTEIO:
		fputs("the guest refuses: it has no user \"", stderr);
		output_text(stderr, authorization->user);
		fputs("\", or cannot write to that user's home\n", stderr);
		break;
	case -EOPNOTSUPP:
		fputs("its guest agent may not, or cannot, add keys "
		      "(guest-ssh-add-authorized-keys)\n",
			stderr);
		break;
	case -E2BIG:
		fputs("a key is too long for a question to the agent\n", stderr);
		break;
	case -EINVAL:
		fputs("no user has a control character in the name\n", stderr);
		break;
	default:
		fprintf(stderr, "%s\n", strerror(-authorization->error));
		break;
	}
}

static int explain(const struct authorization *authorization, const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];
	bool is_answered = answer->outcome == RESOLVER_ADDRESSES;

	begin_complaint(authorization->name);
	if (authorization->was_asked)
		explain_refusal(authorization);
	else if (is_answered && answer->agent_reason == RESOLVER_OK)
		fputs("it has no guest agent that could be asked\n", stderr);
	else
		fprintf(stderr, "%s\n",
			is_answered ? resolver_explain_agent(answer, text)
				    : resolver_explain(answer, text));
	return answer->outcome == RESOLVER_NO_VM ? EXIT_NO_VM : EXIT_NO_ADDRESS;
}

static int ask(struct authorization *authorization)
{
	static struct resolver_answer answer;
	const struct agent_session session = {NULL, authorize_session, authorization};
	struct resolver_question question = {
		.name = authorization->name,
		.family = AF_UNSPEC,
		.wait_for_boot = true,
		.session = &session,
	};

	resolver_ask(command_host(), &question, &answer);
	if (!authorization->was_asked || authorization->error < 0)
		return explain(authorization, &answer);
	output_text(stdout, answer.host);
	fputs(": ", stdout);
	output_text(stdout, authorization->user);
	fputs(" accepts ", stdout);
	output_text(stdout, authorization->path);
	putchar('\n');
	return EXIT_OK;
}

static int read_keys(struct authorization *authorization)
{
	int r = public_keys_read(authorization->path, &authorization->keys);

	if (r == 0)
		return EXIT_OK;
	begin_complaint(authorization->path);
	fprintf(stderr, "%s\n",
		r == -EBADMSG ? "no public key of ssh's, or not only such"
		: r == -E2BIG ? "too many keys for one call"
			      : strerror(-r));
	return EXIT_NO_ADDRESS;
}

/* As whom ssh logs in, unless it is told otherwise. */
static const char *own_name(void)
{
	const struct passwd *user = getpwuid(geteuid());

	return user != NULL ? user->pw_name : "root";
}

static int parse(int argc, char **argv, struct authorization *authorization)
{
	static const struct option options[] = {
		{"user", required_argument, NULL, 'u'},
		{NULL, 0, NULL, 0},
	};
	const char *operands[2] = {NULL, NULL};
	int option;

	while ((option = command_option(argc, argv, ":", options)) != COMMAND_OPTIONS_END) {
		if (option != 'u')
			return EXIT_USAGE;
		authorization->user = optarg;
	}
	if (command_operands(argc, argv, 2, operands) < 0)
		return EXIT_USAGE;
	if (operands[0] == NULL || authorization->user[0] == '\0')
		return command_usage("authorize");
	authorization->name = operands[0];
	authorization->path = operands[1];
	return EXIT_OK;
}

int command_authorize(int argc, char **argv)
{
	static char own_path[PUBLIC_KEYS_PATH_SIZE];
	struct authorization authorization = {.user = own_name()};
	int status = parse(argc, argv, &authorization);

	if (status == EXIT_OK && authorization.path == NULL) {
		authorization.path = own_path;
		if (public_keys_find(own_path) < 0) {
			fputs("qemuvm: you have no public key in ~/.ssh: make one with ssh-keygen, "
			      "or name a file\n",
				stderr);
			status = EXIT_NO_ADDRESS;
		}
	}
	if (status == EXIT_OK)
		status = read_keys(&authorization);
	if (status == EXIT_OK)
		status = ask(&authorization);
	host_keys_done(&authorization.keys);
	return status;
}
