#!/bin/bash
# SPDX-License-Identifier: MIT
# Guests with more interfaces and addresses than the one that leads to them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

ask_anew
vm_start docker qemuvm.dummy=docker0:172.17.0.1/16 qemuvm.dummy=wg0:10.77.0.66/24 \
	qemuvm.ip=10.77.0.50/24
vm_start bare qemuvm.agent=no
vm_wait docker
vm_wait bare

check_equal 'the VM has the addresses of its NIC, not those of docker0 and wg0' \
	"10.77.0.101"$'\n'"10.77.0.50" "$(addresses_of docker.vm ahostsv4)"
check_equal 'ssh reaches it' docker "$(ssh docker.vm hostname 2>&1)"
check_no_match 'getaddrinfo gives no link-local address beside a routable one' fe80 \
	"$(getent ahosts docker.vm)"

for address in 10.77.0.1 127.0.0.9 169.254.169.254; do
	guest_run docker "ip addr add $address/32 dev eth0"
done
check_equal "addresses of the host's own, loopback and link-local do not count" \
	"10.77.0.101"$'\n'"10.77.0.50" "$(addresses_of docker.vm ahostsv4)"
guest_run docker 'ip -4 addr flush dev eth0'
check_equal 'a guest that has IPv6 alone is found by it' "$(vm_ipv6 docker)" \
	"$(addresses_of docker.vm)"

# shellcheck disable=SC2059 # it is a format
printf "sources = agent\n$without_cache" >"$world/alone.conf"
check_status 'a guest that runs no agent has no address of its agent' 2 \
	env QEMUVM_CONFIG="$world/alone.conf" getent ahosts bare.vm
check_match 'and qemuvm ip tells why' agent "$(qemuvm ip --source agent bare 2>&1)"
guest_run bare start_agent
sleep 1
check_equal 'it has one once the agent runs' "$(vm_ipv4 bare)" "$(addresses_of bare.vm ahostsv4)"
guest_run bare 'ip addr flush dev eth0 scope global'
check_status 'a guest without an address is not found' 2 getent ahostsv4 bare.vm
check_match 'and qemuvm ip tells of the kind' 'none of the kind' "$(qemuvm ip -4 bare 2>&1)"
check_match "its link-local address counts then, on the host's own link" \
	"^fe80::5054:ff:fe77:2%$(ip -o link show br0 | cut -d: -f1)\$" "$(qemuvm ip bare)"
check_no_leak
finish
