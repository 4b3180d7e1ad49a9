/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "answer.h"
#include "cache/agent_memory.h"
#include "cache/cache.h"
#include "find/vm_find.h"
#include "lookup.h"

/* Lookups of the VMs that count and that a name leads to; nothing is told of the others. */
static int make_lookups(const struct vm_founds *founds, const struct agent_memory *memory,
	bool wants_contained, struct lookup ***ret_lookups)
{
	struct lookup **lookups = calloc(founds->count + 1, sizeof(struct lookup *));
	size_t made = 0;

	if (lookups == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < founds->count; i++) {
		struct vm_found *found = founds->list[i];
		const struct vm_found *before;

		if (found->reason != REASON_OK && !reason_is_shortage(found->reason) &&
			!(wants_contained && found->reason == REASON_CONTAINED))
			continue;
		/* A lookup of its id leads to the one before it, which an earlier template found.
		 */
		before = made > 0 ? lookups[made - 1]->found : NULL;
		if (before != NULL && strcmp(found->vm.id, before->vm.id) == 0 &&
			found->template_index != VM_FOUND_BY_PROCESS &&
			before->template_index < found->template_index)
			continue;
		lookups[made] = calloc(1, sizeof(*lookups[made]));
		if (lookups[made] == NULL)
			break;
		lookups[made]->memory = *memory;
		agent_memory_set_vm(&lookups[made]->memory, &found->vm);
		lookups[made++]->found = found;
	}
	*ret_lookups = lookups;
	return (int)made;
}

static int ask_founds(const struct vm_founds *founds, const struct lookup_terms *terms,
	const struct agent_memory *memory, bool wants_contained,
	struct resolver_answer **ret_answers)
{
	const struct resolver_question question = {.family = AF_UNSPEC, .want_scope_id = true};
	struct resolver_answer *answers = NULL;
	struct lookup **lookups;
	int count = make_lookups(founds, memory, wants_contained, &lookups);
	int answered = 0;

	if (count < 0)
		return count;
	if (lookup_run(lookups, (size_t)count, terms) == 0)
		answers = calloc((size_t)count + 1, sizeof(*answers));
	for (int i = 0; i < count; i++) {
		if (answers != NULL) {
			answer_for(&answers[answered], &question, lookups[i], terms);
			/* Who listens was seen only now, and is nobody who counts, or nobody. */
			answered += answers[answered].outcome != RESOLVER_NO_VM ||
				    answers[answered].reason == REASON_CONTAINED;
		}
		free(lookups[i]);
	}
	free(lookups);
	if (answers == NULL)
		return -ENOMEM;
	*ret_answers = answers;
	return answered;
}

/* Of the VMs that count; the others' are not ours to ask. */
static void query_monitors(struct trust *trust, const struct vm_founds *founds,
	resolver_query_monitor_fn *query_monitor)
{
	struct vm **vms = calloc(founds->count + 1, sizeof(struct vm *));
	size_t count = 0;

	for (size_t i = 0; vms != NULL && i < founds->count; i++)
		if (founds->list[i]->reason == REASON_OK)
			vms[count++] = &founds->list[i]->vm;
	if (vms != NULL)
		query_monitor(trust, vms, count);
	free(vms);
}

/* Of the descriptors that this process may have, half is left to everything else. Each VM that is
 * asked takes two: one kept from the time it was found, or a new one; and netlink's for a moment.
 */
static size_t connections_max(void)
{
	struct rlimit limit;

	/* RLIM_INFINITY, too: descriptors are ints. */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX)
		return 0;
	return limit.rlim_cur / 4 > 0 ? (size_t)limit.rlim_cur / 4 : 1;
}

int resolver_ask_all(struct host *host, const struct resolver_survey *survey,
	struct resolver_answer **ret_answers)
{
	struct agent_memory *memory = malloc(sizeof(*memory));
	struct vm_finder finder = {
		.host = host, .memory = memory, .connections_max = connections_max()};
	struct lookup_terms terms = {
		.host = host,
		.sources = host->config->sources,
		.source_count = host->config->source_count,
		.cached_only = survey->cached_only,
		.leaves_memory = true,
		.at_once_max = finder.connections_max,
		.show_progress = survey->show_progress,
		.context = survey->context,
	};
	struct vm_founds founds;
	struct cache cache;
	int r;

	if (memory == NULL)
		return -ENOMEM;
	host_begin(host, survey->budget_ms);
	cache_open(survey->no_cache ? NULL : host->config, &cache);
	agent_memory_init(memory, &cache, &host->trust, host->config, deadline_after_ms(0));
	r = vm_find_all(&finder, &founds);
	if (r == 0) {
		if (survey->query_monitor != NULL)
			query_monitors(&host->trust, &founds, survey->query_monitor);
		/* Each VM gets the whole time, from when it is asked. */
		host_begin(host, survey->budget_ms);
		terms.budget_ms = deadline_left_ms(host->deadline);
		memory->has_place = false;
		r = ask_founds(&founds, &terms, memory, survey->wants_contained, ret_answers);
		vm_founds_free(&founds);
	}
	cache_close(&cache);
	free(memory);
	return r;
}
