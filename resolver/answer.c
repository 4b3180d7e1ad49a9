/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "find/vm_process.h"

bool answer_is_out_of_resources(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE || error == -ENOBUFS;
}

void answer_set(struct resolver_answer *answer, enum resolver_outcome outcome,
	enum resolver_reason reason, int error)
{
	answer->outcome = outcome;
	answer->reason = reason;
	answer->error = error;
}

void answer_not_found(struct resolver_answer *answer, int error)
{
	switch (error) {
	case -ECONNREFUSED:
		answer_set(answer, RESOLVER_NO_VM, RESOLVER_VM_GONE, error);
		return;
	case -EACCES:
		answer_set(answer, RESOLVER_NO_VM, RESOLVER_NO_PERMISSION, error);
		return;
	case -EPERM:
		answer_set(answer, RESOLVER_NO_VM, RESOLVER_STRANGER, error);
		return;
	case -ENOTUNIQ:
		answer_set(answer, RESOLVER_NO_VM, RESOLVER_AMBIGUOUS, error);
		return;
	case -EKEYREJECTED:
		answer_set(answer, RESOLVER_NO_VM, RESOLVER_UNSUPPORTED, error);
		return;
	default:
		break;
	}
	if (answer_is_out_of_resources(error))
		answer_set(answer, RESOLVER_NOT_YET, RESOLVER_NO_RESOURCES, error);
	else
		answer_set(answer, RESOLVER_NO_VM, RESOLVER_NO_SUCH_VM, error);
}

/* Why the agent of a VM that is there named no address. */
enum resolver_reason answer_reason_of_agent(int said)
{
	switch (said) {
	case -EPERM:
	case -EACCES:
	case -ELOOP:
	case -ENOENT:
	case -ENOTSOCK:
	case -ECONNREFUSED:
		return RESOLVER_AGENT_UNREACHABLE;
	case -EADDRNOTAVAIL:
		return RESOLVER_NO_LEASE_YET;
	case -EHOSTDOWN:
		return RESOLVER_AGENT_SILENT;
	case -EBUSY:
		return RESOLVER_AGENT_BUSY;
	case -ETIMEDOUT:
		return RESOLVER_AGENT_SLOW;
	case -EOPNOTSUPP:
	case -EREMOTEIO:
		return RESOLVER_AGENT_REFUSES;
	case -EBADMSG:
	case -E2BIG:
	case -EMSGSIZE:
		return RESOLVER_AGENT_GARBAGE;
	default:
		return answer_is_out_of_resources(said) ? RESOLVER_NO_RESOURCES
							: RESOLVER_AGENT_LEFT;
	}
}

/* Was the agent's socket all that was known of the VM, and is it not what it seemed? */
static bool is_no_vm(const struct vm_found *found, int said)
{
	return !found->is_running &&
	       (said == -EPERM || said == -EACCES || said == -ECONNREFUSED || said == -ENOENT);
}

static bool has_source(const struct config *config, enum source_id source)
{
	for (unsigned int i = 0; i < config->source_count; i++)
		if (config->sources[i] == source)
			return true;
	return false;
}

/* Why the sources named none that the host has itself; the agent was not asked. */
static enum resolver_reason reason_of_host(const struct lookup *lookup, const struct config *config)
{
	const struct vm *vm = &lookup->found->vm;

	if (has_source(config, SOURCE_AGENT) && vm->agent.kind == ENDPOINT_NONE)
		return config->source_count > 1 ? RESOLVER_NOT_HEARD : RESOLVER_NO_AGENT;
	if (config->source_count == 0 || has_source(config, SOURCE_AGENT))
		return RESOLVER_NOT_ASKED;
	if (!vm_has_unique_macs(vm))
		return RESOLVER_NO_MAC;
	return config->sources[0] == SOURCE_LEASE ? RESOLVER_NO_LEASE : RESOLVER_NO_NEIGHBOUR;
}

/* QEMU ended while its guest was asked: what the host knows of it is of former days. */
static bool has_ended(const struct lookup *lookup)
{
	return lookup->said[SOURCE_AGENT] == -ECONNRESET && vm_process_is_gone(&lookup->found->vm);
}

/* No source named an address. */
static void answer_not_yet(
	struct resolver_answer *answer, const struct lookup *lookup, const struct config *config)
{
	const struct vm_found *found = lookup->found;
	int said = lookup->said[SOURCE_AGENT];

	if (is_no_vm(found, said))
		answer_not_found(answer, said);
	else if (vm_is_unreachable(&found->vm))
		answer_set(answer, RESOLVER_NO_ADDRESS, RESOLVER_USER_MODE, 0);
	else if (said < 0)
		answer_set(answer, RESOLVER_NOT_YET, answer_reason_of_agent(said), said);
	else
		answer_set(answer, RESOLVER_NOT_YET, reason_of_host(lookup, config), 0);
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
			answer_set(answer, RESOLVER_NO_ADDRESS, RESOLVER_OTHER_FAMILY, 0);
			return;
		}
		if (verdict != CANDIDATE_REFUSED && verdict != CANDIDATE_OTHER_NIC &&
			verdict != CANDIDATE_NO_SCOPE && why == CANDIDATE_REFUSED)
			why = verdict;
	}
	if (why == CANDIDATE_REFUSED) {
		answer_set(answer, RESOLVER_NOT_YET, RESOLVER_NO_LEASE_YET, 0);
		return;
	}
	answer->verdict = why;
	answer_set(answer, RESOLVER_NO_ADDRESS, RESOLVER_NONE_COUNTS, 0);
}

