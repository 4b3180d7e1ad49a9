#!/bin/bash
# SPDX-License-Identifier: MIT
# A process that becomes another one while it is looked at: mallory's until its arguments are read,
# root's when its user is.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"

qemu=$(disguise exec_on_open)
cp "$build/tests/pretend" "$world/pretend-whole"
chmod 4755 "$world/pretend-whole"
# A file of root's, which whoever reads the arguments opens: mallory watches it. What takes time to be
# understood comes behind it.
printf '[machine]\n  type = "pc"\n' >common
members=$(printf '"%x":1,' {1..15000})
slow=(-readconfig "$world/common" -chardev "{${members%,}}" -chardev "{${members%,}}"
	-device 'virtserialport,chardev=c,name=org.qemu.guest_agent.0')

# Some times, since it depends on who is quicker.
named=0 matched=0
for _ in {1..8}; do
	EXEC_PROGRAM=$world/pretend-whole EXEC_WHEN_OPENED=$world/common \
		attack "${mallory[@]}" "$qemu" -name trap "${slow[@]}"
	await_name "$attacker" trap
	qemuvm ip trap >/dev/null 2>&1
	[ $? = 3 ] || named=$((named + 1))
	kill -KILL "$attacker"
	wait "$attacker" 2>/dev/null
	EXEC_PROGRAM=$world/pretend-whole EXEC_WHEN_OPENED=$world/common \
		attack "${mallory[@]}" "$qemu" -name trap "${slow[@]}"
	await_name "$attacker" trap
	! helper match trap >/dev/null 2>&1 || matched=$((matched + 1))
	kill -KILL "$attacker"
	wait "$attacker" 2>/dev/null
done
check_equal "a process that becomes a set-uid program while it is looked at is no VM of root's" 0 "$named"
check_equal 'and no name for ssh' 0 "$matched"

# Without a signal to wait for: some moment between the looks is met in the end.
named=0
for i in {1..60}; do
	EXEC_PROGRAM=$world/pretend-whole EXEC_AFTER_US=$((i * 100)) \
		"${mallory[@]}" "$qemu" -name trap >/dev/null &
	attacker=$!
	for _ in 1 2 3; do
		qemuvm ip trap >/dev/null 2>&1
		[ $? = 3 ] || named=$((named + 1))
	done
	kill -KILL "$attacker" 2>/dev/null
	wait "$attacker" 2>/dev/null
done
check_equal 'nor is one that becomes it at any other moment' 0 "$named"

# What executes, not what it is called, is QEMU or is not.
(exec -a qemu-system-x86_64 "${mallory[@]}" bash -c 'exec -a qemu-system-x86_64 "$@"' bash "$world/pretend-whole" -name trap) &
attacker=$!
await_name "$attacker" trap
check_equal 'a program of root that is visibly not QEMU is no VM' 3 "$(qemuvm ip trap >/dev/null 2>&1; echo $?)"
check_no_match 'and is not listed' trap "$(qemuvm list 2>&1)"
finish
