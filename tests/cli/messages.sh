#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What qemuvm says and returns: each thing that can be the matter has words of its own.
set -u
checkout=$(cd "$(dirname "$0")/../.." && pwd)
build=${QEMUVM_BUILD:-$checkout/build}
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"

if [ -z "${QEMUVM_CLI_NAMESPACE:-}" ]; then
	need_commands unshare ip setpriv jq qemu-system-x86_64
	export QEMUVM_CLI_NAMESPACE=1
	exec unshare -n -m -p --fork --kill-child --mount-proc -- "$0" "$@"
fi
ip link set lo up
ip link add br0 address 02:00:00:00:00:01 type bridge
ip addr add 10.66.0.1/24 dev br0
ip link set br0 up

world=$(mktemp -d)
trap 'rm -rf "$world"' EXIT
chmod 755 "$world"
# Others may be in the way of the programs, but not of the tests' own user.
cp "$build/qemuvm" "$build/tests/scripted_agent" "$world"
printf 'socket = %s/%%s.qga\ntimeout_ms = 600\n' "$world" >"$world/conf"
export QEMUVM_CONFIG=$world/conf
stranger=(setpriv --reuid 4711 --regid 4711 --clear-groups)

nic() {
	printf '[{"name":"eth0","ip-addresses":[{"ip-address":"%s","ip-address-type":"ipv4","prefix":24}]}]' "$1"
}

start() { # SOCKET COMMAND...: until it listens
	local socket=$1
	shift
	"$@" >/dev/null 2>&1 &
	for _ in $(seq 100); do
		[ ! -S "$socket" ] || return 0
		sleep 0.05
	done
	fail "$socket is there"
}

agent() { # NAME ADDRESS
	start "$world/$1.qga" "$world/scripted_agent" "$world/$1.qga" \
		accept read-request reply "$(nic "$2")" close loop
}

# says STATUS TITLE PATTERN COMMAND...: its status, and what it says on standard error.
says() {
	local want=$1 title=$2 pattern=$3 text status=0
	shift 3
	text=$("$@" 2>&1 >/dev/null) || status=$?
	check_equal "$title: the status" "$want" "$status"
	check_match "$title: the words" "$pattern" "$text"
	check_equal "$title: in one line" 1 "$(printf '%s\n' "$text" | wc -l)"
}

qemuvm=$world/qemuvm
agent web 10.66.0.5
agent my-vm 10.66.0.6
mkdir "$world/squat"
chmod 777 "$world/squat"
start "$world/mute.qga" "$world/scripted_agent" "$world/mute.qga" accept read-request hold loop
start "$world/garbage.qga" "$world/scripted_agent" "$world/garbage.qga" \
	accept read-request reply '"\u001b[31m"' close loop

check_equal 'ip prints the address alone' 10.66.0.5 "$("$qemuvm" ip web)"
check_equal 'with the domain, too' 10.66.0.5 "$("$qemuvm" ip WEB.vm)"
check_equal 'list has a heading and a line for each VM' 5 "$("$qemuvm" list 2>/dev/null | wc -l)"
check_match 'with its address and source' 'web +10\.66\.0\.5 .* agent$' "$("$qemuvm" list)"
check_equal 'list --json is JSON with the documented keys' \
	'agent-socket forwards hint host ip-addresses macs names network pid source started vm-id vsock-cid' \
	"$("$qemuvm" list --json | jq -r '.[0] | keys[]' | LC_ALL=C sort | paste -sd ' ')"
check_equal 'list --json has the address of a VM' 10.66.0.5 \
	"$("$qemuvm" list --json | jq -r '.[] | select(.["vm-id"] == "web") | .["ip-addresses"][0]')"
check_equal 'list --json has a hint for a VM without an address' string \
	"$("$qemuvm" list --json | jq -r '.[] | select(.["vm-id"] == "mute") | .hint | type')"
check_equal 'list --json prints the same each time' "$("$qemuvm" list --json)" "$("$qemuvm" list --json)"

says 3 'no such VM' 'no such VM' "$qemuvm" ip nosuch
says 3 'a name that cannot be' 'no VM can have this name' "$qemuvm" ip ../web
says 3 'no right to the socket' 'permission denied' "${stranger[@]}" env QEMUVM_CONFIG="$QEMUVM_CONFIG" "$qemuvm" ip web
says 1 'an agent that is asked and mute' 'did not answer in time' "$qemuvm" ip mute
says 1 'garbage' "not the agent's protocol" "$qemuvm" ip garbage
says 1 'none of the family' 'none of the kind' "$qemuvm" ip -6 web

