#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Lookups of each kind under a tool that sees wrong memory and races: valgrind, or what the programs of
# QEMUVM_BUILD were built with (make check-asan, check-tsan), if QEMUVM_UNDER is "env".
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/../cache/lib.sh"
begin_cache_world "$@"
need_commands valgrind
read -ra under <<<"${QEMUVM_UNDER:-valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite}"
# A tool makes a lookup many times slower; what is checked here is not its time.
printf 'timeout_ms = 20000\nlease = %s/leases\n' "$world" >conf
printf '0 52:54:00:66:00:17 10.66.0.17 * *\n' >leases

start_agent web accept read-request reply "$(interfaces 10.66.0.5)" close loop
start_qemu -name leased -nic tap,ifname=tap7,script=no,downscript=no,mac=52:54:00:66:00:17
await_qemus

# looked_up HOW NAME: what it says, and the tool.
looked_up() { timeout 100 "${under[@]}" "$build/tests/look_up" "$@" 2>&1 || echo "status $?"; }
for title in asked remembered; do
	check_equal "an agent's, $title" '10.66.0.5' "$(looked_up codes web.vm | head -n 1 | grep -o '10\.66\.0\.5')"
done
for name in web.vm leased.vm nosuch.vm host.example bad..vm; do
	check_no_match "$name: nothing is reported" 'ERROR|WARNING|==|status [0-9]|runtime error' "$(looked_up codes $name)"
done
check_match "a lease's" '10\.66\.0\.17' "$(looked_up codes leased.vm)"
forget
for how in threads canonical; do
	check_no_match "$how: nothing is reported" 'ERROR|WARNING|==|status [0-9]|runtime error' "$(looked_up $how web.vm)"
done
finish
