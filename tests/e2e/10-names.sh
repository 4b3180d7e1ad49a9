#!/bin/bash
# SPDX-License-Identifier: MIT
# A virtual machine's names, looked up as every program does it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

vm_start qemu-vm-rszsauli
vm_wait qemu-vm-rszsauli
ipv4=$(vm_ipv4 qemu-vm-rszsauli)
ipv6=$(vm_ipv6 qemu-vm-rszsauli)

check_equal 'the first look-up of all gives both addresses' \
	"$ipv4"$'\n'"$ipv6" "$(addresses_of qemu-vm-rszsauli.vm)"
check_equal 'ahostsv4 gives the IPv4 address alone' \
	"$ipv4" "$(addresses_of qemu-vm-rszsauli.vm ahostsv4)"
check_equal 'ahostsv6 gives the IPv6 address alone' \
	"$ipv6" "$(addresses_of qemu-vm-rszsauli.vm ahostsv6)"
check_match 'getent hosts gives an address of the VM and its name' \
	"^($ipv4|$ipv6) +qemu-vm-rszsauli\.vm" "$(getent hosts qemu-vm-rszsauli.vm)"
check_equal 'a known prefix can be left out' "$ipv4" "$(addresses_of rszsauli.vm ahostsv4)"
check_equal 'case does not count' "$ipv4" "$(addresses_of RszSauli.VM ahostsv4)"
check_equal 'a dot at the end does not count' "$ipv4" "$(addresses_of rszsauli.vm. ahostsv4)"
check_equal 'qemuvm ip says the same' \
	"$ipv4"$'\n'"$ipv6" "$(qemuvm ip --all rszsauli | sort)"

check_status 'a name that no VM has is not found' 2 getent ahosts nosuch.vm
check_status 'nor by gethostbyname' 2 getent hosts nosuch.vm
for bad in .vm ..vm ../x.vm a/b.vm 'a b.vm' "$(printf 'x%.0s' {1..300}).vm" $'\xc3\xa4.vm'; do
	check_status "an impossible name is not found: ${bad:0:12}" 2 getent ahosts "$bad"
done
check_status 'qemuvm ip of a name that no VM has fails' 3 qemuvm ip nosuch
check_equal 'a foreign name is resolved as ever' 192.0.2.7 \
	"$(addresses_of foreign.example ahostsv4)"
check_no_leak
finish