void answer_name_host(struct resolver_answer *answer)
{
	char name[NAME_VM_SIZE];

	name_spell(answer->vm.id, name);
	snprintf(answer->host, sizeof(answer->host), "%s.%s", name, NAME_DOMAIN);
}

/* Did the guest itself tell that it has no address, but for loopback and the like? */
static bool says_none(const struct lookup *lookup, enum source_id source)
{
	const struct candidates *candidates = &lookup->candidates[source];

	if (source != SOURCE_AGENT || lookup->said[source] == 0)
		return false;
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->list[i].verdict != CANDIDATE_REFUSED)
			return false;
	return candidates->count > 0 || lookup->said[source] == -EADDRNOTAVAIL;
}

/*
 * The first source that knows the VM's addresses, or knows that it has none, has the word for both
 * families: what another one says of the family that it did not name would be out of date.
 */
static const struct candidates *most_believed(
	const struct lookup *lookup, const struct config *config, enum source_id *ret_source)
{
	const struct candidates *named = NULL;

	for (unsigned int i = 0; i < config->source_count; i++) {
		enum source_id id = config->sources[i];
		const struct candidates *candidates = &lookup->candidates[id];

		if (candidates_any(candidates) || says_none(lookup, id)) {
			*ret_source = id;
			return candidates;
		}
		if (candidates->count > 0 && named == NULL) {
			*ret_source = id;
			named = candidates;
		}
	}
	return named;
}

int answer_error_of_agent(const struct lookup *lookup)
{
	int failure = lookup->calls[SOURCE_AGENT].failure;

	if (failure < 0)
		return failure;
	return lookup->said[SOURCE_AGENT] < 0 ? lookup->said[SOURCE_AGENT] : 0;
}

static void answer_from_sources(struct resolver_answer *answer, struct lookup *lookup,
	const struct config *config, const struct resolver_question *question)
{
	enum source_id source;
	const struct candidates *believed = most_believed(lookup, config, &source);

	if (has_ended(lookup)) {
		answer_not_found(answer, -ECONNREFUSED);
		return;
	}
	if (believed == NULL || believed->count == 0 || vm_is_unreachable(&lookup->found->vm)) {
		answer_not_yet(answer, lookup, config);
		return;
	}
	answer->address_count = candidates_answer(&lookup->candidates[source], question->family,
		question->takes_scope, answer->addresses);
	if (answer->address_count == 0) {
		answer_none_counts(answer, believed);
		return;
	}
	answer->source = source;
	answer_set(answer, RESOLVER_ADDRESSES, RESOLVER_OK, 0);
	if (answer_error_of_agent(lookup) < 0)
		answer->agent_reason = answer_reason_of_agent(answer_error_of_agent(lookup));
	if (source == SOURCE_AGENT && lookup->calls[SOURCE_AGENT].failure < 0)
		answer->age_ms = memory_age_ms(&lookup->memory);
}

void answer_for(struct resolver_answer *answer, struct lookup *lookup, const struct config *config,
	const struct resolver_question *question)
{
	memset(answer, 0, sizeof(*answer));
	answer->vm = lookup->found->vm;
	answer_name_host(answer);
	answer_from_sources(answer, lookup, config, question);
}

static bool is_of_question(const struct address *address, const struct resolver_question *question)
{
	return (question->family == AF_UNSPEC || address->family == question->family) &&
	       (address->scope_id == 0 || question->takes_scope);
}

void answer_from_entry(struct resolver_answer *answer, const struct cache_entry *entry,
	const struct resolver_question *question)
{
	const struct cache_answer *kept = &entry->answer;

	memcpy(answer->vm.id, entry->vm, sizeof(answer->vm.id));
	answer_name_host(answer);
	if (entry->socket.path[0] != '\0')
		(void)endpoint_set_path(&answer->vm.agent, entry->socket.path);
	answer->vm.pid = entry->process.pid;
	answer->vm.uid = entry->process.uid;
	for (unsigned int i = 0; i < kept->count; i++)
		if (is_of_question(&kept->addresses[i], question))
			answer->addresses[answer->address_count++] = kept->addresses[i];
	answer->source = kept->source;
	if (kept->agent_error < 0)
		answer->agent_reason = answer_reason_of_agent(kept->agent_error);
	if (answer->address_count > 0)
		answer_set(answer, RESOLVER_ADDRESSES, RESOLVER_OK, 0);
	else
		answer_set(answer, RESOLVER_NO_ADDRESS, RESOLVER_OTHER_FAMILY, 0);
}
