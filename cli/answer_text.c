/* SPDX-License-Identifier: MIT */
#include "answer_text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "host/proc.h"

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

const char *answer_hint(const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE])
{
	if (answer->outcome != RESOLVER_ADDRESSES)
		return resolver_explain(answer, text);
	if (answer->agent_reason != REASON_OK)
		return resolver_explain_agent(answer, text);
	return NULL;
}

const char *answer_source(const struct resolver_answer *answer)
{
	return answer->outcome == RESOLVER_ADDRESSES ? config_source_name(answer->source) : NULL;
}

const char *answer_netdev(enum vm_netdev netdev)
{
	static const char *const words[] = {
		[VM_NETDEV_NONE] = "unplugged",
		[VM_NETDEV_TAP] = "tap",
		[VM_NETDEV_BRIDGE] = "bridge",
		[VM_NETDEV_USER] = "user",
		[VM_NETDEV_PASST] = "passt",
		[VM_NETDEV_VDE] = "vde",
		[VM_NETDEV_SOCKET] = "socket",
		[VM_NETDEV_OTHER] = "other",
	};

	return words[netdev];
}

const char *answer_network(
	const struct resolver_answer *answer, char text[static ANSWER_NETWORK_SIZE])
{
	bool is_listed[VM_NETDEV_OTHER + 1] = {false};
	size_t len = 0;

	for (unsigned int i = 0; i < answer->vm.nic_count; i++) {
		const char *word = answer_netdev(answer->vm.nics[i].netdev);

		if (word == NULL || is_listed[answer->vm.nics[i].netdev])
			continue;
		is_listed[answer->vm.nics[i].netdev] = true;
		len += (size_t)snprintf(
			text + len, ANSWER_NETWORK_SIZE - len, "%s%s", len > 0 ? "+" : "", word);
	}
	return len > 0 ? text : NULL;
}

int64_t answer_started(const struct resolver_answer *answer)
{
	static uint64_t boot; /* when the machine was booted, by /proc/stat, read once */
	uint64_t ticks = answer->vm.start_time;
	char line[256];
	uid_t owner;
	FILE *file;

	if (ticks == 0 && (answer->vm.pid <= 0 || proc_birth(answer->vm.pid, &ticks, &owner) < 0))
		return 0;
	file = boot == 0 ? fopen("/proc/stat", "re") : NULL;
	while (file != NULL && boot == 0 && fgets(line, sizeof(line), file) != NULL) {
		struct text rest = text_of(line);

		if (text_take(&rest, "btime "))
			(void)text_take_number(&rest, 10, INT64_MAX, &boot);
	}
	if (file != NULL)
		(void)fclose(file);
	return boot > 0 ? (int64_t)boot + (int64_t)ticks / sysconf(_SC_CLK_TCK) : 0;
}

const char *answer_uptime(int64_t started, char text[static ANSWER_UPTIME_SIZE])
{
	int64_t seconds = (int64_t)time(NULL) - started;

	if (seconds < MINUTE)
		return "<1 min";
	if (seconds < HOUR)
		(void)snprintf(text, ANSWER_UPTIME_SIZE, "%" PRId64 " min", seconds / MINUTE);
	else if (seconds < DAY)
		(void)snprintf(text, ANSWER_UPTIME_SIZE, "%" PRId64 " h", seconds / HOUR);
	else
		(void)snprintf(text, ANSWER_UPTIME_SIZE, "%" PRId64 " d", seconds / DAY);
	return text;
}
