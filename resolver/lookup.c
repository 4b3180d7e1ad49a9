/* SPDX-License-Identifier: MIT */
#include "lookup.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* Whatever is waited for has a time of its own; this is for what was forgotten. */
#define WAIT_MAX_MS 60000
/* When a guest that has not answered yet is joined by what the host knows: QEMU reads the probe
 * within 0.1 to 5 ms, and most answers are there after 2. */
#define GATHER_AFTER_MS 5
/* How often somebody who watches is told how far it is. */
#define PROGRESS_MS 100

static bool is_pending(const struct lookup *lookup)
{
	for (int s = 0; s < SOURCE_COUNT; s++)
		if (lookup->said[s] == -EINPROGRESS)
			return true;
	return false;
}

/* What is claimed is held against the kernel's knowledge; where there is no netlink, against the
 * rest. */
static void judge(struct lookup *lookup, enum source_id id, const struct lookup_terms *terms)
{
	struct candidates *candidates = &lookup->candidates[id];
	int netlink_fd;

	if (lookup->said[id] <= 0)
		return;
	netlink_fd = netlink_open(NETLINK_ROUTE);
	candidates_learn(candidates, &lookup->found->vm, netlink_fd, lookup->deadline);
	if (netlink_fd >= 0)
		close(netlink_fd);
	candidates_judge(candidates, &lookup->found->vm,
		(struct candidate_rules){.routed = terms->host->config->routed,
			.macs_shared = vm_shares_macs(&lookup->found->vm)});
}

static bool has_proof(const struct lookup *lookup)
{
	for (int s = 0; s < SOURCE_COUNT; s++)
		for (size_t i = 0; i < lookup->candidates[s].count; i++) {
			const struct candidate *candidate = &lookup->candidates[s].list[i];

			if (candidate->verdict == CANDIDATE_COUNTS &&
				candidate->rank == CANDIDATE_PROVEN)
				return true;
		}
	return false;
}

/* Asks for the first time, or goes on with what was waited for. */
static void ask(
	struct lookup *lookup, const struct source *source, const struct lookup_terms *terms)
{
	struct source_call *call = &lookup->calls[source->id];

	lookup->said[source->id] = source->ask(call);
	if (lookup->said[source->id] == -EINPROGRESS)
		return;
	source->leave(call);
	judge(lookup, source->id, terms);
	/* By what the agent itself said now, not by what was remembered of it. */
	if (source->id == SOURCE_AGENT && call->is_begun && call->failure == 0 &&
		lookup->said[source->id] > 0)
		memory_note_agent(&lookup->memory, &lookup->candidates[source->id]);
}

static void begin(
	struct lookup *lookup, const struct source *source, const struct lookup_terms *terms)
{
	lookup->calls[source->id] = (struct source_call){
		.host = terms->host,
		.vm = &lookup->found->vm,
		.deadline = lookup->deadline,
		.is_patient = terms->is_patient,
		.asks_nobody = terms->asks_nobody,
		.memory = &lookup->memory,
		.session = terms->session,
		.candidates = &lookup->candidates[source->id],
		.agent_fd = &lookup->found->agent_fd,
	};
	ask(lookup, source, terms);
}

/* Asks the guest, or what the host knows. */
static void begin_each(struct lookup *lookup, bool waits, const struct lookup_terms *terms)
{
	for (unsigned int i = 0; i < terms->host->config->source_count; i++) {
		const struct source *source = source_by_id(terms->host->config->sources[i]);

		if (source != NULL && source->waits == waits)
			begin(lookup, source, terms);
	}
}

static void shorten_timeouts(struct lookup *lookup)
{
	for (int s = 0; s < SOURCE_COUNT; s++) {
		const struct source *source = source_by_id((enum source_id)s);

		if (lookup->said[s] == -EINPROGRESS && source->shorten_timeout != NULL)
			source->shorten_timeout(&lookup->calls[s]);
	}
}

/* What the host knows tells how long a guest is worth waiting for, and answers in its place. */
static void gather(struct lookup *lookup, const struct lookup_terms *terms)
{
	lookup->is_gathered = true;
	begin_each(lookup, false, terms);
	if (has_proof(lookup))
		shorten_timeouts(lookup);
}

/* Does the first source of all wait, so that nobody else is heard once it names an address? Where
 * no MAC is known, a file of libvirt's may tell the guest's own interfaces from others. */
static bool may_suffice(const struct lookup *lookup, const struct lookup_terms *terms)
{
	const struct source *first =
		terms->host->config->source_count > 0 ? source_by_id(terms->host->config->sources[0]) : NULL;

	return first != NULL && first->waits && !terms->asks_nobody &&
	       vm_has_macs(&lookup->found->vm);
}

static bool suffices(const struct lookup *lookup, const struct lookup_terms *terms)
{
	return candidates_any(&lookup->candidates[terms->host->config->sources[0]]);
}

