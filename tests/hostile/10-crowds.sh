#!/bin/bash
# SPDX-License-Identifier: MIT
# More entries and processes than anybody has VMs: they take no place and little time.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
qemu=$(disguise pretend)

start_qemu -name web
await_qemus
declare -a before_ms
measure_lookups before_ms 5
"${mallory[@]}" sh -c 'cd /tmp && seq -f "aetherscale-qga-x%g.sock" 4200 | xargs touch'
check_match "root's VM is listed beside 4,200 files" $'\nweb ' "$(qemuvm list 2>&1)"
check_equal 'and nothing else' 1 "$(qemuvm list --json | jq length)"
check_match 'it is exported' '"web"' "$(qemuvm export --format ansible)"
check_lookups '4,200 files in /tmp'
"${mallory[@]}" sh -c 'rm -f /tmp/aetherscale-qga-x*'

# Sockets that nobody may be asked at.
"${mallory[@]}" "$build/tests/scripted_agent" --count 600 '/tmp/aetherscale-qga-y%d.sock' accept hold loop >/dev/null &
crowd=$!
until [ -S /tmp/aetherscale-qga-y600.sock ]; do sleep 0.02; done
check_match "root's VM is listed beside 600 sockets" $'\nweb ' "$(qemuvm list 2>&1)"
quickest_ms 1 "$world/qemuvm" list
check_at_most 'in time, in ms' 2000 "$took_ms"
kill "$crowd"

# 1,500 processes with 16 NICs each, of the same MACs.
nics=()
for i in {1..16}; do
	nics+=(-netdev "tap,id=n$i,ifname=t$i" -device "virtio-net-pci,netdev=n$i,mac=52:54:00:12:34:$((i + 55))")
done
# crowd COMMAND...: 1,500 processes, into $pids.
crowd() {
	local i
	pids=()
	for i in {1..1500}; do
		"$@" &
		pids+=($!)
	done
}
# As many processes of any other kind take their time, too.
crowd "${mallory[@]}" sleep 1000
measure_lookups before_ms 5
end "${pids[@]}"
crowd "${mallory[@]}" "$qemu" "${nics[@]}"
await_exec "${pids[1499]}"
check_lookups '1,500 processes of mallory with 16 NICs each'
quickest_ms 1 "$world/qemuvm" ip web
check_at_most "root's VM is found among them, in ms" 500 "$took_ms"
quickest_ms 1 "$world/qemuvm" list
check_at_most 'and listed, in ms' 1000 "$took_ms"
end "${pids[@]}"

# As many of one's own: nothing is quadratic.
crowd "${alice[@]}" "$qemu" "${nics[@]}"
await_exec "${pids[1499]}"
quickest_ms 1 "${alice[@]}" getent ahosts "pid-${pids[7]}.vm"
check_at_most "one of 1,500 VMs of one's own is looked up within the budget, in ms" $((BUDGET_MS + LATE_MS + 50)) "$took_ms"
end "${pids[@]}"
finish
