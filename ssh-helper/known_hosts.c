/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "resolver.h"
#include "verb.h"

/* What ssh puts in the place of %K before the server has shown a key (ssh_config(5)). */
#define NO_KEY "NONE"

/* Asks the guest; an agent that is dead or refuses leaves the list as it is. */
static void ask(const char *host, const struct config *config, struct keys *keys)
{
	static struct resolver_answer answer;
	const struct resolver_question question = {
		.name = host,
		.family = AF_UNSPEC,
		.takes_scope = true,
		.session = &keys->session,
	};

	resolver_ask(config, &question, &answer);
}

/* The field is ssh's own: "[web.vm]:2222", a HostKeyAlias; it comes back as it came. */
static bool is_fit(const char *field)
{
	for (const char *c = field; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return *field != '\0' && *field != '#' && *field != '@' && *field != '|';
}

int verb_host_keys(int argc, char **argv)
{
	static struct config config;
	static struct vm vm;
	struct keys keys;

	if (argc != 3)
		return VERB_USAGE;
	if (!is_fit(argv[0]))
		return VERB_OK;
	config_load(&config, NULL);
	keys_begin(&keys, &config, strcmp(argv[2], NO_KEY) == 0 ? NULL : argv[2]);
	if (resolver_locate(&config, argv[1], &vm) == 0 && !keys_recall(&keys, &vm))
		ask(argv[1], &config, &keys);
	for (unsigned int i = 0; i < keys.list.count; i++)
		printf("%s %s\n", argv[0], keys.list.list[i]);
	keys_end(&keys);
	return VERB_OK;
}
