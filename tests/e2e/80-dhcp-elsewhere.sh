#!/bin/bash
# SPDX-License-Identifier: MIT
# Addresses from a DHCP server that is not on this host; a guest with two NICs, containers and a VPN.
DHCP_ELSEWHERE=yes
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

vm_start bare qemuvm.agent=no
# shellcheck disable=SC2207 # none of the words has a blank
vm_nics=($(tap_nic tap2 52:54:00:77:00:02) $(tap_nic tap9 52:54:00:77:00:09))
vm_start busy qemuvm.dummy=docker0:172.17.0.1/16 qemuvm.dummy=wg0:10.77.0.66/24
vm_wait bare
vm_wait busy

check_equal 'the agent tells the addresses of all NICs, and no others' \
	"$(guest_run busy "ip -4 -o addr show | grep ' eth' | sed 's|.*inet ||; s|/.*||'" | sort)" \
	"$(addresses_of busy.vm ahostsv4)"
check_equal 'which are two' 2 "$(addresses_of busy.vm ahostsv4 | wc -l)"
check_equal 'ssh reaches it' busy "$(ssh busy.vm hostname 2>&1)"

check_no_match 'no lease is seen here' 10.77 "$(qemuvm ip --source lease bare 2>/dev/null)"
ip neigh flush dev br0
check_status 'a guest without an agent, before it has spoken: not yet' 2 getent ahosts bare.vm
guest_run bare 'ping -c 1 -W 5 10.77.0.1' >/dev/null
check_equal 'after it has' "$(vm_ipv4 bare)" "$(addresses_of bare.vm ahostsv4)"
check_equal 'ssh reaches it' bare "$(ssh bare.vm hostname 2>&1)"
check_no_leak
finish
