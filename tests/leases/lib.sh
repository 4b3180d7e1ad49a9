# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the lease tests share. A script that sources this file is started anew in
# network, mount and process namespaces of its own, where br0 is a bridge with
# 192.0.2.1/24 and 2001:db8::1/64 for a DHCP server, and each client is in one
# more network namespace, at the other end of a veth pair. Client N has the MAC
# 52:54:00:99:00:0N. Every process ends with the script, however it ends.
set -u

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${QEMUVM_BUILD:-$checkout/build}
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"

# How long is waited for a program to come up, or a lease to be written.
START_MS=15000
# How long a lease lasts that is neither endless nor released, in seconds.
# shellcheck disable=SC2034 # the scripts use it
LEASE_SECONDS=600

enter_namespaces() {
	skip_without isc-dhcp-client
	[ -z "${QEMUVM_LEASES_INSIDE:-}" ] || return 0
	need_commands unshare nsenter ip dhclient
	QEMUVM_LEASES_INSIDE=1 exec unshare -n -m -p --fork --kill-child --mount-proc -- "$0" "$@"
}

# A link-local address is used at once, without a second of looking for another
# host that has it.
skip_dad() {
	echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
}

make_network() {
	skip_dad
	ip link set lo up
	# Of its own, or the bridge takes the least of its ports', and forgets its neighbours whenever that changes.
	ip link add br0 address 02:00:00:00:00:01 type bridge
	ip link set br0 up
	ip addr add 192.0.2.1/24 dev br0
	ip addr add 2001:db8::1/64 dev br0
}

enter_namespaces "$@"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
make_network
clients=()

# start COMMAND...: in the background, until the script ends; $started is its pid,
# and what it says goes where a failure shows it.
start() {
	"$@" >>"$folder/output" 2>&1 </dev/null &
	started=$!
}

# await COMMAND...: until it succeeds.
await() {
	local until=$(($(now_ms) + START_MS))
	until "$@"; do
		if [ "$(now_ms)" -gt "$until" ]; then
			fail "in time: $*" "$(tail -n 20 "$folder/output")"
			finish
		fi
		sleep 0.02
	done
}

# copy_program NAME: its path in the folder. AppArmor knows Debian's servers and
# clients by their paths, and lets them read theirs only.
copy_program() {
	[ -e "$folder/$1" ] || cp "$(command -v "$1")" "$folder/$1"
	printf '%s\n' "$folder/$1"
}

mac_of() {
	printf '52:54:00:99:00:%02x\n' "$1"
}

# in_client N COMMAND...
in_client() {
	nsenter -t "${clients[$1]}" -n -- "${@:2}"
}

has_other_network() {
	[ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$1/ns/net")" ]
}

# add_client N
add_client() {
	start unshare -n sleep infinity
	clients[$1]=$started
	await has_other_network "$started"
	in_client "$1" bash -c "$(declare -f skip_dad); skip_dad"
	ip link add "veth$1" master br0 type veth peer name eth0 address "$(mac_of "$1")" \
		netns "${clients[$1]}"
	ip link set "veth$1" up
	in_client "$1" ip link set eth0 up
}

# What dhclient calls: a release is sent from the address.
make_client_script() {
	cat >"$folder/script" <<-'SCRIPT'
		#!/bin/sh
		case $reason in
		BOUND) ip addr replace "$new_ip_address/24" dev "$interface" ;;
		esac
	SCRIPT
	chmod 755 "$folder/script"
}

# dhclient_of N 4|6 OPTION...
dhclient_of() {
	local n=$1 family=$2
	shift 2
	[ -e "$folder/script" ] || make_client_script
	in_client "$n" "$(copy_program dhclient)" "-$family" -cf /dev/null -sf "$folder/script" \
		-lf "$folder/client$n.$family" -pf "$folder/client$n.$family.pid" "$@" eth0
}

# ask_for_lease N 4|6 [OPTION...]: a client asks until it has one.
ask_for_lease() {
	: >"$folder/client$1.$2"
	start dhclient_of "$@" -d
}

# give_back N 4|6 [OPTION...]: ends the client, and releases its lease.
give_back() {
	dhclient_of "$@" -r >>"$folder/output" 2>&1
}

read_leases() {
	"$build/tests/read_leases" "$@"
}

has_lease() {
	[[ $(read_leases "$1" "$2") =~ $3 ]]
}

has_no_lease() {
	[ -z "$(read_leases "$@")" ]
}

# check_lease NAME FILE N PATTERN: client N soon has one lease there, whose address
# is like the pattern, and which ends in LEASE_SECONDS.
check_lease() {
	local name=$1 file=$2 mac lease left
	mac=$(mac_of "$3")
	await has_lease "$file" "$mac" "$4"
	lease=$(read_leases "$file" "$mac" | grep -E "$4")
	check_match "$name" "^$4 $mac [0-9]+$" "$lease"
	left=$((${lease##* } - $(date +%s)))
	check_at_most "$name: until it ends" "$LEASE_SECONDS" "$left"
	check_at_most "$name: not before" "$left" $((LEASE_SECONDS - START_MS / 1000))
}

# check_no_lease NAME FILE N: client N soon has none there.
check_no_lease() {
	await has_no_lease "$2" "$(mac_of "$3")"
	pass "$1"
}
