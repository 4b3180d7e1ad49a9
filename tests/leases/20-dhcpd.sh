#!/bin/bash
# SPDX-License-Identifier: MIT
# Leases that ISC dhcpd gave and wrote down.
# shellcheck source=tests/leases/lib.sh
. "$(dirname "$0")/lib.sh"
skip_without isc-dhcp-server
need_commands dhcpd

file_4=$folder/dhcpd.leases
file_6=$folder/dhcpd6.leases

# start_dhcpd 4|6 FILE SUBNET-DECLARATION
start_dhcpd() {
	cat >"$folder/dhcpd$1.conf" <<-EOF
		authoritative;
		default-lease-time $LEASE_SECONDS;
		max-lease-time $LEASE_SECONDS;
		ping-check off;
		$3
	EOF
	: >"$2"
	: >"$folder/output"
	start "$(copy_program dhcpd)" "-$1" -f -d --no-pid -cf "$folder/dhcpd$1.conf" -lf "$2" br0
	await grep -qs 'Server starting service' "$folder/output"
}

add_client 1
add_client 2
start_dhcpd 4 "$file_4" 'subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.50 192.0.2.50; }'
check_equal 'no lease yet' '' "$(read_leases "$file_4")"
start_dhcpd 6 "$file_6" 'subnet6 2001:db8::/64 { range6 2001:db8::50 2001:db8::59; }'

ask_for_lease 1 4
check_lease 'a lease of IPv4' "$file_4" 1 '192\.0\.2\.50'
ask_for_lease 1 6 -D LL
check_lease 'a lease of IPv6, its MAC in a DUID-LL' "$file_6" 1 '2001:db8::5[0-9]'
ask_for_lease 2 6 -D LLT
check_lease 'a lease of IPv6, its MAC in a DUID-LLT' "$file_6" 2 '2001:db8::5[0-9]'

give_back 1 4
check_no_lease 'what was given back is gone' "$file_4" 1
give_back 1 6 -D LL
check_no_lease 'what was given back over IPv6 is gone' "$file_6" 1
check_match 'another lease is not' "$(mac_of 2)" "$(read_leases "$file_6")"

ask_for_lease 2 4
check_lease 'the address goes to another client' "$file_4" 2 '192\.0\.2\.50'
check_equal 'and is not the first one'\''s' '' "$(read_leases "$file_4" "$(mac_of 1)")"
finish