/* A guest that listens takes its question, and mostly answers it, before anybody else is asked. */
static void gather_if_due(struct lookup *lookup, const struct lookup_terms *terms)
{
	if (lookup->is_gathered)
		return;
	if (is_pending(lookup) && !deadline_is_past(lookup->gather_at))
		return;
	if (!is_pending(lookup) && suffices(lookup, terms))
		lookup->is_gathered = true;
	else
		gather(lookup, terms);
}

/* A VM that nothing outside can reach needs no question about addresses. */
static void begin_all(struct lookup *lookup, const struct lookup_terms *terms)
{
	lookup->deadline = terms->deadline;
	if (terms->budget_ms > 0) {
		lookup->deadline = deadline_after_ms(terms->budget_ms);
		lookup->memory.lock_until = deadline_after_ms(terms->budget_ms / 2);
	}
	if (vm_is_unreachable(&lookup->found->vm) && terms->session == NULL) {
		lookup->is_gathered = true;
		return;
	}
	lookup->gather_at = deadline_after_ms(may_suffice(lookup, terms) ? GATHER_AFTER_MS : 0);
	begin_each(lookup, true, terms);
	gather_if_due(lookup, terms);
}

/* What is waited for. Its descriptors stand close together: poll(2) refuses more slots than the
 * process may have descriptors, used or not. */
struct waiting {
	struct lookup **lookups;
	size_t count;
	size_t begun;       /* of them; the others begin when some are over */
	struct pollfd *fds; /* room for SOURCE_COUNT of each look-up */
	size_t fd_count;
};

static void add_fd(struct waiting *waiting, const struct agent_wait *wait)
{
	if (wait->fd >= 0)
		waiting->fds[waiting->fd_count++] =
			(struct pollfd){.fd = wait->fd, .events = wait->events};
}

static struct deadline gather_waits(struct waiting *waiting, struct deadline until)
{
	waiting->fd_count = 0;
	for (size_t i = 0; i < waiting->begun * SOURCE_COUNT; i++) {
		struct lookup *lookup = waiting->lookups[i / SOURCE_COUNT];
		const struct agent_wait *wait = &lookup->calls[i % SOURCE_COUNT].wait;

		if (lookup->said[i % SOURCE_COUNT] != -EINPROGRESS)
			continue;
		add_fd(waiting, wait);
		until = deadline_earlier(until, wait->until);
		if (!lookup->is_gathered)
			until = deadline_earlier(until, lookup->gather_at);
	}
	return until;
}

/* Walks through the same look-ups as gather_waits(), and their descriptors with them. */
static void resume_ready(struct waiting *waiting, const struct lookup_terms *terms)
{
	const struct pollfd *next = waiting->fds;

	for (size_t i = 0; i < waiting->begun * SOURCE_COUNT; i++) {
		struct lookup *lookup = waiting->lookups[i / SOURCE_COUNT];
		enum source_id id = (enum source_id)(i % SOURCE_COUNT);
		bool is_ready;

		if (lookup->said[id] != -EINPROGRESS)
			continue;
		is_ready = lookup->calls[id].wait.fd >= 0 && (next++)->revents != 0;
		if (is_ready || deadline_is_past(lookup->calls[id].wait.until))
			ask(lookup, source_by_id(id), terms);
	}
}

static void end(struct lookup *lookup, const struct lookup_terms *terms)
{
	lookup->is_over = true;
	vm_found_close(lookup->found);
	if (terms->leaves_memory)
		memory_leave(&lookup->memory, &lookup->found->vm);
}

/* Ends those that have nothing left to wait for. Returns how many are over. */
static size_t end_answered(struct waiting *waiting, const struct lookup_terms *terms)
{
	size_t answered = 0;

	for (size_t i = 0; i < waiting->begun; i++) {
		struct lookup *lookup = waiting->lookups[i];

		if (!lookup->is_over)
			gather_if_due(lookup, terms);
		if (!lookup->is_over && !is_pending(lookup))
			end(lookup, terms);
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
		begin_all(waiting->lookups[waiting->begun++], terms);
		answered = end_answered(waiting, terms);
	}
	return answered;
}

static void wait_for_all(struct waiting *waiting, const struct lookup_terms *terms)
{
	size_t answered;

	while ((answered = begin_more(waiting, terms)) < waiting->count) {
		struct deadline until = deadline_after_ms(WAIT_MAX_MS);

		if (terms->show_progress != NULL) {
			terms->show_progress(terms->context, answered, waiting->count);
			until = deadline_earlier(until, deadline_after_ms(PROGRESS_MS));
		}
		until = gather_waits(waiting, until);
		poll(waiting->fds, (nfds_t)waiting->fd_count, deadline_left_ms(until));
		resume_ready(waiting, terms);
	}
}

int lookup_run(struct lookup **lookups, size_t count, const struct lookup_terms *terms)
{
	struct waiting waiting = {.lookups = lookups, .count = count};

	waiting.fds = calloc(count * SOURCE_COUNT, sizeof(waiting.fds[0]));
	if (waiting.fds == NULL && count > 0)
		return -ENOMEM;
	wait_for_all(&waiting, terms);
	free(waiting.fds);
	return 0;
}
