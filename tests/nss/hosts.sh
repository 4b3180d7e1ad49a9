#!/bin/bash
# SPDX-License-Identifier: MIT
# From addresses to names, and the list of all hosts, as glibc asks for them.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/../find/lib.sh"
begin_world "$@"
need_commands getent strace

mkdir etc
printf 'hosts: files qemuvm [!UNAVAIL=return] dns\n' >etc/nsswitch.conf
printf '127.0.0.1 localhost\n' >etc/hosts
printf 'lease = %s/leases\n' "$world" >conf
mount --bind etc/nsswitch.conf /etc/nsswitch.conf
mount --bind etc/hosts /etc/hosts
export LD_LIBRARY_PATH=$build

mapfile -t web < <(tap tap0 52:54:00:66:00:01)
mapfile -t db < <(tap tap1 52:54:00:66:00:02)
start_qemu -name web "${web[@]}"
start_qemu -name 'my db' "${db[@]}"
start_qemu -name unheard
await_qemus
ip neigh add 10.66.0.5 lladdr 52:54:00:66:00:01 dev br0 nud reachable
ip neigh add fd66::5 lladdr 52:54:00:66:00:01 dev br0 nud stale
ip neigh add 10.66.0.9 lladdr 52:54:00:00:00:09 dev br0 nud reachable
printf '0 52:54:00:66:00:02 10.66.0.6 * *\n' >leases

check_equal 'an IPv4 address leads to its VM' '10.66.0.5 web.vm' "$(getent hosts 10.66.0.5 | tr -s ' ')"
check_equal 'an IPv6 address leads to its VM' 'fd66::5 web.vm' "$(getent hosts fd66::5 | tr -s ' ')"
check_equal 'an IPv4 address within IPv6 leads to its VM' '::ffff:10.66.0.5 web.vm' "$(getent hosts ::ffff:10.66.0.5 | tr -s ' ')"
check_status "a neighbour who is no VM" 2 getent hosts 10.66.0.9
check_status 'an address of no VM has no name' 2 getent hosts 192.0.2.1
check_status 'an address of a lease that nobody has been heard under' 2 getent hosts 10.66.0.6

# What a stranger's address costs, between the module's first and last system call.
calls_of() {
	strace -o trace getent hosts "$1" >/dev/null
	sed -n '/libnss_qemuvm.so.2.*= [0-9]/,$p' trace | sed -n '/NETLINK/,$p'
}
cost=$(calls_of 192.0.2.1)
check_equal 'a stranger costs one question to the kernel' 1 "$(grep -c 'sendto(.*nlmsg' <<<"$cost")"
check_no_match 'no look at processes' '"/proc' "$cost"
check_no_match 'and no file' openat "$cost"
check_no_match "loopback costs nothing at all" 'NETLINK' "$(calls_of 127.0.0.2)"
check_match 'and the next service is asked' 'AF_INET.*SOCK_DGRAM|resolv' "$(cat trace)"

check_equal 'all hosts, each family once' \
	$'10.66.0.5 web.vm\n10.66.0.6 my-db.vm\n127.0.0.1 localhost\nfd66::5 web.vm' \
	"$(getent hosts | tr -s ' ' | LC_ALL=C sort)"

ip tuntap add tap2 mode tap
start_qemu -name twin -netdev tap,id=n,ifname=tap2,script=no,downscript=no \
	-device virtio-net-pci,netdev=n,mac=52:54:00:66:00:01
await_qemus
check_status 'a MAC that two VMs bear names none' 2 getent hosts 10.66.0.5
finish
