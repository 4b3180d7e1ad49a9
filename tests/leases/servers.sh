#!/bin/bash
# SPDX-License-Identifier: MIT
# Lease files as their own servers write them: each DHCP server gives an address to a real client
# with the MAC of a VM, and the VM is known by it.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/../find/lib.sh"
begin_world "$@"
need_commands dnsmasq dhcpd kea-dhcp4 kea-dhcp6 dhclient

MAC=52:54:00:66:00:99
# A server comes up, and a client has its address, in well under a second.
WAIT_MS=15000

mkdir leases work /var/lib/kea
chmod 777 work
printf 'lease = %s/leases/*\n' "$world" >conf
mapfile -t nic < <(tap tap0 "$MAC")
start_qemu -name web "${nic[@]}"
await_qemus

# The client stands where the guest would, on the same bridge.
ip netns add client
ip link add to-client type veth peer name eth0 netns client address "$MAC"
ip link set to-client master br0 up
ip netns exec client sysctl -qw net.ipv6.conf.eth0.accept_dad=0
ip -n client link set eth0 up

# await COMMAND...
await() {
	local until=$(($(now_ms) + WAIT_MS))
	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt "$until" ] || return 1
		sleep 0.1
	done
}

# ask_for_lease 4|6: as the client, once.
ask_for_lease() {
	rm -f work/client
	timeout $((WAIT_MS / 1000)) ip netns exec client dhclient "-$1" -1 -d -D LL \
		-sf /bin/true -cf /dev/null -lf "$world/work/client" -pf "$world/work/client.pid" \
		eth0 >work/client.log 2>&1 &
	client=$!
}

# check_server TITLE FAMILY PATTERN COMMAND...: the server runs until its lease is seen.
check_server() {
	local title=$1 family=$2 pattern=$3 server
	shift 3
	"$@" >work/server.log 2>&1 &
	server=$!
	sleep 0.5
	ask_for_lease "$family"
	if await qemuvm ip "-$family" --source lease web; then
		check_match "$title" "$pattern" "$(qemuvm ip "-$family" --source lease web)"
	else
		fail "$title" "$(tail -n 5 work/server.log work/client.log; ls -l leases; cat leases/*)"
	fi
	kill "$client" "$server" 2>/dev/null
	wait "$client" "$server" 2>/dev/null
	rm -f leases/*
}

check_server 'dnsmasq, IPv4' 4 '^10\.66\.0\.1[0-9]{2}$' \
	dnsmasq -d -u root -C /dev/null -p 0 -i br0 --dhcp-leasefile="$world/leases/dnsmasq.leases" \
	--dhcp-range=10.66.0.100,10.66.0.199,1h
check_server 'dnsmasq, IPv6' 6 '^fd66::1[0-9a-f]{2}$' \
	dnsmasq -d -u root -C /dev/null -p 0 -i br0 --dhcp-leasefile="$world/leases/dnsmasq.leases" \
	--dhcp-range=fd66::100,fd66::1ff,64,1h
check_server 'dnsmasq, infinite' 4 '^10\.66\.0\.1[0-9]{2}$' \
	dnsmasq -d -u root -C /dev/null -p 0 -i br0 --dhcp-leasefile="$world/leases/dnsmasq.leases" \
	--dhcp-range=10.66.0.100,10.66.0.199,infinite

cat >work/dhcpd.conf <<'CONF'
subnet 10.66.0.0 netmask 255.255.255.0 { range 10.66.0.200 10.66.0.220; }
CONF
cat >work/dhcpd6.conf <<'CONF'
subnet6 fd66::/64 { range6 fd66::200 fd66::2ff; }
CONF
touch leases/dhcpd.leases
check_server 'ISC dhcpd, IPv4' 4 '^10\.66\.0\.2[0-9]{2}$' \
	dhcpd -4 -f -cf work/dhcpd.conf -lf "$world/leases/dhcpd.leases" -pf work/dhcpd.pid br0
touch leases/dhcpd6.leases
check_server 'ISC dhcpd, IPv6' 6 '^fd66::2[0-9a-f]{2}$' \
	dhcpd -6 -f -cf work/dhcpd6.conf -lf "$world/leases/dhcpd6.leases" -pf work/dhcpd.pid br0

export KEA_PIDFILE_DIR=$world/work KEA_LOCKFILE_DIR=$world/work
cat >work/kea4.json <<CONF
{"Dhcp4": {"interfaces-config": {"interfaces": ["br0"]},
  "lease-database": {"type": "memfile", "name": "$world/leases/kea-leases4.csv"},
  "subnet4": [{"id": 1, "subnet": "10.66.0.0/24", "pools": [{"pool": "10.66.0.221 - 10.66.0.240"}]}]}}
CONF
cat >work/kea6.json <<CONF
{"Dhcp6": {"interfaces-config": {"interfaces": ["br0"]},
  "lease-database": {"type": "memfile", "name": "$world/leases/kea-leases6.csv"},
  "subnet6": [{"id": 1, "subnet": "fd66::/64", "interface": "br0",
    "pools": [{"pool": "fd66::300 - fd66::3ff"}]}]}}
CONF
check_server 'Kea, IPv4' 4 '^10\.66\.0\.2[0-9]{2}$' kea-dhcp4 -c work/kea4.json
check_server 'Kea, IPv6' 6 '^fd66::3[0-9a-f]{2}$' kea-dhcp6 -c work/kea6.json
finish
