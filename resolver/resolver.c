/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cache.h"
#include "lookup.h"
#include "memory.h"
#include "netlink.h"
#include "trust.h"
#include "vm_find.h"
#include "vm_scan.h"

#define MS_PER_S 1000

/* All that one question needs, in one allocation: none of it fits a stranger's stack. */
struct asking {
	struct trust trust;
	struct vm_found found;
	struct vm_rivals rivals;
	struct lookup lookup;
};

static bool is_out_of_resources(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE || error == -ENOBUFS;
}

static void set_reason(struct resolver_answer *answer, enum resolver_outcome outcome,
	enum resolver_reason reason, int error)
{
	answer->outcome = outcome;
	answer->reason = reason;
	answer->error = error;
}

/* There is no VM of that name that counts. */
static void answer_not_found(struct resolver_answer *answer, int error)
{
	switch (error) {
	case -ECONNREFUSED:
		set_reason(answer, RESOLVER_NO_VM, RESOLVER_VM_GONE, error);
		return;
	case -EACCES:
		set_reason(answer, RESOLVER_NO_VM, RESOLVER_NO_PERMISSION, error);
		return;
	case -EPERM:
		set_reason(answer, RESOLVER_NO_VM, RESOLVER_STRANGER, error);
		return;
	case -ENOTUNIQ:
		set_reason(answer, RESOLVER_NO_VM, RESOLVER_AMBIGUOUS, error);
		return;
	case -EKEYREJECTED:
		set_reason(answer, RESOLVER_NO_VM, RESOLVER_UNSUPPORTED, error);
		return;
	default:
		break;
	}
	if (is_out_of_resources(error))
		set_reason(answer, RESOLVER_NOT_YET, RESOLVER_NO_RESOURCES, error);
	else
		set_reason(answer, RESOLVER_NO_VM, RESOLVER_NO_SUCH_VM, error);
}

/* Why the agent of a VM that is there named no address. */
static enum resolver_reason reason_of_agent(int said)
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
		return is_out_of_resources(said) ? RESOLVER_NO_RESOURCES : RESOLVER_AGENT_LEFT;
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

	if (has_source(config, SOURCE_AGENT) && vm->agent.kind == VM_ENDPOINT_NONE)
		return config->source_count > 1 ? RESOLVER_NOT_HEARD : RESOLVER_NO_AGENT;
	if (config->source_count == 0 || has_source(config, SOURCE_AGENT))
		return RESOLVER_NOT_ASKED;
	if (!vm_has_telling_macs(vm))
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
		set_reason(answer, RESOLVER_NO_ADDRESS, RESOLVER_USER_MODE, 0);
	else if (said < 0)
		set_reason(answer, RESOLVER_NOT_YET, reason_of_agent(said), said);
	else
		set_reason(answer, RESOLVER_NOT_YET, reason_of_host(lookup, config), 0);
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
			set_reason(answer, RESOLVER_NO_ADDRESS, RESOLVER_OTHER_FAMILY, 0);
			return;
		}
		if (verdict != CANDIDATE_REFUSED && verdict != CANDIDATE_OTHER_NIC &&
			verdict != CANDIDATE_NO_SCOPE && why == CANDIDATE_REFUSED)
			why = verdict;
	}
	if (why == CANDIDATE_REFUSED) {
		set_reason(answer, RESOLVER_NOT_YET, RESOLVER_NO_LEASE_YET, 0);
		return;
	}
	answer->verdict = why;
	set_reason(answer, RESOLVER_NO_ADDRESS, RESOLVER_NONE_COUNTS, 0);
}

static void describe_vm(struct resolver_answer *answer, const struct vm *vm)
{
	memcpy(answer->id, vm->id, sizeof(answer->id));
	vm_endpoint_format(&vm->agent, answer->socket);
	memcpy(answer->names, vm->names, sizeof(answer->names));
	answer->name_count = vm->name_count;
	answer->pid = vm->pid;
	answer->uid = vm->uid;
	memcpy(answer->nics, vm->nics, sizeof(answer->nics));
	answer->nic_count = vm->nic_count;
	memcpy(answer->forwards, vm->forwards, sizeof(answer->forwards));
	answer->forward_count = vm->forward_count;
	answer->vsock_cid = vm->vsock_cid;
	answer->start_time = vm->start_time;
}

static void describe_host(struct resolver_answer *answer)
{
	char name[NAME_VM_SIZE];

	name_spell(answer->id, name);
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

/* Why the agent did not answer, though what it said before may stand in; or 0. */
static int error_of_agent(const struct lookup *lookup)
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
	set_reason(answer, RESOLVER_ADDRESSES, RESOLVER_OK, 0);
	if (error_of_agent(lookup) < 0)
		answer->agent_reason = reason_of_agent(error_of_agent(lookup));
	if (source == SOURCE_AGENT && lookup->calls[SOURCE_AGENT].failure < 0)
		answer->age_ms = memory_age_ms(&lookup->memory);
}

