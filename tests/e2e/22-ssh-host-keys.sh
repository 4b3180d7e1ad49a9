#!/bin/bash
# SPDX-License-Identifier: MIT
# `ssh NAME` with host keys checked and no question asked: the guest's agent vouches for them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
need_commands strace ssh-keygen
helper=$build/ssh-helper
: >"$HOME/.ssh/known_hosts"

# connections COMMAND...: how often it connects to a socket of QEMU's.
connections() {
	strace -f -qq -e trace=connect -o "$world/calls" "$@" >/dev/null 2>&1
	grep -c 'sun_path="/proc/thread-self/fd' "$world/calls"
}

vm_start demo
check_equal 'a VM that boots is waited for' demo "$(ssh demo hostname 2>"$world/errors")"
check_equal 'without a question or a warning' '' "$(cat "$world/errors")"
vm_wait demo

check_equal 'the bare name' demo "$(ssh demo hostname 2>&1)"
check_equal 'the whole name' demo "$(ssh demo.vm hostname 2>&1)"
check_equal 'both are one identity' "$(ssh -G demo.vm | grep ^hostname)" "$(ssh -G demo | grep ^hostname)"
check_equal 'nothing is written down' '' "$(cat "$HOME/.ssh/known_hosts")"
check_equal 'cold, the agent is asked once' 1 "$(rm -rf /run/qemuvm/cache; connections ssh demo true)"
check_equal 'and then not again' 0 "$(connections ssh demo true)"
check_equal 'another port is the same host' demo \
	"$(guest_run demo '/usr/sbin/sshd -f /etc/ssh/sshd_config -p 2222 -o PidFile=/run/sshd2.pid' >/dev/null
	ssh -p 2222 demo hostname 2>&1)"

cat >>"$HOME/.ssh/config" <<-'END'
	Host box
		HostName demo
	Host elsewhere
		HostName 127.0.0.9
END
check_equal 'an alias of a bare name' demo "$(ssh box hostname 2>&1)"
check_equal 'a HostName wins over a VM' 'hostname 127.0.0.9' "$(ssh -G elsewhere | grep '^hostname')"
check_status 'match: a VM' 0 "$helper" match demo
check_status 'match: its whole name' 0 "$helper" match demo.vm
check_status 'match: none' 1 "$helper" match nosuch
check_equal 'match asks nobody' 0 "$(rm -rf /run/qemuvm/cache; connections "$helper" match demo)"
check_match 'a foreign name is left alone' '^hostname foreign$' "$(ssh -G foreign | grep '^hostname')"
check_no_match 'and gets no proxy' proxycommand "$(ssh -G foreign)"

key=$(ssh demo cat /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f1,2)
check_equal 'host-keys: the field comes back as it came' "[demo.vm]:2222 $key" \
	"$("$helper" host-keys '[demo.vm]:2222' demo.vm NONE)"
check_equal 'host-keys: nothing of a name that is no VM' '' "$("$helper" host-keys nosuch nosuch.vm NONE)"
check_status 'host-keys never fails' 0 "$helper" host-keys nosuch nosuch.vm NONE
# shellcheck disable=SC2016 # the guest's shell expands it
check_equal 'no file stays open in the guest' 0 \
	"$(guest_run demo 'ls -l /proc/$(pidof qemu-ga)/fd' | grep -c ssh_host)"

# A key of one's own, which the guest does not know yet.
ssh-keygen -q -t ed25519 -N '' -f "$world/mine"
as_me=(ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -i "$world/mine" -o StrictHostKeyChecking=no
	-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@$(vm_ipv4 demo)" hostname)
check_status 'a key that the guest does not know' 255 "${as_me[@]}"
check_equal 'authorize lets it in' "demo.vm: root accepts $world/mine.pub" \
	"$(qemuvm authorize demo --user root "$world/mine.pub" 2>&1)"
check_equal 'by ssh' demo "$("${as_me[@]}" 2>&1)"
lines=$(ssh demo 'wc -l </root/.ssh/authorized_keys')
check_status 'a private key leads to its public one' 0 qemuvm authorize demo --user=root "$world/mine"
check_equal 'twice is once' "$lines" "$(ssh demo 'wc -l </root/.ssh/authorized_keys')"
check_equal 'one that was there stays' demo "$(ssh demo hostname 2>&1)"
output=$(qemuvm authorize demo --user nobody-there "$world/mine" 2>&1)
check_equal 'no such user: the status' 1 "$?"
check_match 'no such user: the words' 'demo: the guest has no user "nobody-there"' "$output"
cp "$world/mine.pub" "$HOME/.ssh/id_ed25519.pub"
check_equal "the person's own key and name" "demo.vm: root accepts $HOME/.ssh/id_ed25519.pub" "$(qemuvm authorize demo 2>&1)"
rm "$HOME/.ssh/id_ed25519.pub"

# A stranger answers under the VM's address.
guest_run demo 'ssh-keygen -q -t ed25519 -N "" -f /tmp/other' >/dev/null
guest_run demo 'stop_sshd; /usr/sbin/sshd -f /dev/null -h /tmp/other -o PidFile=/run/sshd.pid' >/dev/null
output=$(ssh demo true 2>&1)
check_equal 'another key is refused' 255 "$?"
check_match 'with a word about it' 'key|verification' "$output"
guest_run demo 'stop_sshd; start_sshd' >/dev/null
check_equal 'its own is taken' demo "$(ssh demo hostname 2>&1)"

# A new key, while the VM runs: cloud-init makes some at the first boot.
guest_run demo 'rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key' >/dev/null
guest_run demo 'stop_sshd; start_sshd' >/dev/null
check_equal 'a key that is not among those remembered is asked for' demo "$(ssh demo hostname 2>&1)"

# A VM that was built anew under the old name.
printf 'demo.vm %s\n' "$key" >"$HOME/.ssh/known_hosts"
vm_kill demo
vm_start demo qemuvm.hostkey=fresh
check_equal 'a rebuilt VM under the old name' demo "$(ssh demo hostname 2>"$world/errors")"
check_equal 'brings no warning' '' "$(cat "$world/errors")"
check_no_leak
finish
