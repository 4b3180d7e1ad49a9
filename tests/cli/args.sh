#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What qemuvm args makes (the folder of the socket, a MAC for the NIC), and what doctor says of VMs
# that share a MAC.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/../find/lib.sh"
begin_world "$@"
umask 077

mac_of() { sed -n 's/.* -nic [a-z]*,mac=\([0-9a-f:]*\).*/\1/p'; }

# /run is empty, as after a boot.
web=$(qemuvm args --nic bridge web)
check_equal "root's folder can be seen by all, whatever the umask" '755 0' "$(stat -c '%a %u' /run/qemuvm)"
check_match 'the MAC has the prefix of QEMU' '^52:54:00:..:..:..$' "$(mac_of <<<"$web")"
check_equal 'a VM has the same MAC each time' "$web" "$(qemuvm args --nic bridge web)"
check_equal 'however its name is spelled' "$(mac_of <<<"$web")" "$(qemuvm args --nic bridge WEB | mac_of)"
check_equal 'VMs of other names have other MACs' 300 \
	"$(for i in $(seq 300); do qemuvm args --nic bridge "vm$i" | mac_of; done | sort -u | wc -l)"
mkdir other-computer
printf '0123456789abcdef0123456789abcdef\n' >other-computer/machine-id
there=$(unshare -m sh -c "mount --bind other-computer /etc && '$world/qemuvm' args --nic bridge web" | mac_of)
check_match 'and so has a VM of this name on another computer: it has one' '^52:54:00:' "$there"
check_no_match 'which is not the one of here' "$there" "$web"
check_no_match 'without --nic there is no NIC' -nic "$(qemuvm args web)"
for nic in '' ,br=br0 '{"type": "user"}'; do
	check_status "--nic '$nic' is refused" 2 "$world/qemuvm" args --nic "$nic" web
done

# As a user: the folder is the cache's, too, which counts only if it is private.
mkdir -p /run/user/4711
chmod 755 /run /run/user "$world" "$world/qemuvm"
chmod 644 "$world/conf"
chown 4711 /run/user/4711
as_user() { setpriv --reuid 4711 --clear-groups "$@"; }
check 'a user is given options' as_user "$world/qemuvm" args web
check_equal "a user's folder is private" '700 4711' "$(stat -c '%a %u' /run/user/4711/qemuvm)"
check_match 'so the cache takes it' 'ok +cache: /run/user/4711/qemuvm' "$(as_user "$world/qemuvm" doctor)"
rm -r /run/user/4711/qemuvm
chattr +i /run/user/4711 2>/dev/null || mount --bind -o ro /run/user/4711 /run/user/4711
output=$(as_user "$world/qemuvm" args web 2>&1)
check_equal 'a folder that cannot be made is told' 1:1 "$?:$(wc -l <<<"$output")"
check_match 'with its name' '^qemuvm: /run/user/4711/qemuvm: ' "$output"

# Three real QEMUs on one bridge: two by hand, with the MAC that QEMU gives to all, one by args.
for name in one two three; do
	ip tuntap add "tap-$name" mode tap
	ip link set "tap-$name" master br0 up
done
for name in one two; do
	start_qemu -name "$name" -nic "tap,ifname=tap-$name,script=no,downscript=no"
done
eval "start_qemu $(qemuvm args --nic tap,ifname=tap-three,script=no,downscript=no three)"
await_qemus
doctor=$(qemuvm doctor)
check_match 'doctor names two VMs that share a MAC' \
	'problem +MAC: 52:54:00:12:34:56 is the MAC of (one .*and of two|two .*and of one) ' "$doctor"
check_equal 'in one line' 1 "$(grep -c '^[a-z]* *MAC:' <<<"$doctor")"
check_equal 'the MAC of args is the one that QEMU has' \
	"$(qemuvm args --nic tap three | mac_of)" "$(qemuvm list --json | jq -r '.[] | select(.host == "three.vm").macs[0]')"
ip link add br1 type bridge
ip link set tap-two master br1
check_no_match 'on two bridges they do not meet' 'MAC: ' "$(qemuvm doctor)"
ip link set tap-two nomaster
check_match 'where the bridge is not known it is said, as no problem' 'skipped +MAC: 52:54:00:12:34:56' "$(qemuvm doctor)"
start_qemu -name four -nic user
await_qemus
check_no_match "a user-mode network is each VM's own" 'MAC: .* of four ' "$(qemuvm doctor)"
finish