static void answer_for(struct resolver_answer *answer, struct lookup *lookup,
	const struct config *config, const struct resolver_question *question)
{
	memset(answer, 0, sizeof(*answer));
	describe_vm(answer, &lookup->found->vm);
	describe_host(answer);
	answer_from_sources(answer, lookup, config, question);
}

static struct lookup_terms terms_of(
	const struct config *config, const struct trust *trust, int budget_ms)
{
	return (struct lookup_terms){
		.config = config,
		.trust = trust,
		.deadline = deadline_after_ms(budget_ms > 0 ? budget_ms : config->timeout_ms),
	};
}

static void set_rivals(struct resolver_answer *answer, const struct vm_rivals *rivals)
{
	memcpy(answer->rivals, rivals->id, sizeof(answer->rivals));
	memcpy(answer->rival_pids, rivals->pid, sizeof(answer->rival_pids));
}

/* Is it known who listens on a socket? If not, waits for the turn to ask: until it comes, or the
 * entry of the VM that somebody else asked, or half the budget is spent. */
static bool knows_peer(void *context, const char *path, struct agent_peer *ret_peer)
{
	struct memory *memory = context;

	memory_set_socket(memory, path);
	while (memory_take_turn(memory) == -EAGAIN && !memory_knows_peer(memory, ret_peer))
		poll(NULL, 0, MEMORY_PAUSE_MS);
	return memory_knows_peer(memory, ret_peer);
}

/* Keeps the answer for who asks for addresses alone, if it is whole and of now. */
static void remember_answer(struct asking *asking, const struct config *config, const char *name)
{
	static const struct resolver_question everything = {
		.family = AF_UNSPEC, .takes_scope = true};
	struct resolver_answer *answer = malloc(sizeof(*answer));
	struct cache_answer kept;

	if (answer == NULL)
		return;
	answer_for(answer, &asking->lookup, config, &everything);
	if (answer->outcome == RESOLVER_ADDRESSES && answer->age_ms == 0 &&
		answer->address_count < ANSWER_ADDRESSES_MAX) {
		kept = (struct cache_answer){
			.source = answer->source,
			.agent_error = error_of_agent(&asking->lookup),
			.count = (unsigned int)answer->address_count,
		};
		memcpy(kept.addresses, answer->addresses, sizeof(kept.addresses));
		memory_note_answer(&asking->lookup.memory, name, &kept);
	}
	free(answer);
}

static void show(const struct lookup *lookup, const struct config *config,
	const struct resolver_witness *witness)
{
	for (unsigned int i = 0; i < config->source_count; i++) {
		enum source_id id = config->sources[i];
		bool has_failed = id == SOURCE_AGENT && lookup->said[id] < 0;

		witness->see(witness->context, &lookup->found->vm, id,
			has_failed ? reason_of_agent(lookup->said[id]) : RESOLVER_OK,
			&lookup->candidates[id]);
	}
}

/* The VM is found. */
static void ask_found(struct asking *asking, const struct config *config,
	const struct resolver_question *question, const struct lookup_terms *terms,
	struct resolver_answer *answer)
{
	struct lookup *lookup = &asking->lookup;
	char name[NAME_VM_SIZE];
	int r;

	memcpy(name, answer->id, sizeof(name));
	if (question->learn != NULL)
		question->learn(&asking->trust, (struct vm *const[]){&asking->found.vm}, 1);
	lookup->found = &asking->found;
	memory_set_vm(&lookup->memory, &asking->found.vm);
	r = lookup_run(&lookup, 1, terms);
	if (r < 0) {
		answer_not_found(answer, r);
		return;
	}
	answer_for(answer, lookup, config, question);
	if (question->witness != NULL)
		show(lookup, config, question->witness);
	if (answer->outcome == RESOLVER_ADDRESSES && lookup->memory.has_place)
		remember_answer(asking, config, name);
}

/* The name that is looked for is in *answer already, as its id. */
static void ask_one(struct asking *asking, const struct config *config, struct cache *cache,
	const struct resolver_question *question, struct resolver_answer *answer)
{
	struct memory *memory = &asking->lookup.memory;
	struct vm_finder finder = {.config = config,
		.trust = &asking->trust,
		.knows_peer = knows_peer,
		.context = memory};
	struct lookup_terms terms = terms_of(config, &asking->trust, question->budget_ms);
	int r;

	terms.is_patient = question->is_patient;
	terms.talk = question->talk;
	memory_init(memory, cache, &asking->trust, config,
		deadline_after_ms(deadline_left_ms(terms.deadline) / 2));
	r = vm_find_by_name(&finder, answer->id, &asking->found, &asking->rivals);
	if (r == -ENOTUNIQ)
		set_rivals(answer, &asking->rivals);
	if (r < 0)
		answer_not_found(answer, r);
	else
		ask_found(asking, config, question, &terms, answer);
	memory_leave(memory, &asking->found.vm);
	if (r == 0)
		vm_find_close(&asking->found);
}

