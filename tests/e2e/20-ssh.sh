#!/bin/bash
# SPDX-License-Identifier: MIT
# OpenSSH and what stands upon it, by a virtual machine's name.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

need_commands scp sftp sha256sum
vm_start demo
vm_wait demo

settings=$(ssh -G demo.vm)
check_match 'the drop-in serves a name under .vm' 'proxycommand .*ssh-helper connect' "$settings"
check_match 'and takes the connection as a descriptor' 'proxyusefdpass yes' "$settings"
check_no_match 'it leaves a foreign name alone' 'proxycommand' "$(ssh -G foreign.example)"

check_equal 'ssh NAME.vm runs a command in the VM' demo "$(ssh demo.vm hostname 2>&1)"
check_equal 'case does not count' demo "$(ssh DEMO.VM hostname 2>&1)"
check_equal 'ssh with a relay in place of a descriptor' demo \
	"$(ssh -o ProxyUseFdpass=no demo.vm hostname 2>&1)"
check_equal 'ssh without the module, as in a static program' demo \
	"$(LD_LIBRARY_PATH='' ssh demo.vm hostname 2>&1)"

head -c 3000000 /dev/urandom >"$world/sent"
sum=$(sha256sum <"$world/sent")
check 'scp to the VM' scp -q "$world/sent" demo.vm:/tmp/received
check_equal 'what arrives by scp is what was sent' "$sum" \
	"$(ssh demo.vm 'sha256sum </tmp/received')"
check 'scp from the VM' scp -q demo.vm:/tmp/received "$world/back"
check_equal 'and it comes back whole' "$sum" "$(sha256sum <"$world/back")"
check 'scp through a relay' scp -q -o ProxyUseFdpass=no demo.vm:/tmp/received "$world/relayed"
check_equal 'a relay passes every byte' "$sum" "$(sha256sum <"$world/relayed")"
printf 'get /tmp/received %s\n' "$world/fetched" >"$world/batch"
check 'sftp from the VM' sftp -q -b "$world/batch" demo.vm
check_equal 'and it comes whole' "$sum" "$(sha256sum <"$world/fetched")"

output=$(ssh nosuch.vm true 2>&1)
check_equal 'ssh to a name that no VM has fails' 255 "$?"
check_match 'and one line names the VM' nosuch "$output"
guest_run demo stop_sshd
printf 'wait_s = 0\n' >>/etc/qemuvm.conf
output=$(ssh demo.vm true 2>&1)
check_equal 'ssh to a VM without sshd fails' 255 "$?"
check_match 'and a line names the VM and what was tried' "demo.*$(vm_ipv4 demo)|$(vm_ipv4 demo).*demo" "$output"
check_no_leak
finish
