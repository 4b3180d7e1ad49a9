/* SPDX-License-Identifier: MIT */
#include "lookup.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/netlink.h"

/* Whatever is waited for has a time of its own; this is for what was forgotten. */
#define WAIT_MAX_MS 60000
/* When a guest that has not answered yet is joined by what the host knows: QEMU reads the probe
 * within 0.1 to 5 ms, and most answers are there after 2. */
#define GATHER_AFTER_MS 5
/* How often somebody who watches is told how far it is. */
#define PROGRESS_MS 100

bool lookup_has_source(const struct lookup_terms *terms, enum source_id source)
{
	for (unsigned int i = 0; i < terms->source_count; i++)
		if (terms->sources[i] == source)
			return true;
	return false;
}

/* Checks what a source claimed against the kernel's knowledge; without netlink against the rest. */
static void judge_claims(struct lookup *lookup, enum source_id id, const struct lookup_terms *terms)
{
	struct candidates *candidates = &lookup->candidates[id];
	const struct vm *vm = &lookup->found->vm;

	if (lookup->results[id] <= 0)
		return;
	candidates_learn(candidates, vm, terms->host, lookup->deadline);
	candidates_judge(candidates, vm,
		(struct candidate_rules){
			.routed = terms->host->config->routed, .macs_shared = vm_shares_macs(vm)});
}

/* What the host knows tells how long a guest is worth waiting for, and answers in its place. */
static void gather(struct lookup *lookup, const struct lookup_terms *terms)
{
	struct source_call call = lookup->agent.call;
	bool has_proof = false;

	lookup->is_gathered = true;
	for (unsigned int i = 0; i < terms->source_count; i++) {
		const struct source *source = source_by_id(terms->sources[i]);

		if (source == NULL)
			continue;
		call.candidates = &lookup->candidates[source->id];
		lookup->results[source->id] = source->claim(&call);
		judge_claims(lookup, source->id, terms);
		for (size_t j = 0; j < call.candidates->count; j++) {
			const struct candidate *candidate = &call.candidates->list[j];

			has_proof |= candidate->verdict == CANDIDATE_COUNTS &&
				     candidate->rank == CANDIDATE_PROVEN;
		}
	}
	if (has_proof && lookup->results[SOURCE_AGENT] == -EINPROGRESS)
		source_agent_shorten_timeout(&lookup->agent);
}

/* A guest that listens takes its question, and mostly answers it, before anybody else is asked. */
static void gather_if_due(struct lookup *lookup, const struct lookup_terms *terms)
{
	bool is_waiting = lookup->results[SOURCE_AGENT] == -EINPROGRESS;

	if (lookup->is_gathered || (is_waiting && !deadline_is_past(lookup->gather_at)))
		return;
	if (!is_waiting && !terms->wants_all && terms->source_count > 0 &&
		candidates_any(&lookup->candidates[terms->sources[0]]))
		lookup->is_gathered = true;
	else
		gather(lookup, terms);
}

static void step_agent(struct lookup *lookup, const struct lookup_terms *terms)
{
	struct source_agent *agent = &lookup->agent;
	int r = source_agent_step(agent);

	lookup->results[SOURCE_AGENT] = r;
	if (r == -EINPROGRESS)
		return;
	source_agent_done(agent);
	judge_claims(lookup, SOURCE_AGENT, terms);
	/* By what the agent itself answered now, not by what was remembered of it. */
	if (agent->is_begun && agent->error == 0 && r > 0)
		source_agent_remember(agent);
}

static void begin_lookup(struct lookup *lookup, const struct lookup_terms *terms)
{
	struct vm *vm = &lookup->found->vm;
	bool may_suffice;

	lookup->deadline = terms->host->deadline;
	if (terms->budget_ms > 0) {
		lookup->deadline = deadline_after_ms(terms->budget_ms);
		lookup->memory.lock_until = deadline_after_ms(terms->budget_ms / 2);
	}
	/* A VM that nothing outside can reach needs no question about addresses, and one that does
	 * not count is only told. */
	if (lookup->found->reason == REASON_CONTAINED ||
		(vm_is_unreachable(vm) && terms->session == NULL)) {
		lookup->is_gathered = true;
		return;
	}
	lookup->agent = (struct source_agent){
		.call = {terms->host, vm, lookup->deadline, &lookup->candidates[SOURCE_AGENT]},
		.memory = &lookup->memory,
		.session = terms->session,
		.wait_for_boot = terms->wait_for_boot,
		.cached_only = terms->cached_only,
		.agent_fd = &lookup->found->agent_fd,
	};
	/* Is nobody else asked once the guest names an address? If no MAC is known, a file of
	 * libvirt's may tell the guest's own interfaces from others. */
	may_suffice = terms->source_count > 0 && terms->sources[0] == SOURCE_AGENT &&
		      !terms->cached_only && !terms->wants_all && vm_has_macs(vm);
	lookup->gather_at = deadline_after_ms(may_suffice ? GATHER_AFTER_MS : 0);
	if (lookup_has_source(terms, SOURCE_AGENT))
		step_agent(lookup, terms);
	gather_if_due(lookup, terms);
}

