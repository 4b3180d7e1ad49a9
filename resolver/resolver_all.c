/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "answer.h"
#include "cache/cache.h"
#include "config/trust.h"
#include "find/vm_find.h"
#include "lookup.h"
#include "source/memory.h"

/* Does a look-up of its id lead to the one before it, which an earlier template found? */
static bool is_shadowed(const struct vm_found *found, const struct vm_found *before)
{
	return strcmp(found->vm.id, before->vm.id) == 0 &&
	       found->template_index != VM_FIND_BY_PROCESS &&
	       before->template_index < found->template_index;
}

/* Look-ups of the VMs that count and that a name leads to; the others leave no trace. */
static int make_lookups(struct vm_found **founds, size_t count, const struct memory *memory,
	struct lookup ***ret_lookups)
{
	struct lookup **lookups = calloc(count > 0 ? count : 1, sizeof(*lookups));
	size_t made = 0;

	if (lookups == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (founds[i]->error < 0 && !answer_is_out_of_resources(founds[i]->error))
			continue;
		if (made > 0 && is_shadowed(founds[i], lookups[made - 1]->found))
			continue;
		lookups[made] = calloc(1, sizeof(*lookups[made]));
		if (lookups[made] == NULL)
			break;
		lookups[made]->memory = *memory;
		memory_set_vm(&lookups[made]->memory, &founds[i]->vm);
		lookups[made++]->found = founds[i];
	}
	*ret_lookups = lookups;
	return (int)made;
}

static void free_lookups(struct lookup **lookups, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(lookups[i]);
	free(lookups);
}

static int ask_founds(struct vm_found **founds, size_t found_count,
	const struct lookup_terms *terms, const struct memory *memory,
	struct resolver_answer **ret_answers)
{
	const struct resolver_question question = {.family = AF_UNSPEC, .takes_scope = true};
	struct resolver_answer *answers = NULL;
	struct lookup **lookups;
	int count = make_lookups(founds, found_count, memory, &lookups);
	int answered = 0;
	int r;

	if (count < 0)
		return count;
	r = lookup_run(lookups, (size_t)count, terms);
	if (r == 0)
		answers = calloc(count > 0 ? (size_t)count : 1, sizeof(*answers));
	for (int i = 0; answers != NULL && i < count; i++) {
		answer_for(&answers[answered], lookups[i], terms->config, &question);
		/* Who listens was seen only now, and is nobody who counts, or nobody. */
		answered += answers[answered].outcome != RESOLVER_NO_VM;
	}
	free_lookups(lookups, (size_t)count);
	if (answers == NULL)
		return -ENOMEM;
	*ret_answers = answers;
	return answered;
}

/* Those that count; the others are none of ours to ask. */
static void query_monitors(struct trust *trust, struct vm_found **founds, size_t count,
	resolver_query_monitor_fn *query_monitor)
{
	struct vm **vms = calloc(count > 0 ? count : 1, sizeof(*vms));
	size_t counting = 0;

	for (size_t i = 0; vms != NULL && i < count; i++)
		if (founds[i]->error == 0)
			vms[counting++] = &founds[i]->vm;
	if (vms != NULL)
		query_monitor(trust, vms, counting);
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

static int survey_with(const struct config *config, const struct resolver_survey *survey,
	struct trust *trust, struct memory *memory, struct resolver_answer **ret_answers)
{
	struct vm_finder finder = {.config = config,
		.trust = trust,
		.knows_peer = memory_remembers_peer,
		.context = memory,
		.connections_max = connections_max()};
	struct lookup_terms terms;
	struct vm_found **founds;
	int count = vm_find_all(&finder, &founds), r;

	if (count < 0)
		return count;
	if (survey->query_monitor != NULL)
		query_monitors(trust, founds, (size_t)count, survey->query_monitor);
	terms = lookup_terms_of(config, trust, survey->budget_ms);
	terms.asks_nobody = survey->asks_nobody;
	terms.leaves_memory = true;
	terms.budget_ms = deadline_left_ms(terms.deadline);
	terms.at_once_max = finder.connections_max;
	terms.show_progress = survey->show_progress;
	terms.context = survey->context;
	memory->has_place = false;
	r = ask_founds(founds, (size_t)count, &terms, memory, ret_answers);
	vm_find_free(founds, (size_t)count);
	return r;
}

int resolver_ask_all(const struct config *config, const struct resolver_survey *survey,
	struct resolver_answer **ret_answers)
{
	struct memory *memory = malloc(sizeof(*memory));
	struct cache cache;
	struct trust trust;
	int r;

	if (memory == NULL)
		return -ENOMEM;
	trust_init(config, &trust);
	cache_open(config, &cache);
	memory_init(memory, &cache, &trust, config, deadline_after_ms(0));
	r = survey_with(config, survey, &trust, memory, ret_answers);
	cache_close(&cache);
	free(memory);
	return r;
}
