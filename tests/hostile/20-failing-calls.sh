#!/bin/bash
# SPDX-License-Identifier: MIT
# A lookup inside a program where any one thing fails: each system call, each allocation, and a
# thread that is cancelled at any of them. It ends, without a crash or anything left behind, and what
# glibc gets is what it can go on with.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
need_commands valgrind
printf 'lease = %s/leases\ncache_s = 0\nstale_s = 0\n' "$world" >conf
printf '0 52:54:00:66:00:05 10.66.0.5 web *\n' >leases
mapfile -t nic < <(tap tap0 52:54:00:66:00:05)
start_qemu -name web "${nic[@]}"
await_qemus
start_agent /run/qemuvm/asked.qga 10.66.0.7

for name in web asked; do
	count=0
	while read -r call n; do
		# What makes the heap larger is the allocator's own, which ends the program if it is lied to.
		[ "$call" != brk ] || continue
		for error in EPERM EINTR EIO; do
			count=$((count + 1))
			code=$(code_failing "$call" "$n" "$error" "$name.vm")
			case $code in
			OK | EAI_AGAIN | EAI_NONAME | EAI_NODATA) ;;
			*) fail "$name: call $n of $call fails with $error" "$code" ;;
			esac
		done
	done < <(calls_of "$name.vm")
	check "$name: $count failures of system calls, one at a time" test "$count" -gt 60
done

# The calls of the thread, which counts its own.
trap '' USR1
for name in web asked; do
	count=0
	strace -f -o calls "$build/tests/look_up" cancelled "$name.vm" >/dev/null 2>&1
	while read -r call n; do
		count=$((count + 1))
		seen=$(timeout -s KILL 10 strace -f -o failing -e trace="$call" -e inject="$call:signal=SIGUSR1:when=$n" \
			"$build/tests/look_up" cancelled "$name.vm" 2>&1)
		[ "$seen" = 'descriptors +0, then OK' ] || fail "$name: cancelled at call $n of $call" "$seen"
	done < <(awk -F'[ (]+' '$2 == "getppid" { thread = $1; marks++ } thread == $1 && marks == 1 && $2 != "getppid" { print $2, count[$1, $2] + 1 } { count[$1, $2]++ }' calls)
	check "$name: $count cancellations, one at each system call" test "$count" -gt 20
done

for name in web asked; do
	check_match "$name: each allocation fails in turn" '^OK, descriptors \+0$' \
		"$(LD_PRELOAD=$build/tests/fail_allocation.so "$build/tests/look_up" starved "$name.vm" 2>&1)"
	check_equal "$name: in a sandbox" OK "$("$build/tests/look_up" sandboxed "$name.vm" 2>&1)"
	check_match "$name: nothing is read that was not written, and nothing is lost" 'OK 10\.66\.0\.[57]' \
		"$(valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite "$build/tests/look_up" codes "$name.vm" 2>&1 || echo "valgrind: $?")"
done
printf 'lease = %s/leases\n' "$world" >conf
check_match 'a million foreign lookups and 20,000 of our own leave nothing behind' \
	'^failed 0, grown by (-?[0-9]|-?[0-9][0-9]) KiB, descriptors \+0$' "$("$build/tests/look_up" growth web.vm 2>&1)"
finish
