/* SPDX-License-Identifier: MIT */
#include "list_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/deadline.h"
#include "command.h"
#include "monitor/vm_monitor.h"

/* People begin to wonder after a second. */
#define PROGRESS_AFTER_NS INT64_C(1000000000)

struct progress {
	int64_t begin_ns;
	bool is_shown;
};

static void progress_show(void *context, size_t answered, size_t count)
{
	struct progress *progress = context;

	if (deadline_now_ns() - progress->begin_ns < PROGRESS_AFTER_NS)
		return;
	fprintf(stderr, "\rasked %zu guest agents, %zu answered", count, answered);
	progress->is_shown = true;
}

int list_all(struct host *host, enum list_all_cache cache, struct answer_list *ret_answers)
{
	struct progress progress = {.begin_ns = deadline_now_ns()};
	struct resolver_survey survey = {
		.cached_only = cache == LIST_ALL_CACHE_ONLY,
		.no_cache = cache == LIST_ALL_CACHE_UNUSED,
		.wants_contained = cache == LIST_ALL_CACHE_USED,
		.query_monitor = cache == LIST_ALL_CACHE_ONLY ? NULL : vm_monitor_query,
		.show_progress = isatty(STDERR_FILENO) ? progress_show : NULL,
		.context = &progress,
	};
	struct rlimit limit;
	int count;

	/* Each VM that is asked needs descriptors. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	count = resolver_ask_all(host, &survey, &ret_answers->list);
	if (progress.is_shown)
		fputs("\r\033[K", stderr);
	if (count < 0) {
		fprintf(stderr, "qemuvm: cannot list VMs: %s\n", strerror(-count));
		return count;
	}
	ret_answers->count = count;
	return 0;
}

bool list_all_name(const struct resolver_answer *answer, char ret_name[static NAME_HOST_SIZE])
{
	char name[NAME_VM_SIZE];
	const char *chosen = name;

	if (answer->host[0] == '-' || name_from_host(answer->host, name) < 0)
		return false;
	if (strchr(name, '.') != NULL || strcasecmp(name, "localhost") == 0)
		chosen = answer->host;
	memcpy(ret_name, chosen, strlen(chosen) + 1);
	return true;
}

int list_all_refresh(list_all_print_fn *print, bool counting_only, char **text)
{
	struct answer_list answers;
	char *old = *text, *fresh = NULL;
	size_t size;
	FILE *stream;
	int r;

	host_forget(command_host());
	r = list_all(command_host(), LIST_ALL_CACHE_USED, &answers);
	if (r < 0)
		return r;
	for (int i = 0; counting_only && i < answers.count; i++)
		if (answers.list[i].outcome == RESOLVER_NO_VM) {
			memmove(&answers.list[i], &answers.list[i + 1],
				(size_t)(answers.count - i - 1) * sizeof(answers.list[0]));
			answers.count--;
			i--;
		}
	stream = open_memstream(&fresh, &size);
	if (stream != NULL) {
		print(stream, &answers);
		if (fclose(stream) != 0)
			r = -ENOMEM;
	}
	free(answers.list);
	if (stream == NULL || r < 0) {
		free(fresh);
		return -ENOMEM;
	}
	*text = fresh;
	r = old == NULL || strcmp(old, fresh) != 0;
	free(old);
	return r;
}
