#!/bin/bash
# SPDX-License-Identifier: MIT
# All agents are asked at the same time, whatever there is of descriptors.
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/lib.sh"
begin_cache_world "$@"
AGENT_MS=300
# shellcheck disable=SC2016 # the agents' own number
slow=(accept read-request delay "$AGENT_MS" reply "$(interfaces '10.66.$N.5')" hold loop)

# start_agents COUNT: vm1, vm2, ... behind sockets of their own.
start_agents() {
	: >ready
	"$build/tests/scripted_agent" --count "$1" --log "$world/log" '/run/qemuvm/vm%d.qga' "${slow[@]}" >ready &
	all=$!
	until grep -q ready ready; do sleep 0.01; done
}
stop_agents() {
	kill "$all"
	wait "$all" 2>/dev/null
	rm -f /run/qemuvm/*.qga log
	forget
}
answered() { grep -c '10\.66\.[0-9]*\.5 .* agent$' <<<"$output"; }

start_agents 100
timed qemuvm list
check_equal '100 VMs: all answered' 100 "$(answered)"
check_at_most '100 VMs: in far less than the 30 s of one after the other' 3000 "$took_ms"
qemuvm list >/dev/null
check_equal '100 VMs again: each was asked once' 100 "$(grep -c request log)"
getent hosts | awk '{print $2}' | sort -u >names
check_equal 'all hosts: those the agents named, and nobody is asked' '100 100' \
	"$(grep -c '^vm[0-9]*\.vm$' names) $(grep -c request log)"
forget
# shellcheck disable=SC2317 # the checks call it
limited() (ulimit -n 48 && qemuvm list)
timed limited
check_equal '100 VMs with 48 descriptors: all answered' 100 "$(answered)"
stop_agents

start_agents 250
ready_first=$all
: >ready
"$build/tests/scripted_agent" --count 250 --log "$world/log2" '/run/qemuvm/more%d.qga' "${slow[@]}" >ready &
second=$!
until grep -q ready ready; do sleep 0.01; done
timed qemuvm list
check_equal '500 VMs: all answered' 500 "$(answered)"
check_at_most '500 VMs: in far less than the 150 s of one after the other' 5000 "$took_ms"
kill "$second" "$ready_first"
finish
