/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "cache/cache.h"
#include "find/vm_find.h"
#include "find/vm_process.h"
#include "lookup.h"
#include "cache/agent_memory.h"

/* All that one question needs, in one allocation: none of it fits a stranger's stack. */
struct asking {
	struct cache cache;
	struct vm_found found;
	struct vm_rivals rivals;
	struct lookup lookup;
};

/* Keeps the answer for who asks for addresses alone, if it is whole and of now. */
static void remember_answer(
	struct asking *asking, const struct lookup_terms *terms, const char *name)
{
	static const struct resolver_question everything = {
		.family = AF_UNSPEC, .want_scope_id = true};
	struct resolver_answer *answer = malloc(sizeof(*answer));
	struct cache_answer kept;

	if (answer == NULL)
		return;
	answer_for(answer, &everything, &asking->lookup, terms);
	if (answer->outcome == RESOLVER_ADDRESSES && answer->age_ms == 0 &&
		answer->address_count < ANSWER_ADDRESSES_MAX) {
		kept = (struct cache_answer){
			.source = answer->source,
			.agent_error = answer_agent_error(&asking->lookup),
			.count = (unsigned int)answer->address_count,
		};
		memcpy(kept.addresses, answer->addresses, sizeof(kept.addresses));
		agent_memory_note_answer(&asking->lookup.memory, name, &kept);
	}
	free(answer);
}

/* By its process, which is another one by now if its start differs. */
static enum reason follow(struct host *host, const struct vm *known, struct vm_found *ret_found)
{
	if (known->pid <= 0 || vm_process_is_gone(known))
		return REASON_VM_GONE;
	ret_found->vm = *known;
	ret_found->agent_fd = -1;
	ret_found->is_running = true;
	return trust_has_uid(&host->trust, known->uid) ? REASON_OK : REASON_STRANGER;
}

/* The VM is found. The name that was asked for is the answer's id. */
static void ask_found(struct asking *asking, const struct resolver_question *question,
	const struct lookup_terms *terms, struct resolver_answer *answer)
{
	struct vm *vm = &asking->found.vm;
	struct lookup *lookup = &asking->lookup;
	char name[NAME_VM_SIZE];
	int r;

	memcpy(name, answer->vm.id, sizeof(name));
	if (question->query_monitor != NULL)
		question->query_monitor(&terms->host->trust, &vm, 1);
	lookup->found = &asking->found;
	agent_memory_set_vm(&lookup->memory, vm);
	r = lookup_run(&lookup, 1, terms);
	if (r < 0) {
		answer_not_found(answer, reason_of_finding(r));
		return;
	}
	answer_for(answer, question, lookup, terms);
	if (question->claims != NULL)
		answer_each(question->claims, question, lookup, terms);
	/* Which sources a later question asks is the configuration's choice. */
	if (answer->outcome == RESOLVER_ADDRESSES && lookup->memory.has_place &&
		question->sources == NULL)
		remember_answer(asking, terms, name);
}

static void ask_anew(
	struct host *host, const struct resolver_question *question, struct resolver_answer *answer)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	struct lookup_terms terms = {
		.host = host,
		.sources = host->config->sources,
		.source_count = host->config->source_count,
		.wants_all = question->claims != NULL,
		.wait_for_boot = question->wait_for_boot,
		.session = question->session,
	};
	struct vm_finder finder = {.host = host, .waits_for_lock = true};
	struct agent_memory *memory;
	enum reason reason;

	if (asking == NULL) {
		answer_not_found(answer, REASON_NO_MEMORY);
		return;
	}
	if (question->sources != NULL) {
		terms.sources = question->sources;
		terms.source_count = question->source_count;
	}
	host_begin(host, question->budget_ms);
	cache_open(question->no_cache ? NULL : host->config, &asking->cache);
	finder.memory = memory = &asking->lookup.memory;
	agent_memory_init(memory, &asking->cache, &host->trust, host->config,
		deadline_after_ms(deadline_left_ms(host->deadline) / 2));
	if (question->known != NULL && question->known->start_time != 0)
		reason = follow(host, question->known, &asking->found);
	else
		reason = vm_find_by_name(&finder, answer->vm.id, &asking->found, &asking->rivals);
	if (reason == REASON_OK) {
		ask_found(asking, question, &terms, answer);
		vm_found_close(&asking->found);
	} else {
		answer_not_found(answer, reason);
	}
	if (reason == REASON_AMBIGUOUS) {
		memcpy(answer->rivals, asking->rivals.id, sizeof(answer->rivals));
		memcpy(answer->rival_pids, asking->rivals.pid, sizeof(answer->rival_pids));
	}
	agent_memory_leave(memory, &asking->found.vm);
	cache_close(&asking->cache);
	free(asking);
}

static int begin_answer(const char *name, struct resolver_answer *answer)
{
	char checked[NAME_VM_SIZE];

	memset(answer, 0, sizeof(*answer));
	if (name_from_typed(name, checked) < 0) {
		answer_set(answer, RESOLVER_NO_VM, REASON_BAD_NAME);
		return -EINVAL;
	}
	memcpy(answer->vm.id, checked, sizeof(checked));
	answer_name_host(answer);
	return 0;
}

bool resolver_recall(const struct resolver_question *question, struct resolver_answer *ret_answer)
{
	struct cache_entry *entry;
	bool is_known;

	if (begin_answer(question->name, ret_answer) < 0)
		return true;
	entry = malloc(sizeof(*entry));
	is_known = entry != NULL && cache_read_name(ret_answer->vm.id, entry) == 0;
	if (is_known)
		answer_from_entry(ret_answer, question, entry);
	free(entry);
	return is_known;
}

void resolver_ask(struct host *host, const struct resolver_question *question,
	struct resolver_answer *ret_answer)
{
	if (begin_answer(question->name, ret_answer) == 0)
		ask_anew(host, question, ret_answer);
}
