#!/bin/bash
# SPDX-License-Identifier: MIT
# Two virtual machines at once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

need_commands jq
vm_start one
vm_start two
vm_wait one
vm_wait two

for vm in one two; do
	check_equal "$vm has its own addresses" "$(vm_ipv4 $vm)"$'\n'"$(vm_ipv6 $vm)" \
		"$(addresses_of $vm.vm)"
	check_equal "ssh reaches $vm and not the other" $vm "$(ssh $vm.vm hostname 2>&1)"
done

output=$(qemuvm list)
check_match 'qemuvm list shows one' "one.*$(vm_ipv4 one)" "$output"
check_match 'qemuvm list shows two' "two.*$(vm_ipv4 two)" "$output"
check_equal 'qemuvm list --json names both' 'one two' \
	"$(qemuvm list --json | jq -r '[.[]."vm-id"] | join(" ")')"
check_match 'and their addresses' "$(vm_ipv4 two)" \
	"$(qemuvm list --json | jq -c '.[] | select(."vm-id" == "two") | ."ip-addresses"')"

# Six clients for each VM, whose agents serve one at a time.
clients=()
for i in 1 2 3 4 5 6; do
	for vm in one two; do
		addresses_of $vm.vm ahostsv4 >"$world/answer.$vm.$i" &
		clients+=($!)
	done
done
wait "${clients[@]}"
for vm in one two; do
	check_equal "six clients at once all learn the address of $vm" "$(vm_ipv4 $vm)" \
		"$(cat "$world"/answer.$vm.? | sort | uniq -c | awk '$1 == 6 { print $2 }')"
done

vm_qmp one stop >/dev/null
output=$(qemuvm list)
check_match 'qemuvm list still shows two while one is paused' "two.*$(vm_ipv4 two)" "$output"
check_match 'and a hint for one' 'one.*agent' "$output"
check_no_leak
finish
