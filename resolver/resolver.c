/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "cache/cache.h"
#include "config/trust.h"
#include "find/vm_find.h"
#include "find/vm_scan.h"
#include "host/netlink.h"
#include "lookup.h"
#include "source/memory.h"

/* All that one question needs, in one allocation: none of it fits a stranger's stack. */
struct asking {
	struct trust trust;
	struct vm_found found;
	struct vm_rivals rivals;
	struct lookup lookup;
};

static void set_rivals(struct resolver_answer *answer, const struct vm_rivals *rivals)
{
	memcpy(answer->rivals, rivals->id, sizeof(answer->rivals));
	memcpy(answer->rival_pids, rivals->pid, sizeof(answer->rival_pids));
}

/* Is it known who listens on a socket? If not, waits for the lock: until it is free, or the
 * entry of the VM that somebody else asked, or half the budget is spent. */
static bool knows_peer(void *context, const char *path, struct agent_peer *ret_peer)
{
	struct memory *memory = context;

	memory_set_socket(memory, path);
	while (memory_try_lock(memory) == -EAGAIN && !memory_knows_peer(memory, ret_peer))
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
			.agent_error = answer_error_of_agent(&asking->lookup),
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
			has_failed ? answer_reason_of_agent(lookup->said[id]) : RESOLVER_OK,
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

	memcpy(name, answer->vm.id, sizeof(name));
	if (question->query_monitor != NULL)
		question->query_monitor(&asking->trust, (struct vm *const[]){&asking->found.vm}, 1);
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
	struct lookup_terms terms = lookup_terms_of(config, &asking->trust, question->budget_ms);
	int r;

	terms.is_patient = question->is_patient;
	terms.session = question->session;
	memory_init(memory, cache, &asking->trust, config,
		deadline_after_ms(deadline_left_ms(terms.deadline) / 2));
	r = vm_find_by_name(&finder, answer->vm.id, &asking->found, &asking->rivals);
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

static void ask_anew(const struct config *config, struct cache *cache, struct trust *trust,
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

static int begin_answer(const char *name, struct resolver_answer *answer)
{
	char checked[NAME_VM_SIZE];

	memset(answer, 0, sizeof(*answer));
	if (name_from_typed(name, checked) < 0) {
		answer_set(answer, RESOLVER_NO_VM, RESOLVER_BAD_NAME, -EINVAL);
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
		answer_from_entry(ret_answer, entry, question);
	free(entry);
	return is_known;
}

void resolver_ask(const struct config *config, const struct resolver_question *question,
	struct resolver_answer *ret_answer)
{
	struct cache cache;
	struct trust trust;

	if (begin_answer(question->name, ret_answer) < 0)
		return;
	trust_init(config, &trust);
	cache_open(config, &cache);
	ask_anew(config, &cache, &trust, question, ret_answer);
	cache_close(&cache);
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

	/* Most templates have no socket for a name; no process needs to be looked at for those. */
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (memory_remembers_peer(&location->memory, path, ret_peer))
		return true;
	if (vm_scan_by_socket(&location->finder, path, &location->vm) < 0)
		return false;
	*ret_peer = (struct agent_peer){.pid = location->vm.pid, .uid = location->vm.uid};
	return true;
}

static int locate(const struct config *config, struct cache *cache, struct trust *trust,
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

int resolver_mac_of(const struct address *address, struct mac *ret_mac)
{
	struct netlink_neighbour neighbour;
	struct netlink_walk walk;
	bool is_known = false;
	struct mac mac;
	int netlink_fd, r;

	/* A link-local address exists once on each link, and who asks cannot say which. */
	if (address_classify(address) != ADDRESS_UNICAST)
		return -ENOENT;
	netlink_fd = netlink_open(NETLINK_ROUTE);
	if (netlink_fd < 0)
		return netlink_fd;
	r = netlink_begin_neighbours(
		&walk, netlink_fd, deadline_after_ms(NEIGHBOUR_MS), address->family);
	while (r >= 0 && (r = netlink_next_neighbour(&walk, &neighbour)) > 0)
		if (address_equals(address, &neighbour.address)) {
			mac = neighbour.mac;
			is_known = true;
		}
	netlink_end(&walk);
	close(netlink_fd);
	if (r < 0)
		return r;
	if (!is_known)
		return -ENOENT;
	*ret_mac = mac;
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
		ret_answer->vm = asking->found.vm;
		answer_name_host(ret_answer);
		answer_set(ret_answer, RESOLVER_ADDRESSES, RESOLVER_OK, 0);
	} else {
		answer_not_found(ret_answer, r);
		ret_answer->outcome = RESOLVER_NO_VM;
	}
	free(asking);
}
