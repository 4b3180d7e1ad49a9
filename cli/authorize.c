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

struct authorization {
	const char *name;
	const char *user; /* of the guest */
	const char *path;
	struct host_keys keys;
	bool was_asked;
	int error; /* of the first key that the agent did not take, or 0 */
};

/* While the agent is connected. */
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

/* Reports why the keys were not added; returns the exit status. */
static int authorize_explain(
	const struct authorization *authorization, const struct resolver_answer *answer)
{
	bool has_addresses = answer->outcome == RESOLVER_ADDRESSES;
	char text[RESOLVER_TEXT_SIZE];

	if (!authorization->was_asked && !has_addresses)
		return command_explain(authorization->name, answer);
	command_begin_error(authorization->name);
	switch (authorization->was_asked ? authorization->error : 0) {
	case 0:
		fprintf(stderr, "%s\n",
			answer->agent_reason == REASON_OK ? "no guest agent can be asked"
							    : resolver_explain_agent(answer, text));
		break;
	case -EREMOTEIO:
		fputs("the guest has no user \"", stderr);
		output_text(stderr, authorization->user);
		fputs("\", or cannot write to that user's home\n", stderr);
		break;
	case -EOPNOTSUPP:
		fputs("its guest agent may not or cannot add keys "
		      "(guest-ssh-add-authorized-keys)\n",
			stderr);
		break;
	case -E2BIG:
		fputs("a key is too long for the guest agent\n", stderr);
		break;
	case -EINVAL:
		fputs("the user name has a control character\n", stderr);
		break;
	default:
		fprintf(stderr, "%s\n", strerror(-authorization->error));
		break;
	}
	return EXIT_NO_ADDRESS;
}

static int authorize_parse(int argc, char **argv, struct authorization *authorization)
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

/* The keys of the file, or the person's own if no file was named. */
static int authorize_read_keys(struct authorization *authorization)
{
	static char own_path[PUBLIC_KEYS_PATH_SIZE];
	int r;

	if (authorization->path == NULL) {
		authorization->path = own_path;
		if (public_keys_find(own_path) < 0) {
			fputs("qemuvm: no public key in ~/.ssh: create one with ssh-keygen, or "
			      "name a file\n",
				stderr);
			return EXIT_NO_ADDRESS;
		}
	}
	r = public_keys_read(authorization->path, &authorization->keys);
	if (r == 0)
		return EXIT_OK;
	command_begin_error(authorization->path);
	fprintf(stderr, "%s\n",
		r == -EBADMSG ? "not a file of public ssh keys"
		: r == -E2BIG ? "too many keys"
			      : strerror(-r));
	return EXIT_NO_ADDRESS;
}

int command_authorize(int argc, char **argv)
{
	static struct resolver_answer answer;
	const struct passwd *user = getpwuid(geteuid());
	/* ssh logs in under the person's own name by default. */
	struct authorization authorization = {.user = user != NULL ? user->pw_name : "root"};
	const struct agent_session session = {NULL, authorize_session, &authorization};
	int status = authorize_parse(argc, argv, &authorization);

	if (status == EXIT_OK)
		status = authorize_read_keys(&authorization);
	if (status == EXIT_OK) {
		command_ask(command_host(),
			(struct resolver_question){
				.name = authorization.name,
				.wait_for_boot = true,
				.session = &session,
			},
			&answer);
		if (!authorization.was_asked || authorization.error < 0)
			status = authorize_explain(&authorization, &answer);
	}
	if (status == EXIT_OK) {
		output_text(stdout, answer.host);
		fputs(": ", stdout);
		output_text(stdout, authorization.user);
		fputs(" accepts ", stdout);
		output_text(stdout, authorization.path);
		putchar('\n');
	}
	host_keys_done(&authorization.keys);
	return status;
}
