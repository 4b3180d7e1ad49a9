/* SPDX-License-Identifier: MIT */
/* Any text as a configuration file. */
#include <stdlib.h>

#include "config/config_file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct config config;
	static struct config_problems problems;
	char path[CONFIG_PATH_SIZE];

	config_init(&config);
	config_parse(&config, (const char *)bytes, len, &problems);
	for (unsigned int i = 0; i < config.socket_count; i++)
		config_socket_path(config.sockets[i], "web", 1000, path);
	if (config.timeout_ms < 1 || config.source_count == 0 || config.socket_count == 0)
		abort();
	return 0;
}
