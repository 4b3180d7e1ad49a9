/* SPDX-License-Identifier: MIT */
#include "nsswitch.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* glibc takes lines of any length; no real one is longer. */
#define LINE_SIZE 2048

/* Services that send the name to the network, or end the look-up of a name that they do not know.
 */
static bool is_network_service(const char *word)
{
	return strcmp(word, "resolve") == 0 || strcmp(word, "dns") == 0 ||
	       strncmp(word, "mdns", 4) == 0 || strcmp(word, "wins") == 0;
}

static enum nsswitch_state check_services(char *services)
{
	char *rest = services, *word;
	bool is_behind = false;

	while ((word = strtok_r(rest, " \t\n", &rest)) != NULL) {
		if (strcmp(word, "qemuvm") != 0) {
			is_behind |= is_network_service(word);
			continue;
		}
		if (is_behind)
			return NSSWITCH_TOO_LATE;
		word = strtok_r(rest, " \t\n", &rest);
		return word != NULL && strcasecmp(word, "[!UNAVAIL=return]") == 0
			       ? NSSWITCH_OK
			       : NSSWITCH_NO_ACTION;
	}
	return NSSWITCH_MISSING;
}

enum nsswitch_state nsswitch_check(FILE *file)
{
	enum nsswitch_state state = NSSWITCH_NO_LINE;
	char line[LINE_SIZE];

	while (fgets(line, sizeof(line), file) != NULL) {
		char *begin = line + strspn(line, " \t");

		begin[strcspn(begin, "#")] = '\0';
		/* As glibc does, the last of several lines counts. */
		if (strncmp(begin, "hosts:", 6) == 0)
			state = check_services(begin + 6);
	}
	return state;
}
