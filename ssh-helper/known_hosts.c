/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "config/config_file.h"
#include "keys.h"
#include "resolver.h"
#include "verb.h"

/* ssh's value for %K before the server has shown a key (ssh_config(5)). */
#define NO_KEY "NONE"

int verb_host_keys(int argc, char **argv)
{
	static struct config config;
	static struct host host;
	static struct resolver_answer answer;
	static struct vm vm;
	struct keys keys;

	if (argc != 3)
		return VERB_USAGE;
	/* The field comes from ssh ("[web.vm]:2222", a HostKeyAlias) and is printed unchanged, so
	 * it must be one word that cannot be read as a comment, a marker or a hash. */
	if (strchr("#@|", argv[0][0]) != NULL)
		return VERB_OK;
	for (const char *c = argv[0]; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return VERB_OK;
	config_load(&config, NULL);
	host_init(&host, &config);
	keys_begin(&keys, &config, strcmp(argv[2], NO_KEY) == 0 ? NULL : argv[2]);
	if (resolver_locate(&host, argv[1], &vm) == 0 && !keys_recall(&keys, &vm)) {
		const struct resolver_question question = {
			.name = argv[1],
			.known = &vm,
			.family = AF_UNSPEC,
			.want_scope_id = true,
			.session = &keys.session,
		};

		/* An agent that fails or refuses adds no keys. */
		resolver_ask(&host, &question, &answer);
	}
	for (unsigned int i = 0; i < keys.list.count; i++)
		printf("%s %s\n", argv[0], keys.list.list[i]);
	keys_end(&keys);
	return VERB_OK;
}
