/* SPDX-License-Identifier: MIT */
#include "list_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/deadline.h"
#include "monitor/vm_monitor.h"

/* A person begins to wonder after a second. */
#define PROGRESS_AFTER_NS INT64_C(1000000000)

struct progress {
	int64_t begin_ns;
	bool is_shown;
};

static void show_progress(void *context, size_t answered, size_t count)
{
	struct progress *progress = context;

	if (deadline_now_ns() - progress->begin_ns < PROGRESS_AFTER_NS)
		return;
	fprintf(stderr, "\rasked %zu guest agents, %zu answered", count, answered);
	progress->is_shown = true;
}

/* The line, and back to its beginning. */
static void erase_progress(const struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
}

/* One descriptor for each VM is open while all are asked. */
static void allow_many_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int run(struct host *host, struct resolver_survey survey,
	struct resolver_answer **ret_answers)
{
	struct progress progress = {.begin_ns = deadline_now_ns()};
	int count;

	if (isatty(STDERR_FILENO)) {
		survey.show_progress = show_progress;
		survey.context = &progress;
	}
	allow_many_descriptors();
	count = resolver_ask_all(host, &survey, ret_answers);
	erase_progress(&progress);
	if (count < 0)
		fprintf(stderr, "qemuvm: cannot look for VMs: %s\n", strerror(-count));
	return count;
}

int list_all(struct host *host, struct resolver_answer **ret_answers)
{
	return run(
		host, (struct resolver_survey){.query_monitor = vm_monitor_query}, ret_answers);
}

int list_all_now(struct host *host, struct resolver_answer **ret_answers)
{
	const struct resolver_survey survey = {
		.query_monitor = vm_monitor_query, .no_cache = true};

	return run(host, survey, ret_answers);
}

int list_all_known(struct host *host, struct resolver_answer **ret_answers)
{
	return run(host, (struct resolver_survey){.cached_only = true}, ret_answers);
}

char *list_all_render(struct host *host, const struct list_all_form *form)
{
	struct resolver_answer *answers;
	char *text = NULL;
	size_t size;
	FILE *stream;
	int count;

	host_forget(host);
	count = list_all(host, &answers);

	if (count < 0)
		return NULL;
	stream = open_memstream(&text, &size);
	if (stream != NULL) {
		form->print(form->context, stream, answers, count);
		(void)fclose(stream);
	}
	free(answers);
	return text;
}
