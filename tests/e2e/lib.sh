# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The world of the end-to-end tests. A test script sources this file as its
# first step; it is then started anew in network, mount and process namespaces
# of its own, where
#
#   br0 is a bridge with 10.77.0.1/24 and fd77::1/64; dnsmasq on it gives leases,
#     router advertisements and DNS, with a log of every query it saw;
#   /run and /etc are private copies: nsswitch.conf names the module, which the
#     loader takes from build/, ssh_config.d has the drop-in with the helper of
#     build/, and root's home is an empty folder with the key of the guests;
#   every process ends with the script, however the script ends.
#
# With DHCP_ELSEWHERE=yes set before, dnsmasq runs in a network namespace of its
# own on the same link, at 10.77.0.2: the host then sees none of its leases.
#
# Virtual machine number N (in the order of vm_start) has the MAC
# 52:54:00:77:00:0N, from DHCP 10.77.0.10N and by SLAAC fd77::5054:ff:fe77:N.

set -u
shopt -s extglob

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${QEMUVM_BUILD:-$checkout/build}
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"

# Two guests at a time on two cores, slowed by whatever else runs there.
BOOT_SECONDS=60
# An answer of a guest's command channel or of QMP.
ANSWER_SECONDS=20

# Of the world's own files; tests put theirs there too.
world=/run/e2e
vm_count=0
vm_nics=()
# MiB of the VMs that start from now on; their files live in half of it.
vm_memory=256
declare -A vm_number vm_pid

# The packages of the guest come from the network, so it is built out here.
enter_namespaces() {
	[ -z "${QEMUVM_E2E_GUEST:-}" ] || return 0
	need_commands unshare ip dnsmasq socat ssh qemu-system-x86_64
	QEMUVM_E2E_GUEST=$("$checkout/tests/guest/build") || {
		fail 'the guest can be built'
		finish
	}
	export QEMUVM_E2E_GUEST
	exec unshare -n -m -p --fork --kill-child --mount-proc -- "$0" "$@"
}

make_private_folders() {
	cp -a /etc /tmp/e2e-etc.$$
	mount -t tmpfs -o mode=755 run /run
	mkdir -p "$world/home/.ssh" /run/qemuvm
	mv /tmp/e2e-etc.$$ "$world/etc"
	mount --bind "$world/etc" /etc
	chmod 700 "$world/home/.ssh"
}

# Configuration files and options split a path at its blanks.
use_build_without_blanks() {
	mkdir "$world/build"
	mount --bind "$build" "$world/build"
	build=$world/build
}

configure_programs() {
	printf 'hosts: files qemuvm [!UNAVAIL=return] dns\n' >/etc/nsswitch.conf
	rm -f /etc/resolv.conf
	printf 'nameserver 10.77.0.1\noptions timeout:1 attempts:1\n' >/etc/resolv.conf
	cp "$build/qemuvm.conf" /etc/qemuvm.conf
	mkdir -p /etc/ssh/ssh_config.d
	sed "s|/usr/libexec/qemuvm/ssh-helper|$build/ssh-helper|" "$build/40-qemuvm.conf" \
		>/etc/ssh/ssh_config.d/40-qemuvm.conf
	export LD_LIBRARY_PATH=$build PATH=$build:$PATH
}

# ssh reads the home folder from passwd and not from HOME.
configure_home() {
	export HOME=$world/home
	sed -i "s|^\(root:.*\):/root:|\1:$HOME:|" /etc/passwd
	install -m 600 "$QEMUVM_E2E_GUEST/key" "$HOME/.ssh/id_ed25519"
	printf '*.vm %s\n' "$(cat "$QEMUVM_E2E_GUEST/ssh_host_ed25519_key.pub")" \
		>"$HOME/.ssh/known_hosts"
	printf 'User root\nBatchMode yes\nStrictHostKeyChecking yes\n' >"$HOME/.ssh/config"
}