static bool is_of_question(const struct address *address, const struct resolver_question *question)
{
	return (question->family == AF_UNSPEC || address->family == question->family) &&
	       (address->scope_id == 0 || question->takes_scope);
}

static void answer_from_entry(struct resolver_answer *answer, const struct cache_entry *entry,
	const struct resolver_question *question)
{
	const struct cache_answer *kept = &entry->answer;

	memcpy(answer->id, entry->vm, sizeof(answer->id));
	describe_host(answer);
	memcpy(answer->socket, entry->socket.path, sizeof(answer->socket));
	answer->pid = entry->process.pid;
	answer->uid = entry->process.uid;
	for (unsigned int i = 0; i < kept->count; i++)
		if (is_of_question(&kept->addresses[i], question))
			answer->addresses[answer->address_count++] = kept->addresses[i];
	answer->source = kept->source;
	if (kept->agent_error < 0)
		answer->agent_reason = reason_of_agent(kept->agent_error);
	if (answer->address_count > 0)
		set_reason(answer, RESOLVER_ADDRESSES, RESOLVER_OK, 0);
	else
		set_reason(answer, RESOLVER_NO_ADDRESS, RESOLVER_OTHER_FAMILY, 0);
}

/* Was the same asked a moment ago? Then no VM is looked for, whichever way it was found. */
static bool answer_from_cache(const struct cache *cache, const struct trust *trust,
	const struct config *config, const struct resolver_question *question,
	struct resolver_answer *answer)
{
	struct cache_entry *entry;
	bool is_known;

	if (!question->is_brief || cache->directory_fd < 0)
		return false;
	entry = malloc(sizeof(*entry));
	is_known = entry != NULL && cache_read_name(cache, answer->id, trust, entry) == 0 &&
		   cache_is_within(entry->answer.at_ms, (int64_t)config->cache_s * MS_PER_S);
	if (is_known)
		answer_from_entry(answer, entry, question);
	free(entry);
	return is_known;
}

static void ask_anew(const struct config *config, struct cache *cache, const struct trust *trust,
	const struct resolver_question *question, struct resolver_answer *answer)
{
	struct asking *asking = calloc(1, sizeof(*asking));

	if (asking == NULL) {
		answer_not_found(answer, -ENOMEM);
		return;
	}
	asking->trust = *trust;
	ask_one(asking, config, cache, question, answer);
	free(asking);
}

void resolver_ask(const struct config *config, const struct resolver_question *question,
	struct resolver_answer *ret_answer)
{
	char checked[NAME_VM_SIZE];
	struct cache cache;
	struct trust trust;

	memset(ret_answer, 0, sizeof(*ret_answer));
	if (name_from_typed(question->name, checked) < 0) {
		set_reason(ret_answer, RESOLVER_NO_VM, RESOLVER_BAD_NAME, -EINVAL);
		return;
	}
	memcpy(ret_answer->id, checked, sizeof(checked));
	describe_host(ret_answer);
	trust_init(config, &trust);
	cache_open(config, &cache);
	if (!answer_from_cache(&cache, &trust, config, question, ret_answer))
		ask_anew(config, &cache, &trust, question, ret_answer);
	cache_close(&cache);
}

/* Of many VMs none is waited for. */
static bool remembers_peer(void *context, const char *path, struct agent_peer *ret_peer)
{
	struct memory *memory = context;
	bool is_known;

	memory_set_socket(memory, path);
	memory_take_turn(memory);
	is_known = memory_knows_peer(memory, ret_peer);
	memory_leave(memory, NULL);
	return is_known;
}

/* What is needed to know who listens on a socket without a connection to it. */
struct location {
	struct vm_finder finder;
	struct memory memory;
	struct vm vm;
};

/* By what is remembered, or by the process whose arguments name the socket. */
static bool locate_peer(void *context, const char *path, struct agent_peer *ret_peer)
{
	struct location *location = context;

	if (remembers_peer(&location->memory, path, ret_peer))
		return true;
	if (vm_scan_by_socket(&location->finder, path, &location->vm) < 0)
		return false;
	*ret_peer = (struct agent_peer){.pid = location->vm.pid, .uid = location->vm.uid};
	return true;
}

