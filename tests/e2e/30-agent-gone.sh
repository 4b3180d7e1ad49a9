#!/bin/bash
# SPDX-License-Identifier: MIT
# A guest agent that cannot answer: the look-up ends soon, the guest is left in
# peace, and all is well as soon as the agent is back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# Where nothing reads the agent's socket; a process has to start as well.
SILENT_MS=300
# The same where the neighbour table proves an address already.
PROVEN_MS=60
# timeout_ms of the default configuration and what may come on top.
BUDGET_MS=1200
# An idle guest shows 0 to 3 here, one whose agent spins 100.
IDLE_PERCENT=30

ask_anew
vm_start demo
vm_wait demo
ipv4=$(vm_ipv4 demo)
start_ms=$(quickest_ms 3 getent hosts localhost)

check_answers() {
	check_equal "$1" "$ipv4" "$(addresses_of demo.vm ahostsv4)"
}

# The neighbour table knows the guest since it answered; alone asks the agent alone.
# shellcheck disable=SC2059 # it is a format
printf "sources = agent\n$without_cache" >"$world/alone.conf"
alone() { QEMUVM_CONFIG=$world/alone.conf "$@"; }

check_silent() {
	check_at_most "$1: known within $SILENT_MS ms" "$SILENT_MS" \
		$(($(quickest_ms 3 alone getent ahosts demo.vm) - start_ms))
	check_status "$1: no address" 2 alone getent ahosts demo.vm
	check_match "$1: qemuvm ip tells of the agent" agent "$(alone qemuvm ip demo 2>&1)"
	check_equal "$1: what the host has heard stands in" "$ipv4" "$(addresses_of demo.vm ahostsv4)"
	check_at_most "$1: after $PROVEN_MS ms" "$PROVEN_MS" \
		$(($(quickest_ms 3 getent ahosts demo.vm) - start_ms))
	check_match "$1: qemuvm list tells of both" "$ipv4 .*neighbour: .*agent" "$(qemuvm list)"
}

look_up_100_times() {
	local i
	for ((i = 0; i < 100; i++)); do
		alone getent ahosts demo.vm >/dev/null
	done
}

check_idle() {
	check_at_most "$1" "$IDLE_PERCENT" "$(guest_busy_percent demo 2)"
}

check_answers 'a running agent answers'
check_idle 'the guest is idle after an answer'

vm_qmp demo stop >/dev/null
check_silent 'paused VM'
look_up_100_times
vm_qmp demo cont >/dev/null
check_idle 'the guest is idle after 100 look-ups while it was paused'
check_answers 'the agent answers once the VM runs again'

# While it was paused the host may have given it up.
let_it_speak() { guest_run demo 'ping -c 1 -W 5 10.77.0.1' >/dev/null; }

let_it_speak
socat -u UNIX-CONNECT:/run/qemuvm/demo.qga - >/dev/null &
holder=$!
sleep 0.2
check_silent 'socket held by another client'
kill "$holder"
wait "$holder" 2>/dev/null
check_answers 'the agent answers once the other client is gone'

question='{"execute":"guest-network-get-interfaces"}'
printf %s "$question$question$question" | socat -u - UNIX-CONNECT:/run/qemuvm/demo.qga
check_answers 'questions that another client did not wait for do no harm'

let_it_speak
guest_run demo 'signal_agent KILL'
check_silent 'agent killed'
look_up_100_times
check_idle 'the guest is idle after 100 look-ups with no agent'
guest_run demo start_agent
sleep 1
check_idle 'the guest is idle once the agent is back'
check_answers 'the agent answers once it is back'

guest_run demo 'signal_agent STOP'
check_at_most 'agent stopped: the look-up ends in time' "$BUDGET_MS" \
	$(($(quickest_ms 2 alone getent ahosts demo.vm) - start_ms))
check_idle 'the guest is idle while its agent is stopped'
guest_run demo 'signal_agent CONT'
check_answers 'the agent answers once it goes on'
check_idle 'and that look-up leaves the guest idle'
check_no_leak
finish