/* The lookups that run side by side. Descriptors are close together: poll(2) refuses more slots
 * than the process may have descriptors, used or not. */
struct waiting {
	struct lookup **lookups;
	size_t count;
	size_t begun;       /* of them; the others begin when some are over */
	struct pollfd *fds; /* room for one of each lookup */
};

/* Ends those that have nothing left to wait for. Returns how many are over. */
static size_t end_answered(struct waiting *waiting, const struct lookup_terms *terms)
{
	size_t answered = 0;

	for (size_t i = 0; i < waiting->begun; i++) {
		struct lookup *lookup = waiting->lookups[i];

		if (!lookup->is_over)
			gather_if_due(lookup, terms);
		if (!lookup->is_over && lookup->results[SOURCE_AGENT] != -EINPROGRESS) {
			lookup->is_over = true;
			vm_found_close(lookup->found);
			if (terms->leaves_memory)
				agent_memory_leave(&lookup->memory, &lookup->found->vm);
		}
		answered += lookup->is_over;
	}
	return answered;
}

/* Begins as many as may be under way. Returns how many are over, now or before. */
static size_t begin_more(struct waiting *waiting, const struct lookup_terms *terms)
{
	size_t answered = end_answered(waiting, terms);

	while (waiting->begun < waiting->count &&
		(terms->at_once_max == 0 || waiting->begun - answered < terms->at_once_max)) {
		begin_lookup(waiting->lookups[waiting->begun++], terms);
		answered = end_answered(waiting, terms);
	}
	return answered;
}

/* Waits until something happens or a time is over, at `until` at the latest, and makes the next
 * step of each agent that is concerned. */
static void wait_for_agents(
	struct waiting *waiting, struct deadline until, const struct lookup_terms *terms)
{
	const struct pollfd *next = waiting->fds;
	size_t fd_count = 0;

	for (size_t i = 0; i < waiting->begun; i++) {
		const struct lookup *lookup = waiting->lookups[i];
		const struct agent_wait *wait = &lookup->agent.wait;

		if (lookup->results[SOURCE_AGENT] != -EINPROGRESS)
			continue;
		if (wait->fd >= 0)
			waiting->fds[fd_count++] =
				(struct pollfd){.fd = wait->fd, .events = wait->events};
		until = deadline_earlier(until, wait->until);
		if (!lookup->is_gathered)
			until = deadline_earlier(until, lookup->gather_at);
	}
	poll(waiting->fds, (nfds_t)fd_count, deadline_left_ms(until));
	for (size_t i = 0; i < waiting->begun; i++) {
		struct lookup *lookup = waiting->lookups[i];
		const struct agent_wait *wait = &lookup->agent.wait;
		bool is_ready;

		if (lookup->results[SOURCE_AGENT] != -EINPROGRESS)
			continue;
		is_ready = wait->fd >= 0 && (next++)->revents != 0;
		if (is_ready || deadline_is_past(wait->until))
			step_agent(lookup, terms);
	}
}

int lookup_run(struct lookup **lookups, size_t count, const struct lookup_terms *terms)
{
	struct waiting waiting = {.lookups = lookups, .count = count};
	size_t answered;

	waiting.fds = calloc(count + 1, sizeof(waiting.fds[0]));
	if (waiting.fds == NULL)
		return -ENOMEM;
	while ((answered = begin_more(&waiting, terms)) < count) {
		struct deadline until = deadline_after_ms(WAIT_MAX_MS);

		if (terms->show_progress != NULL) {
			terms->show_progress(terms->context, answered, count);
			until = deadline_earlier(until, deadline_after_ms(PROGRESS_MS));
		}
		wait_for_agents(&waiting, until, terms);
	}
	free(waiting.fds);
	return 0;
}
