#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What qemuvm export writes, read by the programs it is for: dnsmasq that serves another machine, a real
# ansible-inventory, ssh, getent.
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/../cache/lib.sh"
begin_cache_world "$@"
need_commands dnsmasq dig ansible-inventory ssh
export PATH=$world:$PATH

start_agent web accept read-request reply "$(interfaces 10.66.0.5 |
	sed 's/}\]/}, {"ip-address": "fd66::5", "ip-address-type": "ipv6", "prefix": 64}]/')" close loop
start_agent build accept read-request reply "$(interfaces 10.66.0.6)" close loop
start_qemu -name private -nic user,model=virtio-net-pci,hostfwd=tcp::2222-:22
start_qemu -name lonely -nic user,model=virtio-net-pci
# Two VMs of one name lead nowhere.
start_qemu -name twin -nic tap,ifname=tap7,script=no,downscript=no,mac=52:54:00:66:00:17
start_qemu -name twin -nic tap,ifname=tap8,script=no,downscript=no,mac=52:54:00:66:00:18
await_qemus
ip neigh add 10.66.0.17 lladdr 52:54:00:66:00:17 dev br0 nud reachable
ip neigh add 10.66.0.18 lladdr 52:54:00:66:00:18 dev br0 nud reachable

hosts=$(qemuvm export --format hosts)
check_equal 'hosts: a line for each address' '10.66.0.6 build.vm
10.66.0.5 web.vm
fd66::5 web.vm' "$(grep -v '^#' <<<"$hosts")"
check_no_match 'hosts: no name that two bear' twin "$hosts"
check_equal 'hosts: twice the same' "$hosts" "$(qemuvm export --format hosts)"
printf '%s\n' "$hosts" >etc/hosts
mount --bind etc/hosts /etc/hosts
printf 'hosts: files\n' >etc/nsswitch.conf
check_equal 'hosts: as glibc reads them' 'fd66::5 10.66.0.5' \
	"$(getent ahosts web.vm | awk '{ print $1 }' | uniq | xargs)"

# ssh reads it, and says what it would do.
qemuvm export --format ssh >ssh_config
of_host() { ssh -F ssh_config -G "$1" 2>/dev/null | awk -v key="$2" '$1 == key { $1 = ""; print substr($0, 2) }'; }
check_equal 'ssh: an address' 10.66.0.5 "$(of_host web hostname)"
check_equal 'ssh: by the whole name, too' 10.66.0.5 "$(of_host web.vm hostname)"
check_equal 'ssh: whose key it is' web.vm "$(of_host web hostkeyalias)"
check_match 'ssh: who knows the key' 'ssh-helper host-keys .* web\.vm' "$(of_host web knownhostscommand)"
check_equal 'ssh: a forward' '127.0.0.1 2222' "$(of_host private hostname) $(of_host private port)"
check_match 'ssh: else the helper' 'ssh-helper connect' "$(of_host lonely proxycommand)"
check_equal 'ssh: not to be found' twin "$(of_host twin hostname)"

# Ansible runs a script with --list, or --host NAME.
printf '#!/bin/sh\nexec qemuvm export --format ansible "$@"\n' >inventory
chmod 755 inventory
export ANSIBLE_HOME=$world/ansible ANSIBLE_LOCAL_TEMP=$world/ansible LC_ALL=C.UTF-8
listed_by_ansible=$(ansible-inventory -i inventory --list 2>"$world/errors")
check_equal 'ansible: without a complaint' '' "$(cat "$world/errors")"
check_equal 'ansible: the group' '["build","lonely","private","web"]' "$(jq -c '.qemuvm.hosts | sort' <<<"$listed_by_ansible")"
check_equal 'ansible: an address' 10.66.0.5 "$(jq -r ._meta.hostvars.web.ansible_host <<<"$listed_by_ansible")"
check_equal 'ansible: all of them' '["10.66.0.5","fd66::5"]' "$(jq -c ._meta.hostvars.web.qemuvm_addresses <<<"$listed_by_ansible")"
check_equal 'ansible: one host' "$(jq -cS ._meta.hostvars.web <<<"$listed_by_ansible")" \
	"$(qemuvm export --format ansible --host web | jq -cS .)"
