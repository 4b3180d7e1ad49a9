#!/bin/bash
# SPDX-License-Identifier: MIT
# VMs that start, stop, stand still and are killed at random, each a real QEMU with a guest that
# answers, while everybody looks them up: never another VM's address, never late, nothing left open.
# CHAOS_SECONDS and VMS make it longer and larger (make chaos).
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
seconds=${CHAOS_SECONDS:-20} vms=${VMS:-30}
begin_hostile_world "$@"
need_commands gcc ld
ip addr add 10.199.0.1/16 dev br0
printf 'socket = /run/qemuvm/%%s.qga\ncache_s = 1\nstale_s = 1\n' >conf
RANDOM=${CHAOS_SEED:-1}

check 'the guest is assembled' gcc -m32 -c "$checkout/tests/guest/agent.S" -o agent.o
check 'and linked' ld -m elf_i386 -e _start -Ttext 0x7c00 --oformat binary -o agent.img agent.o
address() { printf '10.199.%d.%d' $((100 + $1 / 100)) $((100 + $1 % 100)); }
for ((vm = 1; vm <= vms; vm++)); do
	sed "s/10\.199\.100\.100/$(address $vm)/" agent.img >"vm$vm.img"
done

declare -A pids=()
boot() {
	# Of one that was killed its socket is left, as QEMU leaves it.
	nice -n 5 qemu-system-x86_64 -name "vm$1" -machine pc -accel tcg,tb-size=1 -m 4 -display none -nodefaults \
		-no-user-config -serial "unix:/run/qemuvm/vm$1.qga,server=on,wait=off" \
		-drive "file=vm$1.img,format=raw,if=floppy,readonly=on,file.locking=off" >"vm$1.log" 2>&1 </dev/null &
	pids[$1]=$!
}
halt() { # VM SIGNAL
	kill "-$2" "${pids[$1]}" 2>/dev/null
	kill -CONT "${pids[$1]}" 2>/dev/null
	wait "${pids[$1]}" 2>/dev/null
	unset "pids[$1]"
}

boot 1
for _ in $(seq 300); do
	[ "$(code_of vm1.vm)" != "OK $(address 1)" ] || break
	sleep 0.1
done
check_equal 'a guest answers' "OK $(address 1)" "$(code_of vm1.vm)"

"$build/tests/look_up_chaos" "$seconds" "$vms" 4 >looked 2>wrong &
looking=$!
# shellcheck disable=SC2016 # jq's
expected='[.[] | select(."vm-id" | test("^vm[0-9]+$")) | {n: (."vm-id"[2:] | tonumber), a: ."ip-addresses"[]} |
	select(.a != "10.199.\(100 + (.n / 100 | floor)).\(100 + .n % 100)")] | length'
until=$(($(now_ms) + seconds * 1000))
while [ "$(now_ms)" -lt "$until" ]; do
	qemuvm list --json 2>/dev/null | jq "$expected"
	sleep 0.2
done >listed &
listing=$!
while [ "$(now_ms)" -lt "$until" ]; do
	timeout 5 "$world/ssh-helper" match "vm$((RANDOM % vms + 1))" >/dev/null 2>&1
	echo $?
	sleep 0.1
done >matched &
matching=$!

starts=0 ends=0
while [ "$(now_ms)" -lt "$until" ]; do
	vm=$((RANDOM % vms + 1))
	if [ -z "${pids[$vm]:-}" ]; then
		boot "$vm"
		starts=$((starts + 1))
	else
		case $((RANDOM % 8)) in
		0 | 1) halt "$vm" KILL; ends=$((ends + 1)) ;;
		2) halt "$vm" TERM; ends=$((ends + 1)) ;;
		3) kill -STOP "${pids[$vm]}" ;;
		*) kill -CONT "${pids[$vm]}" ;;
		esac
	fi
	sleep 0.15
done
wait "$looking" "$listing" "$matching"
for vm in "${!pids[@]}"; do
	halt "$vm" KILL
done
printf '# %d starts, %d ends; %s\n' "$starts" "$ends" "$(cat looked)"
read -r _ lookups _ found _ wrong _ slow _ slowest _ _ _ descriptors <looked
check "many were looked up ($lookups), many found ($found)" test "$lookups" -gt $((seconds * 20)) -a "$found" -gt $((seconds * 2))
check_equal "no lookup led to another VM's address" 0 "$wrong"
check_equal "no lookup took longer than its budget (the slowest $slowest ms)" 0 "$slow"
check_equal 'no descriptor is left open' +0 "$descriptors"
check_equal "no list had another VM's address ($(wc -l <listed) lists)" 0 "$(sort -u listed | paste -sd ' ')"
check_match "ssh's question was answered each time ($(wc -l <matched) times)" '^(0 )?[12]?( 2)?$' "$(sort -u matched | paste -sd ' ')"
finish
