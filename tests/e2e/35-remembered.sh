#!/bin/bash
# SPDX-License-Identifier: MIT
# A real guest is asked once, what it said stands in while it is silent, and nothing that is
# remembered outlives it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
cache=/run/qemuvm/cache
SILENT_MS=300
# A process has to start as well.
AT_ONCE_MS=60
# An idle guest shows 0 to 3 here, one whose agent spins 100.
IDLE_PERCENT=30

# Without the neighbour table, which knows most of it anyhow.
printf 'sources = agent\ncache_s = 2\nstale_s = 20\n' >/etc/qemuvm.conf
vm_start demo
vm_wait demo
ipv4=$(vm_ipv4 demo)
took() {
	local start
	start=$(now_ms)
	"$@" >"$world/out" 2>&1
	took_ms=$(($(now_ms) - start))
}
entry() { cat "$cache/demo.vm"; }
learned() { sed -n 's/^agent //p' "$cache/demo.vm"; }

# Host keys are a question of their own, the first time.
ssh demo.vm true
sleep 2.1
getent hosts demo.vm >/dev/null
learned=$(learned)
addresses_of demo.vm ahostsv4 >/dev/null
ssh demo.vm true
check_equal 'getent, getaddrinfo and ssh ask the guest once' "$learned" "$(learned)"
took getent ahosts demo.vm
check_at_most 'what is remembered is there at once' "$AT_ONCE_MS" "$took_ms"

vm_qmp demo stop >/dev/null
sleep 2.1
took addresses_of demo.vm ahostsv4
check_equal 'a paused VM: what it said stands in' "$ipv4" "$(cat "$world/out")"
check_at_most 'a paused VM: once that is seen' "$SILENT_MS" "$took_ms"
took addresses_of demo.vm ahostsv4
check_at_most 'a paused VM: the second caller does not wait' "$AT_ONCE_MS" "$took_ms"
vm_qmp demo cont >/dev/null
sleep 0.6
addresses_of demo.vm ahostsv4 >/dev/null
check_no_match 'once it runs it is heard' failed "$(entry)"

guest_run demo 'signal_agent STOP'
sleep 2.1
addresses_of demo.vm ahostsv4 >/dev/null
check_match 'a stopped agent owes a reply' 'unanswered [0-9]+' "$(entry)"
guest_run demo 'signal_agent CONT'
sleep 2.1
check_equal 'it answers once it goes on' "$ipv4" "$(addresses_of demo.vm ahostsv4)"
check_no_match 'and owes nothing any more' unanswered "$(entry)"
check_at_most 'and the guest is idle' "$IDLE_PERCENT" "$(guest_busy_percent demo 2)"

vm_kill demo
check_status 'a VM that was killed is none' 2 getent ahosts demo.vm
vm_start demo qemuvm.ip=10.77.0.60/24
vm_wait demo
check_match 'a new VM of its name has the new addresses' 10.77.0.60 "$(addresses_of demo.vm ahostsv4)"
check_no_leak
finish