start_network() {
	local there=() link=br0
	ip link set lo up
	# Of its own, or the bridge takes the least of its ports', and forgets its neighbours whenever that changes.
	ip link add br0 address 02:00:00:00:00:01 type bridge
	ip addr add 10.77.0.1/24 dev br0
	ip addr add fd77::1/64 dev br0 nodad
	ip link set br0 up
	if [ "${DHCP_ELSEWHERE:-no}" = yes ]; then
		there=(ip netns exec router)
		link=lan0
		add_router
	fi
	# No ping before an address is given: nobody else can have it.
	"${there[@]}" dnsmasq --conf-file=/dev/null --keep-in-foreground --user=root --pid-file= \
		--interface="$link" --bind-interfaces --no-resolv --no-hosts --no-ping \
		--log-queries --log-facility="$world/dnsmasq.log" \
		--dhcp-leasefile="$world/leases" --dhcp-range=10.77.0.100,10.77.0.199,1h \
		--dhcp-host=52:54:00:77:00:01,10.77.0.101 \
		--dhcp-host=52:54:00:77:00:02,10.77.0.102 \
		--enable-ra --dhcp-range="::,constructor:$link,ra-only" \
		--local=/example/ --address=/foreign.example/192.0.2.7 &
}

add_router() {
	ip netns add router
	ip link add to-router type veth peer name lan0 netns router
	ip link set to-router master br0 up
	ip -n router addr add 10.77.0.2/24 dev lan0
	ip -n router addr add fd77::2/64 dev lan0 nodad
	ip -n router link set lan0 up
	sed -i 's/10\.77\.0\.1/10.77.0.2/' /etc/resolv.conf
}

