#!/bin/bash
# SPDX-License-Identifier: MIT
# The agent client and the real QEMU, whose guest was never started: nobody will
# ever answer, and that is known soon, without a question that would stay behind.
# shellcheck source=tests/protocol/lib.sh
. "$(dirname "$0")/lib.sh"
need_commands qemu-system-x86_64 socat strace

socket=$folder/agent
serial=$folder/serial

start_qemu() {
	start qemu-system-x86_64 -machine pc,accel=tcg -m 16 -S -display none -nodefaults \
		-no-user-config -device virtio-serial-pci \
		-chardev socket,id=agent,path="$socket",server=on,wait=off \
		-device virtserialport,chardev=agent,name=org.qemu.guest_agent.0 \
		-chardev socket,id=serial,path="$serial",server=on,wait=off \
		-device isa-serial,chardev=serial
	qemu_pid=$started
	await test -S "$serial"
	await test -S "$socket"
}

check_silent() {
	check_equal "$1" EHOSTDOWN "$asked"
	check_at_most "$1: known in time" "$2" "$asked_ms"
}

start_qemu
ask "$socket"
check_silent 'nobody has the port open' "$SILENT_MS"
ask "$socket" 1000 30
# Less than the 250 ms that others give a drain.
check_silent 'an impatient look-up' 240
strace -o "$folder/trace" -e trace=sendto "$build/tests/ask_agent" "$socket" >/dev/null
check_no_match 'no question is left behind' execute "$(cat "$folder/trace")"

hold "$socket"
ask "$socket"
check_silent 'the socket is held by another client' "$SILENT_MS"
# Who has given up stays in the backlog until QEMU comes to accept it.
hold "$socket"
ask "$socket" 600
check_equal 'the backlog is full' EBUSY "$asked"
check_at_most 'the backlog is full: less than the budget' 590 "$asked_ms"

# A serial port takes what is sent, whether anybody is there or not.
ask "$serial" 300 250 serial
check_equal 'a serial port without an agent' ETIMEDOUT "$asked"
check_at_most 'a serial port without an agent: within the budget' 500 "$asked_ms"

kill "${pids[@]:1}"
ask "$socket"
check_silent 'let go: still nobody' "$SILENT_MS"

{
	sleep 0.2
	kill -KILL "$qemu_pid"
} &
ask "$socket" 5000 5000
check_equal 'QEMU ends in the middle of it' ECONNRESET "$asked"
check_at_most 'QEMU ends in the middle of it: known at once' 1000 "$asked_ms"
# Its descriptors are closed one by one: it is gone when it can be waited for.
wait "$qemu_pid" 2>/dev/null
ask "$socket"
check_equal 'QEMU is gone, its socket is not' ECONNREFUSED "$asked"
finish
