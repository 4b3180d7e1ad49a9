/* SPDX-License-Identifier: MIT */
#include "cache/agent_memory.h"

#include <errno.h>
#include <string.h>

#include "cache/cache_lock.h"

#define MS_PER_S 1000

void agent_memory_init(struct agent_memory *memory, struct cache *cache, struct trust *trust,
	const struct config *config, struct deadline lock_until)
{
	memset(memory, 0, sizeof(*memory));
	memory->cache = cache;
	memory->trust = trust;
	memory->config = config;
	memory->lock_until = lock_until;
}

static void release_lock(struct agent_memory *memory)
{
	if (memory->has_lock)
		cache_lock_release(memory->cache->locks_fd, memory->place.file);
	memory->has_lock = false;
}

static void set_place(struct agent_memory *memory, const struct cache_place *place)
{
	release_lock(memory);
	memset(&memory->entry, 0, sizeof(memory->entry));
	memory->place = *place;
	memory->has_place = true;
}

void agent_memory_set_socket(struct agent_memory *memory, const char *path)
{
	struct cache_place place;

	if (memory->cache == NULL || memory->cache->directory_fd < 0 ||
		(memory->has_place && strcmp(memory->place.socket.path, path) == 0))
		return;
	if (cache_place_of_socket(memory->trust, path, &place) == 0)
		set_place(memory, &place);
}

void agent_memory_set_vm(struct agent_memory *memory, const struct vm *vm)
{
	bool has_socket = vm->agent.kind == ENDPOINT_UNIX && vm->agent.path[0] == '/' &&
			  vm->agent.root_pid == 0;
	struct cache_place place;

	if (has_socket) {
		agent_memory_set_socket(memory, vm->agent.path);
		if (memory->has_place && strcmp(memory->place.socket.path, vm->agent.path) == 0)
			return;
	}
	if (memory->cache == NULL || memory->cache->directory_fd < 0 || vm->pid <= 0 ||
		vm->start_time == 0)
		return;
	cache_place_of_process(vm->pid, vm->start_time, &place);
	if (!memory->has_place || strcmp(memory->place.file, place.file) != 0)
		set_place(memory, &place);
}

/* Once the lock is ours, nobody else changes what was read. */
int agent_memory_try_lock(struct agent_memory *memory)
{
	struct cache *cache = memory->cache;
	int r = 0;

	if (!memory->has_place || memory->has_lock)
		return 0;
	if (cache->locks_fd < 0)
		cache->locks_fd = cache_lock_open(cache->directory_fd);
	if (cache->locks_fd >= 0) {
		r = cache_lock_try(cache->locks_fd, memory->place.file);
		memory->has_lock = r == 0;
	}
	if (cache_read(cache, &memory->place, memory->trust, &memory->entry) < 0)
		memset(&memory->entry, 0, sizeof(memory->entry));
	return r == -EAGAIN && !deadline_is_past(memory->lock_until) ? -EAGAIN : 0;
}

enum agent_memory_state agent_memory_state(const struct agent_memory *memory)
{
	const struct cache_entry *entry = &memory->entry;
	int cache_ms = memory->has_place ? memory->config->cache_s * MS_PER_S : 0;

	if (cache_is_within(entry->failed_ms, cache_ms)) {
		if (cache_is_within(entry->failed_ms, AGENT_MEMORY_SILENT_MS))
			return AGENT_MEMORY_SILENT;
		if (cache_is_within(entry->failed_ms, AGENT_MEMORY_DOUBTFUL_MS))
			return AGENT_MEMORY_DOUBTFUL;
	}
	return cache_is_within(entry->agent.at_ms, cache_ms) ? AGENT_MEMORY_FRESH
							     : AGENT_MEMORY_NONE;
}

bool agent_memory_has_peer(const struct agent_memory *memory, struct agent_peer *ret_peer)
{
	const struct cache_process *process = &memory->entry.process;

	if (process->pid == 0 || memory->entry.socket.path[0] == '\0')
		return false;
	*ret_peer = (struct agent_peer){.pid = process->pid, .uid = process->uid};
	return true;
}

const struct cache_agent *agent_memory_claims(const struct agent_memory *memory)
{
	const struct cache_agent *agent = &memory->entry.agent;
	bool is_usable = agent_memory_state(memory) == AGENT_MEMORY_FRESH ||
			 cache_is_within(agent->at_ms, (int64_t)memory->config->stale_s * MS_PER_S);

	return is_usable && agent->count > 0 ? agent : NULL;
}

int64_t agent_memory_age_ms(const struct agent_memory *memory)
{
	return memory->entry.agent.at_ms == 0 ? 0 : cache_now_ms() - memory->entry.agent.at_ms;
}

void agent_memory_note_claims(
	struct agent_memory *memory, const struct cache_claim *claims, unsigned int count)
{
	struct cache_agent *agent = &memory->entry.agent;

	memory->entry.failed_ms = 0;
	memory->entry.agent_error = 0;
	memory->is_changed = true;
	agent->at_ms = count > 0 ? cache_now_ms() : 0;
	agent->count = count;
	memcpy(agent->claims, claims, count * sizeof(claims[0]));
}

void agent_memory_note_failure(struct agent_memory *memory, int error)
{
	memory->entry.failed_ms = cache_now_ms();
	memory->entry.agent_error = error;
	memory->is_changed = true;
}

void agent_memory_note_unanswered(struct agent_memory *memory)
{
	memory->entry.unanswered_ms = cache_now_ms();
	memory->is_changed = true;
}

void agent_memory_note_linger(struct agent_memory *memory)
{
	memory->is_changed |= memory->entry.unanswered_ms != 0;
	memory->entry.unanswered_ms = 0;
}

void agent_memory_note_answer(
	struct agent_memory *memory, const char *name, const struct cache_answer *answer)
{
	struct cache_entry *entry = &memory->entry;

	entry->answer = *answer;
	entry->answer.at_ms = cache_now_ms();
	memory->is_changed = true;
	for (unsigned int i = 0; i < entry->name_count; i++)
		if (name_matches(name, entry->names[i]))
			return;
	if (entry->name_count < CACHE_NAMES_MAX)
		memcpy(entry->names[entry->name_count++], name, strlen(name) + 1);
}

void agent_memory_reset(struct agent_memory *memory)
{
	release_lock(memory);
	memset(&memory->entry, 0, sizeof(memory->entry));
	memory->has_place = memory->is_changed = false;
}

void agent_memory_leave(struct agent_memory *memory, const struct vm *vm)
{
	if (memory->has_place && memory->is_changed)
		cache_write(memory->cache, &memory->place, vm, &memory->entry);
	memory->is_changed = false;
	release_lock(memory);
}
