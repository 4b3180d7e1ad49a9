#!/bin/bash
# SPDX-License-Identifier: MIT
# A fleet is reached through the hypervisor: nothing of ours is on the computer that ssh is typed on.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/sshd.sh
. "$(dirname "$0")/sshd.sh"
need_commands cpio
helper=$build/ssh-helper

vm_start demo
vm_nics=(-nic 'user,model=virtio-net-pci')
vm_start made
ip netns add client
ip link add to-client type veth peer name eth0 netns client
ip addr add 10.78.0.1/24 dev to-client
ip link set to-client up
ip -n client addr add 10.78.0.2/24 dev eth0
ip -n client link set eth0 up
ip -n client link set lo up
mkdir -p /etc/netns/client
printf 'hosts: files dns\n' >/etc/netns/client/nsswitch.conf
printf '10.78.0.1 hv\n' >/etc/netns/client/hosts

# A command on the client. With the drop-in where DROP_IN=yes is set: it sees VMs of its own, and has none.
client() {
	# shellcheck disable=SC2016 # the other shell expands it
	env -u LD_LIBRARY_PATH ip netns exec client unshare -m bash -c '
		mount -t tmpfs none /run/qemuvm
		[ "${DROP_IN:-no}" = yes ] || mount -t tmpfs none /etc/ssh/ssh_config.d
		unshare -p -f --mount-proc "$@"' client "$@"
}
sshd_unpack
check 'an sshd on the hypervisor' sshd_start 10.78.0.1 22
printf 'hv %s\n' "$(cat "$world/sshd/key.pub")" >>"$HOME/.ssh/known_hosts"
vm_wait demo

check_status 'the client knows no VM' 2 client getent hosts demo.vm
check_equal 'ssh -J' demo "$(client ssh -J hv demo.vm hostname 2>&1)"
check_equal 'where the drop-in is on the client, too' demo "$(DROP_IN=yes client ssh -J hv demo.vm hostname 2>&1)"
head -c 3000000 /dev/urandom >"$world/sent"
check 'scp -J' client scp -q -J hv "$world/sent" demo.vm:/tmp/received
check_equal 'what arrives is what was sent' "$(sha256sum <"$world/sent")" \
	"$(client ssh -J hv demo.vm 'sha256sum </tmp/received' 2>&1)"
cat >>"$HOME/.ssh/config" <<-END
	Match host made.vm exec "test ! -e $helper.none"
	ProxyCommand ssh hv LD_LIBRARY_PATH= $helper connect --relay %h %p
END
check_equal 'a VM behind a user-mode network, by the helper of the hypervisor' made \
	"$(client ssh made.vm hostname 2>&1)"
check_equal 'a relay over two connections loses nothing' "$(sha256sum <"$world/sent")" \
	"$(client ssh made.vm cat <"$world/sent" 2>/dev/null | sha256sum)"
check_no_leak
finish
