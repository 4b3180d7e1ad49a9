#!/bin/bash
# SPDX-License-Identifier: MIT
# A VM that has no network but a vsock (AF_VSOCK stands in: tests/support/preload/vsock.c).
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/sshd.sh
. "$(dirname "$0")/sshd.sh"
need_commands cpio
helper=$build/ssh-helper

cp "$build/tests/pretend" "$world/qemu-system-x86_64"
"$world/qemu-system-x86_64" -name boxy -nic none -device vhost-vsock-pci,guest-cid=77 &
vm=$!
"$world/qemu-system-x86_64" -name other -nic none -device vhost-vsock-pci,guest-cid=78 &
sshd_unpack
check 'a server' sshd_start 127.0.0.1 5022
printf 'boxy.vm %s\n' "$(cat "$world/sshd/key.pub")" >"$HOME/.ssh/known_hosts"
export VSOCK_CID=77 VSOCK_PORT=5022 LD_PRELOAD=$build/tests/vsock.so

check_equal 'ssh over vsock' "through $HOSTNAME" "$(ssh boxy 'echo through $HOSTNAME' 2>&1)"
check_equal 'by a relay' relayed "$(ssh -o ProxyUseFdpass=no boxy 'echo relayed' 2>&1)"
check_match 'which --explain tells' 'vsock cid 77 port 22: an ssh server answers' "$("$helper" connect --explain boxy 22)"
printf 'wait_s = 0\n' >>/etc/qemuvm.conf
check_match 'a cid that nobody has is an error with a name' 'other.*vsock cid 78 port 22: No such device' \
	"$("$helper" connect other 22 2>&1 </dev/null | cat)"
unset LD_PRELOAD
check_match 'and so is a kernel without vsock' 'boxy.*vsock cid 77 port 22: ' "$("$helper" connect boxy 22 2>&1 </dev/null | cat)"
kill "$vm"
finish
