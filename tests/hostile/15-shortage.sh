#!/bin/bash
# SPDX-License-Identifier: MIT
# Where something is short, a VM that is there is "try again", never "no such VM".
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
printf 'lease = %s/leases\ncache_s = 0\nstale_s = 0\n' "$world" >conf
printf '0 52:54:00:66:00:05 10.66.0.5 web *\n' >leases
mapfile -t nic < <(tap tap0 52:54:00:66:00:05)
start_qemu -name web "${nic[@]}"
await_qemus
check_equal 'a VM that is found by its process' 'OK 10.66.0.5' "$(code_of web.vm)"
look_up() { "$build/tests/look_up" "$@" 2>&1; }
for free in 0 1 2 3 4 5; do
	check_match "with $free free descriptors" '^(OK 10\.66\.0\.5|OK|EAI_AGAIN)$' "$(LOOK_UP_LEFT=$free look_up exhausted web.vm)"
done

# Each call that may lack something, failing in turn.
count=0
while read -r call n; do
	case $call in
	openat) errors=(EMFILE ENFILE ENOMEM) ;;
	socket) errors=(EMFILE ENOBUFS) ;;
	getdents64) errors=(EIO ENOMEM) ;;
	read) errors=(EIO) ;;
	mmap) errors=(ENOMEM) ;;
	*) continue ;;
	esac
	for error in "${errors[@]}"; do
		count=$((count + 1))
		code=$(code_failing "$call" "$n" "$error" web.vm)
		case $code in
		OK | EAI_AGAIN) ;;
		*) fail "call $n of $call fails with $error: the VM is found, or perhaps later" "$code: $(grep INJECTED failing)" ;;
		esac
	done
done < <(calls_of web.vm)
check "a lookup was tried with $count calls failing" test "$count" -gt 20
finish