start "$world/user.qga" qemu-system-x86_64 -machine pc -S -display none -nodefaults -nic user \
	-chardev "socket,id=a,path=$world/user.qga,server=on,wait=off" -device virtio-serial \
	-device virtserialport,chardev=a,name=org.qemu.guest_agent.0
says 1 'a user-mode network' 'user-mode networks only' "$qemuvm" ip user
start "$world/silent.qga" qemu-system-x86_64 -machine pc -S -display none -nodefaults \
	-chardev "socket,id=a,path=$world/silent.qga,server=on,wait=off" -device virtio-serial \
	-device virtserialport,chardev=a,name=org.qemu.guest_agent.0
says 1 'no agent' 'guest agent does not answer' "$qemuvm" ip silent

start "$world/squat/evil.qga" "${stranger[@]}" "$world/scripted_agent" "$world/squat/evil.qga" \
	accept read-request reply "$(nic 10.66.0.66)" close loop
printf 'socket = %s/squat/%%s.qga\n' "$world" >"$world/conf"
says 3 "a stranger's socket" 'user, who is not trusted' "$qemuvm" ip evil
check_no_match 'which list leaves out' evil "$("$qemuvm" list --json)"
printf 'socket = %s/squat/%%s.qga\ntrusted_users = 4711\n' "$world" >"$world/conf"
check_equal 'unless its user is trusted' 10.66.0.66 "$("$qemuvm" ip evil)"

printf 'socket = %s/%%s.qga\n' "$world" >"$world/conf"
agent 'Two Words' 10.66.0.7
agent 'Two.Words' 10.66.0.8
says 3 'two VMs of one name' 'two VMs have' "$qemuvm" ip two-words
check_equal 'what cannot be typed is typed as a dash' 10.66.0.6 "$("$qemuvm" ip MY-vm)"

agent $'red\e[31m' 10.66.0.9
check_no_match 'no escape reaches the terminal' $'\e' "$("$qemuvm" list; "$qemuvm" doctor)"
check_no_match 'nor through JSON' $'\e' "$("$qemuvm" list --json)"

printf 'frobnicate = 1\nsocket = %s/%%s.qga\ntimeout_ms = x\n' "$world" >"$world/conf"
check_match 'a bad key is told with file and line' "conf:1: unknown key \"frobnicate\"" \
	"$("$qemuvm" ip web 2>&1)"
check_match 'and a bad value' 'conf:3: timeout_ms: "x" is no number from 1 to 60000' \
	"$("$qemuvm" ip web 2>&1)"
check_equal 'and the rest holds' 10.66.0.5 "$("$qemuvm" ip web 2>/dev/null)"
printf 'socket = %s/%%s.qga\n' "$world" >"$world/conf"

says 2 'an unknown command' 'did you mean "list"' "$qemuvm" lits
says 2 'an unknown option' 'did you mean "--json"' "$qemuvm" list --jsn
says 2 'no name' usage "$qemuvm" ip
says 1 'a full disk' 'cannot write' sh -c "exec '$qemuvm' ip web >/dev/full"
check_status '--help is help' 0 "$qemuvm" --help
check_status 'of a command, too' 0 "$qemuvm" ip --help
check_match '--version has a number' '[0-9]+\.[0-9]+' "$("$qemuvm" --version)"
check_status 'doctor finds problems here' 1 "$qemuvm" doctor
check_match 'and names the socket' "ok +VM: web .*agent socket $world/web.qga" "$("$qemuvm" doctor)"

mount -t tmpfs -o mode=755 run /run
mkdir /run/qemuvm
printf '' >"$world/conf"
check_match 'args gives a socket that is found' 'path=/run/qemuvm/new\.qga,server=on' \
	"$("$qemuvm" args new)"
check_match 'and the name of the port' 'virtserialport,chardev=qga0,name=org.qemu.guest_agent.0' \
	"$("$qemuvm" args new)"
check_status 'args of a name that cannot be' 2 "$qemuvm" args 'a b'
# What args prints makes a VM that is found by its path alone.
sh -c 'eval exec qemu-system-x86_64 -machine pc -S -display none -nodefaults "$(QEMUVM_CONFIG='"$world/conf"' '"$qemuvm"' args byhand)"' >/dev/null 2>&1 &
for _ in $(seq 50); do
	[ ! -S /run/qemuvm/byhand.qga ] || break
	sleep 0.1
done
check_match 'a QEMU with these options is found' 'ok +VM: byhand .process [0-9]+. of root, agent socket /run/qemuvm/byhand\.qga' \
	"$("$qemuvm" doctor byhand)"
finish
