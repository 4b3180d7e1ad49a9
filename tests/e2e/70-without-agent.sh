#!/bin/bash
# SPDX-License-Identifier: MIT
# Guests without an agent: by their lease, by what the host has heard of them; and guests that no
# address leads to.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

printf 'lease = %s/leases\n' "$world" >"$world/lease.conf"
printf 'lease = /nowhere\n' >"$world/no-lease.conf"
by_lease() { QEMUVM_CONFIG=$world/lease.conf "$@"; }
without_lease() { QEMUVM_CONFIG=$world/no-lease.conf "$@"; }

vm_start leased qemuvm.agent=no
vm_nics=(-nic 'user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:2222-:22')
vm_start user
vm_wait leased
ipv4=$(vm_ipv4 leased)

ip neigh flush dev br0
check_equal 'a lease tells the address of a guest that was never heard' "$ipv4" \
	"$(by_lease addresses_of leased.vm ahostsv4)"
check_equal 'qemuvm ip says where from' "$ipv4" "$(by_lease qemuvm ip --source lease leased)"
check_equal 'ssh reaches it' leased "$(by_lease ssh leased.vm hostname 2>&1)"

# The end of that session is spoken, too.
sleep 1
ip neigh flush dev br0
check_status 'without a lease, before the guest has spoken: not yet' 2 \
	without_lease getent ahosts leased.vm
guest_run leased 'ping -c 1 -W 5 10.77.0.1' >/dev/null
check_equal 'after it has' "$ipv4" "$(without_lease addresses_of leased.vm ahostsv4)"
check_equal 'and its address leads to its name' leased.vm \
	"$(getent hosts "$ipv4" | awk '{ print $2 }')"

guest_run leased 'ip -4 addr flush dev eth0; ip addr add 10.77.0.55/24 dev eth0'
ip neigh flush dev br0
guest_run leased 'ping -c 1 -W 5 10.77.0.1' >/dev/null
check_equal 'an address that it has changed to, too' 10.77.0.55 \
	"$(without_lease qemuvm ip -4 leased)"

wait_until "$BOOT_SECONDS" grep -q 'guest is up' "$world/user.console"
check_status 'a guest on a user-mode network has no address' 2 getent ahosts user.vm
check_match 'qemuvm ip tells of the way in' 'ssh -p 2222 127\.0\.0\.1' "$(qemuvm ip user 2>&1)"
check_no_leak
finish
