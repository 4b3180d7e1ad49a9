#!/bin/bash
# SPDX-License-Identifier: MIT
# Agents that answered, and then do not: what they said stands in for a while, nobody waits twice,
# and what they owe is taken.
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/lib.sh"
begin_cache_world "$@"
good=(accept read-request reply "$(interfaces 10.66.0.5)" hold)

printf 'cache_s = 1\nstale_s = 4\n' >conf
start_agent web "${good[@]}" accept hold accept hold accept hold accept hold accept hold
check_equal 'the agent answers' 10.66.0.5 "$(address_of web.vm)"
age 1100
timed address_of web.vm
check_equal 'then it falls silent, and what it said stands in' 10.66.0.5 "$output"
check_at_most 'which takes as long as it takes to see that' "$SILENT_MS" "$took_ms"
timed address_of web.vm
check_equal 'the second caller gets the same' 10.66.0.5 "$output"
check_at_most 'and does not wait' "$AT_ONCE_MS" "$took_ms"
timed qemuvm list
check_match 'a person is told how old it is' '10\.66\.0\.5 .* agent: .*does not answer.*answer of [12] s ago' "$output"
check_match '--json tells how old the answer is' '[12] s ago' "$(qemuvm list --json | jq -r '.[0].hint')"
age 3000
check_status 'after stale_s it is not believed any more' 2 getent ahosts web.vm

printf 'cache_s = 5\n' >conf
start_agent web accept hold "${good[@]}" loop
timed getent ahosts web.vm
check_at_most 'an agent that never answered' "$SILENT_MS" "$took_ms"
check_equal 'an agent that never answered names no address' '' "$output"
timed getent ahosts web.vm
check_at_most 'is not waited for again' "$AT_ONCE_MS" "$took_ms"
check_equal 'nor connected to' 1 "$(connected web)"
age 600
timed address_of web.vm
check_equal 'and as soon as it listens it is heard' 10.66.0.5 "$output"
check_at_most 'without waiting first, in ms' "$AT_ONCE_MS" "$took_ms"

start_agent web accept hold "${good[@]}" loop
getent ahosts web.vm
check_equal 'who has more patience asks in spite of that' 10.66.0.5 \
	"$(qemuvm ip --source agent web)"

# An agent that takes a question and does not answer owes the reply.
printf 'timeout_ms = 300\ncache_s = 1\n' >conf
start_agent web accept read-request hold "${good[@]}" loop
getent ahosts web.vm
check_match 'a question that was left is noted' 'unanswered [0-9]+' "$(cat "$cache"/socket-*)"
age 1100
timed "$build/tests/look_up_many" web.vm 1 1
check_equal 'the next one gets its answer' '1 found, 0 other' "$output"
check_at_most 'and stays for the 20 ms that the agent needs' "$took_ms" 25
check_no_match 'then nothing is owed' unanswered "$(entry_of web)"

# A VM that ends between two look-ups.
: >conf
start_agent web "${good[@]}" loop
address_of web.vm >/dev/null
stop_agent web
check_status 'a VM that has ended is none, whatever is remembered' 2 getent ahosts web.vm
finish
