/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "find/vm_process.h"

void answer_set(struct resolver_answer *answer, enum resolver_outcome outcome, enum reason reason)
{
	answer->outcome = outcome;
	answer->reason = reason;
}

void answer_not_found(struct resolver_answer *answer, enum reason reason)
{
	answer_set(answer, reason_is_shortage(reason) ? RESOLVER_NOT_YET : RESOLVER_NO_VM, reason);
}

/* Why the host's sources named no address; the agent was not asked. */
static enum reason reason_of_host(const struct vm *vm, const struct lookup_terms *terms)
{
	bool has_agent = lookup_has_source(terms, SOURCE_AGENT);

	if (has_agent && vm->agent.kind == ENDPOINT_NONE)
		return terms->source_count > 1 ? REASON_NOT_HEARD : REASON_NO_AGENT;
	if (terms->source_count == 0 || has_agent)
		return REASON_NOT_ASKED;
	if (!vm_has_unique_macs(vm))
		return REASON_NO_MAC;
	return terms->sources[0] == SOURCE_LEASE ? REASON_NO_LEASE : REASON_NO_NEIGHBOUR;
}

/* No source named an address. */
static void answer_not_yet(struct resolver_answer *answer, const struct lookup *lookup,
	const struct lookup_terms *terms)
{
	const struct vm *vm = &lookup->found->vm;
	int error = lookup_has_source(terms, SOURCE_AGENT) ? lookup->results[SOURCE_AGENT] : 0;
	/* Was the agent's socket all that was known of the VM, and is it not what it seemed? */
	bool is_no_vm =
		!lookup->found->is_running &&
		(error == -EPERM || error == -EACCES || error == -ECONNREFUSED || error == -ENOENT);

	if (is_no_vm)
		answer_not_found(answer, reason_of_finding(error));
	else if (vm_is_unreachable(vm))
		answer_set(answer, RESOLVER_NO_ADDRESS, REASON_USER_MODE);
	else if (error < 0)
		answer_set(answer, RESOLVER_NOT_YET, reason_of_agent(error));
	else
		answer_set(answer, RESOLVER_NOT_YET, reason_of_host(vm, terms));
}

/*
 * Addresses were named and none of them answers the question. A guest that is starting names its
 * loopback and the bridges of its containers before its NIC has anything.
 */
static void answer_none_counts(struct resolver_answer *answer, const struct candidates *candidates)
{
	enum candidate_verdict why = CANDIDATE_REFUSED;

	for (size_t i = 0; i < candidates->count; i++) {
		enum candidate_verdict verdict = candidates->list[i].verdict;

		if (verdict == CANDIDATE_COUNTS || verdict == CANDIDATE_TOO_MANY ||
			verdict == CANDIDATE_LINK_LOCAL_LAST) {
			answer_set(answer, RESOLVER_NO_ADDRESS, REASON_OTHER_FAMILY);
			return;
		}
		if (verdict != CANDIDATE_REFUSED && verdict != CANDIDATE_OTHER_NIC &&
			verdict != CANDIDATE_NO_SCOPE && why == CANDIDATE_REFUSED)
			why = verdict;
	}
	if (why == CANDIDATE_REFUSED) {
		answer_set(answer, RESOLVER_NOT_YET, REASON_NO_LEASE_YET);
		return;
	}
	answer->verdict = why;
	answer_set(answer, RESOLVER_NO_ADDRESS, REASON_NONE_COUNTS);
}

void answer_name_host(struct resolver_answer *answer)
{
	char name[NAME_VM_SIZE];

	name_spell(answer->vm.id, name);
	snprintf(answer->host, sizeof(answer->host), "%s.%s", name, NAME_DOMAIN);
}

/* Did the guest itself answer that it has no address, but for loopback and the like? */
static bool has_no_address(const struct lookup *lookup, enum source_id source)
{
	const struct candidates *candidates = &lookup->candidates[source];

	if (source != SOURCE_AGENT || lookup->results[source] == 0)
		return false;
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->list[i].verdict != CANDIDATE_REFUSED)
			return false;
	return candidates->count > 0 || lookup->results[source] == -EADDRNOTAVAIL;
}

/*
 * The first source that knows the VM's addresses, or knows that it has none, is believed for both
 * families: what another one has of the family that it did not name would be out of date. If there
 * is none, the first that claims anything. SOURCE_COUNT: nobody does.
 */