static int locate(const struct config *config, struct cache *cache, const struct trust *trust,
	const char *name, struct vm *ret_vm)
{
	struct location *location = calloc(1, sizeof(*location));
	struct asking *asking = calloc(1, sizeof(*asking));
	int r = -ENOMEM;

	if (location != NULL && asking != NULL) {
		location->finder = (struct vm_finder){.config = config,
			.trust = trust,
			.knows_peer = locate_peer,
			.context = location};
		memory_init(&location->memory, cache, trust, config, deadline_after_ms(0));
		r = vm_find_by_name(&location->finder, name, &asking->found, &asking->rivals);
	}
	if (r == 0) {
		vm_find_close(&asking->found);
		*ret_vm = asking->found.vm;
	}
	free(asking);
	free(location);
	return r;
}

int resolver_locate(const struct config *config, const char *name, struct vm *ret_vm)
{
	char checked[NAME_VM_SIZE];
	struct cache cache;
	struct trust trust;
	int r = name_from_typed(name, checked);

	if (r < 0)
		return -ENOENT;
	trust_init(config, &trust);
	cache_open(config, &cache);
	r = locate(config, &cache, &trust, checked, ret_vm);
	cache_close(&cache);
	return r;
}

/* How long the kernel may take for its neighbour table; it takes some 20 us. */
#define NEIGHBOUR_MS 100

struct hearing {
	const struct address *address;
	struct mac mac;
	bool is_heard;
};

static void hear(void *context, const struct netlink_neighbour *neighbour)
{
	struct hearing *hearing = context;

	if (!address_equals(hearing->address, &neighbour->address))
		return;
	hearing->mac = neighbour->mac;
	hearing->is_heard = true;
}

int resolver_mac_of(const struct address *address, struct mac *ret_mac)
{
	struct hearing hearing = {.address = address};
	int netlink_fd, r;

	/* A link-local address exists once on each link, and who asks cannot say which. */
	if (address_classify(address) != ADDRESS_UNICAST)
		return -ENOENT;
	netlink_fd = netlink_open();
	if (netlink_fd < 0)
		return netlink_fd;
	r = netlink_each_neighbour(
		netlink_fd, deadline_after_ms(NEIGHBOUR_MS), address->family, hear, &hearing);
	close(netlink_fd);
	if (r < 0)
		return r;
	if (!hearing.is_heard)
		return -ENOENT;
	*ret_mac = hearing.mac;
	return 0;
}

void resolver_ask_mac(
	const struct config *config, const struct mac *mac, struct resolver_answer *ret_answer)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	struct vm_finder finder = {.config = config};
	int r = -ENOMEM;

	memset(ret_answer, 0, sizeof(*ret_answer));
	if (asking != NULL) {
		finder.trust = &asking->trust;
		trust_init(config, &asking->trust);
		r = vm_scan_by_mac(&finder, mac, &asking->found.vm);
	}
	if (r == 0) {
		describe_vm(ret_answer, &asking->found.vm);
		describe_host(ret_answer);
		set_reason(ret_answer, RESOLVER_ADDRESSES, RESOLVER_OK, 0);
	} else {
		answer_not_found(ret_answer, r);
		ret_answer->outcome = RESOLVER_NO_VM;
	}
	free(asking);
}

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
		if (founds[i]->error < 0 && !is_out_of_resources(founds[i]->error))
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
static void learn_of_all(
	const struct trust *trust, struct vm_found **founds, size_t count, resolver_learn_fn *learn)
{
	struct vm **vms = calloc(count > 0 ? count : 1, sizeof(*vms));
	size_t counting = 0;

	for (size_t i = 0; vms != NULL && i < count; i++)
		if (founds[i]->error == 0)
			vms[counting++] = &founds[i]->vm;
	if (vms != NULL)
		learn(trust, vms, counting);
	free(vms);
}

/* Of the descriptors that this process may have, half is left to everything else. Each VM that is
 * asked takes two: one kept from the time it was found, or a new one; and netlink's for a moment.
 */
static size_t connections_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return 0;
	return limit.rlim_cur / 4 > 0 ? limit.rlim_cur / 4 : 1;
}

static int survey_with(const struct config *config, const struct resolver_survey *survey,
	const struct trust *trust, struct memory *memory, struct resolver_answer **ret_answers)
{
	struct vm_finder finder = {.config = config,
		.trust = trust,
		.knows_peer = remembers_peer,
		.context = memory,
		.connections_max = connections_max()};
	struct lookup_terms terms;
	struct vm_found **founds;
	int count = vm_find_all(&finder, &founds), r;

	if (count < 0)
		return count;
	if (survey->learn != NULL)
		learn_of_all(trust, founds, (size_t)count, survey->learn);
	terms = terms_of(config, trust, survey->budget_ms);
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
