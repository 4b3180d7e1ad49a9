#!/bin/bash
# SPDX-License-Identifier: MIT
# Leases that Kea gave and wrote down.
# shellcheck source=tests/leases/lib.sh
. "$(dirname "$0")/lib.sh"
need_commands kea-dhcp4 kea-dhcp6

file_4=$folder/kea-leases4.csv
file_6=$folder/kea-leases6.csv
# From 2.6.3 on leases are written nowhere but below the last of these.
export KEA_PIDFILE_DIR=$folder KEA_LOCKFILE_DIR=none KEA_LOGGER_DESTINATION=stdout KEA_DHCP_DATA_DIR=$folder

# start_kea 4|6 FILE SUBNET POOL [SETTINGS,]
start_kea() {
	cat >"$folder/kea$1.conf" <<-EOF
		{ "Dhcp$1": {
		  "interfaces-config": { "interfaces": [ "br0" ] },
		  "lease-database": { "type": "memfile", "name": "$2", "lfc-interval": 0 },
		  "valid-lifetime": $LEASE_SECONDS, ${5:-}
		  "subnet$1": [ { "id": 1, "subnet": "$3", "interface": "br0", "pools": [ { "pool": "$4" } ] } ]
		} }
	EOF
	start "$(copy_program "kea-dhcp$1")" -c "$folder/kea$1.conf"
	await grep -qs "DHCP$1_STARTED" "$folder/output"
}

add_client 1
add_client 2
start_kea 4 "$file_4" 192.0.2.0/24 '192.0.2.50 - 192.0.2.50'
start_kea 6 "$file_6" 2001:db8::/64 '2001:db8::50 - 2001:db8::59' \
	'"preferred-lifetime": 300, "server-id": { "type": "LL", "persist": false },'

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