# vm_start NAME [KERNEL-PARAMETER...]: begins to boot; tests/guest/init has the
# parameters. The agent's socket is where a default template looks for it. Other
# NICs than one on the bridge are put into vm_nics before.
vm_start() {
	local name=$1 number=$((vm_count + 1))
	shift
	vm_count=$number
	vm_number[$name]=$number
	rm -f "$world/$name.console"
	# shellcheck disable=SC2207 # none of the words has a blank
	[ ${#vm_nics[@]} != 0 ] || vm_nics=($(tap_nic "tap$number" "52:54:00:77:00:0$number"))
	qemu-system-x86_64 -name "$name" -machine pc -accel "${QEMUVM_ACCEL:-tcg,thread=multi}" \
		-cpu max -m "$vm_memory" -nodefaults -no-user-config -display none \
		-kernel "$QEMUVM_E2E_GUEST/vmlinuz" -initrd "$QEMUVM_E2E_GUEST/initramfs.gz" \
		-append "console=ttyS0 quiet qemuvm.hostname=$name $*" \
		-serial "file:$world/$name.console" \
		-chardev "socket,id=commands,path=$world/$name.commands,server=on,wait=off" \
		-serial chardev:commands \
		-qmp "unix:$world/$name.qmp,server=on,wait=off" \
		-device virtio-serial-pci \
		-chardev "socket,id=agent,path=/run/qemuvm/$name.qga,server=on,wait=off" \
		-device virtserialport,chardev=agent,name=org.qemu.guest_agent.0 \
		"${vm_nics[@]}" &
	vm_pid[$name]=$!
	vm_nics=()
}

# tap_nic TAP MAC: a NIC on the bridge, as options of QEMU for vm_nics.
tap_nic() {
	ip tuntap add "$1" mode tap
	ip link set "$1" master br0 up
	printf '%s\n' -netdev "tap,id=$1,ifname=$1,script=no,downscript=no" \
		-device "virtio-net-pci,netdev=$1,mac=$2"
}

# The addresses that a guest truly has on the bridge.
vm_ipv4() {
	printf '10.77.0.10%d\n' "${vm_number[$1]}"
}

vm_ipv6() {
	printf 'fd77::5054:ff:fe77:%x\n' "${vm_number[$1]}"
}

# wait_until SECONDS COMMAND...: until it succeeds; fails when time is up.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

guest_has_addresses() {
	local addresses
	addresses=$(guest_run "$1" 'ip addr show dev eth0')
	[[ $addresses == *10.77.0.*fd77:* && $addresses != *tentative* ]]
}

# vm_wait NAME: until its agent and sshd run and it has both its addresses. The
# agent's socket is not used for that, so the test is its first client.
vm_wait() {
	if wait_until "$BOOT_SECONDS" grep -q 'guest is up' "$world/$1.console" &&
		wait_until "$BOOT_SECONDS" guest_has_addresses "$1"; then
		pass "$1 boots"
	else
		fail "$1 boots" "$(tail -n 5 "$world/$1.console")"
		finish
	fi
}

# converse SOCKET TEXT LAST: sends TEXT, prints the lines that come back up to
# and with the first that matches the pattern LAST.
converse() {
	local line reached=1 peer
	coproc PEER { exec socat - "UNIX-CONNECT:$1" 2>/dev/null; }
	peer=$PEER_PID
	printf '%s\n' "$2" >&"${PEER[1]}"
	while IFS= read -r -t "$ANSWER_SECONDS" line <&"${PEER[0]}"; do
		printf '%s\n' "$line"
		# shellcheck disable=SC2053 # a pattern
		[[ $line != $3 ]] || { reached=0 && break; }
	done
	kill "$peer" 2>/dev/null
	wait "$peer" 2>/dev/null
	return "$reached"
}

# guest_run NAME COMMAND: one line of shell, run in the guest whether or not it
# has a network and an agent. Its output and its status.
guest_run() {
	local output
	# Each line would be answered by itself, and the next question by the last of these answers.
	[[ $2 != *$'\n'* ]] || {
		fail "$1: a command of one line" "$2"
		return 255
	}
	output=$(converse "$world/$1.commands" "$2" '@end *') || return 255
	printf '%s\n' "$output" | sed '$d'
	return "${output##*@end }"
}

# vm_qmp NAME COMMAND: tells QEMU, prints its answer.
vm_qmp() {
	converse "$world/$1.qmp" \
		'{"execute":"qmp_capabilities"}{"execute":"'"$2"'","id":"last"}' '*"id": "last"*' |
		tail -n 1
}

# Each look-up asks anew, as if it were the first one.
without_cache='cache_s = 0\nstale_s = 0\n'
ask_anew() {
	# shellcheck disable=SC2059 # it is a format
	printf "$without_cache" >>/etc/qemuvm.conf
}

vm_kill() {
	kill -KILL "${vm_pid[$1]}"
	wait "${vm_pid[$1]}" 2>/dev/null
}

# Jiffies that the guest's processor was busy since it started, and in all.
guest_busy_and_total() {
	guest_run "$1" 'head -n 1 /proc/stat' |
		awk '{ for (i = 2; i <= 9; i++) total += $i; print total - $5 - $6, total }'
}

# guest_busy_percent NAME SECONDS: how busy the guest is over that time.
guest_busy_percent() {
	local busy_1 total_1 busy_2 total_2
	read -r busy_1 total_1 < <(guest_busy_and_total "$1")
	sleep "$2"
	read -r busy_2 total_2 < <(guest_busy_and_total "$1")
	echo $(((busy_2 - busy_1) * 100 / (total_2 - total_1)))
}

# quickest_ms TIMES COMMAND...: the least time of several runs, in ms. What else
# the machine does can only add to it.
quickest_ms() {
	local times=$1 best=999999 ms
	shift
	while [ "$times" -gt 0 ]; do
		times=$((times - 1))
		ms=$(elapsed_ms "$@")
		[ "$ms" -ge "$best" ] || best=$ms
	done
	echo "$best"
}

# The addresses alone that getaddrinfo gives for a name, one on a line, sorted.
addresses_of() {
	getent "${2:-ahosts}" "$1" | awk '{ print $1 }' | sort -u
}

check_no_leak() {
	check_no_match 'no name under .vm was asked of DNS' 'query\[[A-Z]+\] [^ ]*\.[vV][mM] ' \
		"$(cat "$world/dnsmasq.log")"
}

enter_namespaces "$@"
# From here on a step that fails ends the script without its counts line, which
# tests/run takes for a failure.
set -e
make_private_folders
use_build_without_blanks
configure_programs
configure_home
start_network
set +e