check_equal 'ansible: ssh by name' '-o HostName=private.vm' \
	"$(ansible-inventory -i inventory --host private | jq -r .ansible_ssh_common_args)"
check_status 'ansible: a host that is none' 3 qemuvm export --format ansible --host nosuch
check_equal 'json: as list has it' "$(qemuvm list --json)" "$(qemuvm export --format json)"

# A whole network: dnsmasq serves the folder, somebody on another machine asks it.
ip netns add other
ip link add to-other type veth peer name eth0 netns other
ip link set to-other master br0 up
ip -n other addr add 10.66.0.200/24 dev eth0
ip -n other link set eth0 up
# /run is empty after each boot: the folder, and the one above it, is made, whatever the umask.
(umask 077; exec "$world/qemuvm" export --format dnsmasq --watch made/served >"$world/watch.log" 2>&1) &
watcher=$!
until [ -e made/served/qemuvm.hosts ]; do sleep 0.05; done
dnsmasq --conf-file=/dev/null --keep-in-foreground --user=root --pid-file= --no-resolv --no-hosts \
	--interface=br0 --bind-interfaces --local=/vm/ --hostsdir="$world/made/served" >"$world/dnsmasq.log" 2>&1 &
ask() { ip netns exec other dig +short +timeout=1 +tries=1 @10.66.0.1 "$1" "${2:-A}" 2>/dev/null | grep -v '^;'; }
# answers NAME WANTED: within some seconds.
# shellcheck disable=SC2317 # check calls it
answers() {
	for _ in $(seq 60); do
		[ "$(ask "$1")" != "$2" ] || return 0
		sleep 0.1
	done
	return 1
}
check 'dnsmasq: another machine asks for a name' answers web.vm 10.66.0.5
check_equal 'dnsmasq: and gets IPv6, too' fd66::5 "$(ask web.vm AAAA)"
check_equal 'dnsmasq: the folders can be read by others' '755 755' "$(stat -c %a made made/served | xargs)"
check_equal 'dnsmasq: the file can be read by whom it serves' 644 "$(stat -c %a made/served/qemuvm.hosts)"
start_agent late accept read-request reply "$(interfaces 10.66.0.8)" close loop
check 'dnsmasq: a VM that starts' answers late.vm 10.66.0.8
stop_agent late
for _ in $(seq 60); do
	grep -q late made/served/qemuvm.hosts || break
	sleep 0.1
done
check_no_match 'dnsmasq: one that stopped is out of the folder' late "$(cat made/served/qemuvm.hosts)"
inode=$(stat -c '%i %Y' made/served/qemuvm.hosts)
check 'dnsmasq: export looks again' await_round "$watcher"
check_equal 'a folder in which nothing changes stays as it is' "$inode" "$(stat -c '%i %Y' made/served/qemuvm.hosts)"
check_equal 'nothing is left beside the file' qemuvm.hosts "$(ls -A made/served)"
check_equal 'and nothing is said' '' "$(cat "$world/watch.log")"
kill "$watcher"
wait "$watcher" 2>/dev/null

says() { # STATUS TITLE PATTERN ARGUMENT...
	local want=$1 title=$2 pattern=$3 text status=0
	shift 3
	text=$(timeout 10 "$world/qemuvm" export "$@" 2>&1 >/dev/null) || status=$?
	check_equal "$title: the status" "$want" "$status"
	check_match "$title: the words" "$pattern" "$text"
}
says 2 'no format' 'usage: qemuvm export' --list
says 2 'an unknown format' 'did you mean "ansible"' --format ansibel
says 2 'a format far from any' 'formats: hosts' --format xyzzy
says 1 'a folder that is none' 'inventory/x/qemuvm.hosts: Not a directory' --format hosts --watch "$world/inventory/x"
mkdir full
mount -t tmpfs -o size=4k,nr_inodes=1 full full
says 1 'a full disk' 'full/qemuvm.hosts: No space left' --format hosts --watch "$world/full"
finish
