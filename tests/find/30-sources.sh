#!/bin/bash
# SPDX-License-Identifier: MIT
# Where no agent answers: leases and the neighbour table, what counts of them and in which order.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/lib.sh"
begin_world "$@"

mkdir leases
printf 'lease = %s/leases/*.leases\nlease = %s/leases/*.status\n' "$world" "$world" >conf
now=$(date +%s)

# heard ADDRESS MAC STATE: the kernel has it in its neighbour table.
heard() { ip neigh replace "$1" lladdr "$2" dev br0 nud "$3"; }

# vm NAME MAC [ARGUMENT...]: on a tap of the bridge.
vm() {
	local name=$1 mac=$2 options
	shift 2
	mapfile -t options < <(tap "tap-$name" "$mac")
	start_qemu -name "$name" "${options[@]}" "$@"
}

ip_of() { qemuvm ip --all "$@" 2>&1 | paste -sd ' '; }

vm one 52:54:00:66:00:01
vm two 52:54:00:66:00:02
vm three 52:54:00:66:00:03
await_qemus

check_match 'nothing is known' 'no DHCP lease and no' "$(ip_of one)"
cat >leases/a.leases <<LEASES
$((now + 100)) 52:54:00:66:00:01 10.66.0.11 one *
$((now + 200)) 52:54:00:66:00:01 10.66.0.12 one *
$((now - 100)) 52:54:00:66:00:02 10.66.0.22 one *
$((now + 900)) 52:54:00:ff:ff:ff 10.66.0.99 three *
LEASES
check_equal 'of two leases the newer' 10.66.0.12 "$(ip_of one)"
check_match 'an expired one does not count' 'its lease has ended' "$(ip_of two)"
heard 10.66.0.22 52:54:00:66:00:02 stale
check_match 'nor while its address is stale, by itself' 'its lease has ended' "$(ip_of --source lease two)"
heard 10.66.0.22 52:54:00:66:00:02 reachable
check_equal 'but while it is reachable' 10.66.0.22 "$(ip_of --source lease two)"
check_match "a lease of the VM's name and another MAC is another's" 'no DHCP lease and no' "$(ip_of three)"

heard 10.66.0.13 52:54:00:66:00:01 reachable
check_equal 'a lease comes before the neighbour table' 10.66.0.12 "$(ip_of one)"
check_equal 'each source can be asked alone' 10.66.0.13 "$(ip_of --source neighbour one)"
check_equal 'and all side by side' \
	$'agent      -\nlease      10.66.0.12\nneighbour  10.66.0.13' \
	"$(qemuvm ip --source all one | sed 's/ *(.*//')"
printf 'sources = neighbour lease\nlease = %s/leases/*.leases\n' "$world" >reversed
check_equal 'the configuration says who is believed' 10.66.0.13 \
	"$(QEMUVM_CONFIG=reversed qemuvm ip one)"
printf 'sources = agent\n' >reversed
check_match 'and who is asked at all' 'no guest agent socket' "$(QEMUVM_CONFIG=reversed qemuvm ip one 2>&1)"
heard 10.66.0.12 52:54:00:66:00:03 reachable
check_equal 'a lease whose address another machine bears does not count' 10.66.0.13 "$(ip_of one)"

heard 10.66.0.31 52:54:00:66:00:03 stale
heard 10.66.0.32 52:54:00:66:00:03 reachable
heard fd66::33 52:54:00:66:00:03 delay
check_equal 'neighbours of the best state first' '10.66.0.12 10.66.0.32 10.66.0.31 fd66::33' \
	"$(ip_of --source neighbour three)"
check_equal 'one family alone' fd66::33 "$(ip_of -6 three)"
vm four 52:54:00:66:00:04
await_qemus
heard fe80::4 52:54:00:66:00:04 reachable
link=$(ip -o link show br0 | cut -d: -f1)
check_equal "a link-local address has the host's scope" "fe80::4%$link" "$(ip_of four)"
heard 10.66.0.41 52:54:00:66:00:04 failed 2>/dev/null
check_equal 'a failed entry is none' "fe80::4%$link" "$(ip_of four)"

printf '[{"ip-address":"10.66.0.14","mac-address":"52:54:00:66:00:01","expiry-time":%d}]' \
	$((now + 900)) >leases/br0.status
check_equal "libvirt's leases count beside the others" 10.66.0.14 "$(ip_of one)"
printf '[{"ip-address":"10.66.0.15","mac-address":"52:54:00:66:00:01","expiry-time":%d},{"ip-a' \
	$((now + 999)) >leases/br0.status
check_equal 'also out of a file that is half written' 10.66.0.15 "$(ip_of one)"
printf '\xff\x00[[[[' >leases/br1.status
mkfifo leases/pipe.leases
check_equal 'a bad file spoils nothing' 10.66.0.15 "$(ip_of one)"

# A NIC that was plugged in later is not on the command line.
start_qemu -name hotplugged
await_qemus
printf '[{"domain":"hotplugged","macs":["52:54:00:66:00:07"]}]' >leases/br0.macs
printf '0 52:54:00:66:00:07 10.66.0.77 * *\n' >leases/b.leases
check_equal "libvirt's list of MACs tells of it" 10.66.0.77 "$(ip_of hotplugged)"

# Default MACs are the same for every VM that is given none.
mapfile -t default < <(tap tap-d1 '' | sed 's/,mac=$//')
start_qemu -name default1 "${default[@]}"
await_qemus
heard 10.66.0.88 52:54:00:12:34:56 reachable
check_equal 'the only VM with a default MAC is known by it' 10.66.0.88 "$(ip_of default1)"
mapfile -t default < <(tap tap-d2 '' | sed 's/,mac=$//')
start_qemu -name default2 "${default[@]}"
second=$started
await_qemus
check_match 'of two none is' 'no VM|no DHCP lease' "$(ip_of default1)"
check_match 'which is told' 'no MAC of the VM is known that is not' \
	"$(ip_of --source neighbour default1)"
kill "$second"
wait "$second" 2>/dev/null
start_qemu -name default3 -netdev user,id=n -device virtio-net-pci,netdev=n
await_qemus
check_equal 'one on a user-mode network is met by nobody' 10.66.0.88 "$(ip_of default1)"
check_match 'and is not reached' 'user-mode networks only' "$(ip_of default3)"
finish