static enum source_id most_believed(const struct lookup *lookup, const struct lookup_terms *terms)
{
	enum source_id claiming = SOURCE_COUNT;

	for (unsigned int i = 0; i < terms->source_count; i++) {
		enum source_id id = terms->sources[i];
		const struct candidates *candidates = &lookup->candidates[id];

		if (candidates_any(candidates) || has_no_address(lookup, id))
			return id;
		if (candidates->count > 0 && claiming == SOURCE_COUNT)
			claiming = id;
	}
	return claiming;
}

int answer_agent_error(const struct lookup *lookup)
{
	if (lookup->agent.error < 0)
		return lookup->agent.error;
	return lookup->results[SOURCE_AGENT] < 0 ? lookup->results[SOURCE_AGENT] : 0;
}

void answer_for(struct resolver_answer *answer, const struct resolver_question *question,
	struct lookup *lookup, const struct lookup_terms *terms)
{
	const struct vm *vm = &lookup->found->vm;
	enum source_id source = most_believed(lookup, terms);
	struct candidates *candidates = &lookup->candidates[source % SOURCE_COUNT];
	int agent_error = lookup_has_source(terms, SOURCE_AGENT) ? answer_agent_error(lookup) : 0;

	memset(answer, 0, sizeof(*answer));
	answer->vm = *vm;
	answer_name_host(answer);
	if (lookup->found->reason == REASON_CONTAINED) {
		answer_not_found(answer, REASON_CONTAINED);
		return;
	}
	/* QEMU ended while its guest was asked: what the host knows of it is of former days. */
	if (lookup->results[SOURCE_AGENT] == -ECONNRESET && vm_process_is_gone(vm)) {
		answer_not_found(answer, REASON_VM_GONE);
		return;
	}
	if (source == SOURCE_COUNT || candidates->count == 0 || vm_is_unreachable(vm)) {
		answer_not_yet(answer, lookup, terms);
		return;
	}
	answer->address_count = candidates_answer(
		candidates, question->family, question->want_scope_id, answer->addresses);
	if (answer->address_count == 0) {
		answer_none_counts(answer, candidates);
		return;
	}
	answer->source = source;
	answer_set(answer, RESOLVER_ADDRESSES, REASON_OK);
	if (agent_error < 0)
		answer->agent_reason = reason_of_agent(agent_error);
	if (source == SOURCE_AGENT && lookup->agent.error < 0)
		answer->age_ms = agent_memory_age_ms(&lookup->memory);
}

void answer_each(struct resolver_claims ret_claims[static SOURCE_COUNT],
	const struct resolver_question *question, struct lookup *lookup,
	const struct lookup_terms *terms)
{
	struct lookup_terms alone = *terms;

	for (unsigned int i = 0; i < terms->source_count; i++) {
		enum source_id source = terms->sources[i];

		alone.sources = &source;
		alone.source_count = 1;
		answer_for(&ret_claims[source].answer, question, lookup, &alone);
		ret_claims[source].candidates = lookup->candidates[source];
	}
}

void answer_from_entry(struct resolver_answer *answer, const struct resolver_question *question,
	const struct cache_entry *entry)
{
	const struct cache_answer *kept = &entry->answer;

	memcpy(answer->vm.id, entry->vm, sizeof(answer->vm.id));
	answer_name_host(answer);
	if (entry->socket.path[0] != '\0')
		(void)endpoint_set_path(&answer->vm.agent, entry->socket.path);
	answer->vm.pid = entry->process.pid;
	answer->vm.uid = entry->process.uid;
	for (unsigned int i = 0; i < kept->count; i++) {
		const struct address *address = &kept->addresses[i];

		if ((question->family == AF_UNSPEC || address->family == question->family) &&
			(address->scope_id == 0 || question->want_scope_id))
			answer->addresses[answer->address_count++] = *address;
	}
	answer->source = kept->source;
	if (kept->agent_error < 0)
		answer->agent_reason = reason_of_agent(kept->agent_error);
	if (answer->address_count > 0)
		answer_set(answer, RESOLVER_ADDRESSES, REASON_OK);
	else
		answer_set(answer, RESOLVER_NO_ADDRESS, REASON_OTHER_FAMILY);
}
