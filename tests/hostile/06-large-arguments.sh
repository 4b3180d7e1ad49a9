#!/bin/bash
# SPDX-License-Identifier: MIT
# Processes with as many and as large arguments as a user can make.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
qemu=$(disguise pretend)

# Without a name, so that every lookup has to read on; JSON with as many members as fit.
members=$(printf '"%x":1,' {1..15000})
chardev="{${members%,}}"
large=(-chardev "$chardev" -chardev "$chardev" -chardev "$chardev"
	-device "virtserialport,chardev=c,name=org.qemu.guest_agent.0")
mapfile -t many < <(for i in $(seq 3000); do printf -- '-device\nvirtio-net-pci,netdev=n%d\n' "$i"; done)

# crowd COUNT COMMAND...: so many at once, into $pids.
crowd() {
	local count=$1 i
	shift
	pids=()
	for ((i = 0; i < count; i++)); do
		"$@" &
		pids+=($!)
	done
}

declare -a before_ms
measure_lookups before_ms 5
crowd 10 "${mallory[@]}" "$qemu" "${large[@]}"
await_exec "${pids[9]}"
check_lookups 'ten processes with three chardevs of 120 KB'
quickest_ms 1 "$world/qemuvm" list
check_at_most 'ten such processes: list, in ms' 500 "$took_ms"
end "${pids[@]}"

crowd 10 "${alice[@]}" "$qemu" "${large[@]}"
await_exec "${pids[9]}"
quickest_ms 1 "${alice[@]}" getent ahosts nosuch.vm
check_at_most "ten of one's own take no more than the budget, in ms" $((BUDGET_MS + LATE_MS + 50)) "$took_ms"
end "${pids[@]}"

# As many processes of any other kind take their time, too.
crowd 300 "${mallory[@]}" sleep 1000
measure_lookups before_ms 5
end "${pids[@]}"
crowd 300 "${mallory[@]}" "$qemu" "${many[@]}"
await_exec "${pids[299]}"
check_lookups '300 processes with 3,000 devices'
end "${pids[@]}"
finish
