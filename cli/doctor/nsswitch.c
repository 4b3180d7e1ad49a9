/* SPDX-License-Identifier: MIT */
#include "nsswitch.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* glibc takes lines of any length; no real one is longer. */
#define LINE_SIZE 2048

/* A service of the line, and the actions behind it: "NOTFOUND=return" of "files [NOTFOUND=return]".
 */
struct service {
	char *name, *actions;
};

/* The service at *at, which moves behind it; false: there is none. */
static bool next_service(char **at, struct service *ret_service)
{
	char *name = *at + strspn(*at, " \t\n"), *end = name + strcspn(name, " \t\n["), *bracket;

	if (end == name)
		return false;
	bracket = end + strspn(end, " \t\n");
	*ret_service = (struct service){name, end};
	*at = bracket;
	if (*bracket == '[') {
		ret_service->actions = bracket + 1;
		*at = bracket + strcspn(bracket, "]");
		if (**at == ']')
			*(*at)++ = '\0';
		*end = '\0';
	} else if (*end != '\0') {
		*end = '\0';
		*at = end + 1;
	}
	return true;
}

/* Does a status ("NOTFOUND") of the service end the look-up? By default only SUCCESS does. */
static bool ends_on(const struct service *service, const char *status)
{
	bool is_end = false;

	for (const char *word = service->actions; *word != '\0'; word += strcspn(word, " \t\n")) {
		bool is_not;
		size_t len;

		word += strspn(word, " \t\n");
		is_not = *word == '!';
		word += is_not;
		len = strcspn(word, "= \t\n");
		if (word[len] != '=')
			continue;
		if ((len == strlen(status) && strncasecmp(word, status, len) == 0) != is_not)
			is_end = strncasecmp(word + len + 1, "return", 6) == 0;
	}
	return is_end;
}

/* Is a service behind this one too late to be asked for a name of ours, or not before the name
 * has gone out to the network? */
static bool comes_too_early(const struct service *service)
{
	static const char *const network[] = {"resolve", "dns", "wins", "mdns", "mdns4", "mdns6"};
	const char *name = service->name;
	size_t len = strlen(name);
	bool is_minimal;

	for (size_t i = 0; i < sizeof(network) / sizeof(network[0]); i++)
		if (strcmp(name, network[i]) == 0)
			return true;
	/* The _minimal modules of mdns say UNAVAIL to every name outside of .local (nss-mdns,
	 * nss.c); any other service says NOTFOUND to a name that it does not know. */
	is_minimal =
		strncmp(name, "mdns", 4) == 0 && len > 8 && strcmp(name + len - 8, "_minimal") == 0;
	return ends_on(service, is_minimal ? "UNAVAIL" : "NOTFOUND");
}

static enum nsswitch_state check_services(char *services)
{
	struct service service;
	bool is_behind = false;

	while (next_service(&services, &service)) {
		if (strcmp(service.name, "qemuvm") != 0) {
			is_behind |= comes_too_early(&service);
			continue;
		}
		if (is_behind)
			return NSSWITCH_TOO_LATE;
		return ends_on(&service, "NOTFOUND") && ends_on(&service, "TRYAGAIN") &&
				       !ends_on(&service, "UNAVAIL")
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
