#!/bin/bash
# SPDX-License-Identifier: MIT
# QEMU is killed while somebody asks its guest.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# timeout_ms of the default configuration and what may come on top.
BUDGET_MS=1200

ask_anew
vm_start demo
vm_wait demo
check_equal 'the VM is found' "$(vm_ipv4 demo)" "$(addresses_of demo.vm ahostsv4)"

# A stopped agent makes the look-up wait, so that the kill falls into its middle.
guest_run demo 'signal_agent STOP'
start=$(now_ms)
getent ahosts demo.vm >"$world/answer" &
look_up=$!
sleep 0.2
vm_kill demo
wait "$look_up"
status=$?
check_at_most 'the look-up ends in time' "$BUDGET_MS" $(($(now_ms) - start))
check_equal 'and says that there is no address' 2 "$status"

check_status 'the next look-up finds no such VM' 2 getent ahosts demo.vm
check_at_most 'without waiting' 100 "$(quickest_ms 3 getent ahosts demo.vm)"
check_status 'qemuvm ip fails' 3 qemuvm ip demo
check_no_match 'qemuvm list gives no address for it' "$(vm_ipv4 demo)" "$(qemuvm list)"

vm_start demo
vm_wait demo
check_equal 'a new VM of that name is found' "$(vm_ipv4 demo)" "$(addresses_of demo.vm ahostsv4)"
check_no_leak
finish
