#!/bin/bash
# SPDX-License-Identifier: MIT
# Leases that dnsmasq gave and wrote down.
# shellcheck source=tests/leases/lib.sh
. "$(dirname "$0")/lib.sh"
need_commands dnsmasq

file=$folder/dnsmasq.leases

add_client 1
add_client 2
start dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --pid-file= --port=0 \
	--log-facility=- --interface=br0 --dhcp-leasefile="$file" --no-ping \
	--dhcp-range=192.0.2.50,192.0.2.59,$LEASE_SECONDS \
	--dhcp-range=2001:db8::50,2001:db8::59,64,$LEASE_SECONDS \
	--dhcp-host="$(mac_of 2),192.0.2.99,infinite"
await test -e "$file"

ask_for_lease 1 4
check_lease 'a lease of IPv4' "$file" 1 '192\.0\.2\.5[0-9]'
ask_for_lease 1 6 -D LLT
check_lease 'a lease of IPv6' "$file" 1 '2001:db8::5[0-9]'
ask_for_lease 2 4
await has_lease "$file" "$(mac_of 2)" .
check_equal 'a lease without an end' "192.0.2.99 $(mac_of 2) never" \
	"$(read_leases "$file" "$(mac_of 2)")"
check_equal 'all leases' 3 "$(read_leases "$file" | wc -l)"
check_equal 'the leases of nobody' '' "$(read_leases "$file" "$(mac_of 3)")"

give_back 1 4
give_back 1 6 -D LLT
check_no_lease 'what was given back is gone' "$file" 1
check_match 'another lease is not' 192.0.2.99 "$(read_leases "$file")"
finish
