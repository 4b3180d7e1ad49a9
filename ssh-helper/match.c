/* SPDX-License-Identifier: MIT */
#include "verb.h"

#include <stdlib.h>

#include "config/config_file.h"
#include "resolver.h"

/* ssh runs this for every host without a dot in its name, so it is quick and silent. */
int verb_match(int argc, char **argv)
{
	static struct config config;
	static struct host host;
	static struct vm vm;

	if (argc != 1)
		return VERB_USAGE;
	config_load(&config, NULL);
	host_init(&host, &config);
	return resolver_locate(&host, argv[0], &vm) == 0 ? VERB_OK : VERB_FAILED;
}
