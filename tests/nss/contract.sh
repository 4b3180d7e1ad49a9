#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What glibc and the programs that it is loaded into ask of the module: tried through the real
# getaddrinfo(), with agents that a script plays, in a network of its own.
set -u
checkout=$(cd "$(dirname "$0")/../.." && pwd)
build=${QEMUVM_BUILD:-$checkout/build}
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"

if [ -z "${QEMUVM_NSS_NAMESPACE:-}" ]; then
	need_commands unshare ip strace nm readelf
	export QEMUVM_NSS_NAMESPACE=1
	exec unshare -n -m -p --fork --kill-child --mount-proc -- "$0" "$@"
fi
# Of an installed qemuvm neither its cache nor its sockets.
mount -t tmpfs -o mode=755 tmpfs /run
ip link set lo up
ip link add br0 address 02:00:00:00:00:01 type bridge
ip addr add 10.66.0.1/24 dev br0
ip addr add fd66::1/64 dev br0 nodad
ip link set br0 up

world=$(mktemp -d)
trap 'rm -rf "$world"' EXIT
printf 'socket = %s/%%s.qga\n' "$world" >"$world/conf"
export QEMUVM_CONFIG=$world/conf LD_LIBRARY_PATH=$build
module=$build/libnss_qemuvm.so.2

nic() { # ADDRESS...: an interface with these addresses, as the agent describes it
	local address list='' type
	for address; do
		type=ipv4
		[[ $address != *:* ]] || type=ipv6
		list+="${list:+,}{\"ip-address\":\"$address\",\"ip-address-type\":\"$type\",\"prefix\":24}"
	done
	printf '[{"name":"eth0","hardware-address":"52:54:00:66:00:01","ip-addresses":[%s]}]' "$list"
}

agent() { # NAME VERB...: plays an agent
	local name=$1
	shift
	: >"$world/$name.ready"
	"$build/tests/scripted_agent" --log "$world/$name.log" "$world/$name.qga" "$@" \
		>"$world/$name.ready" &
	for _ in $(seq 100); do
		! grep -q ready "$world/$name.ready" 2>/dev/null || return 0
		sleep 0.05
	done
	fail "the agent of $name is played"
}

look_up() { "$build/tests/look_up" "$@" 2>&1; }

# check_codes TITLE NAME UNSPEC IPV4 IPV6
check_codes() {
	check_equal "$1" "$3"$'\n'"$4"$'\n'"$5" "$(look_up codes "$2")"
}

agent web accept read-request reply "$(nic 10.66.0.5 fd66::5)" close loop
agent four accept read-request reply "$(nic 10.66.0.6)" close loop
agent six accept read-request reply "$(nic fd66::6)" close loop
agent bare accept read-request reply "$(nic)" close loop
agent loopback accept read-request reply "$(nic 127.0.0.1 ::1)" close loop
agent mute accept read-request hold loop
agent liar accept read-request reply "$(nic 10.66.0.1 169.254.169.254 ::ffff:10.66.0.9)" close loop
agent garbage accept read-request reply '{"no":"list"}' close loop
agent many accept read-request reply "$(nic 10.66.0.{100..140})" close loop

functions=$(printf '_nss_qemuvm_%s ' endhostent gethostbyaddr2_r gethostbyaddr_r \
	gethostbyname2_r gethostbyname3_r gethostbyname4_r gethostbyname_r gethostent_r sethostent)
check_equal "the module's functions are exported and nothing else" "${functions% }" \
	"$(nm -D --defined-only "$module" | awk '{ print $3 }' | sort | paste -sd ' ')"
check_equal 'it needs libc alone' libc.so.6 \
	"$(readelf -d "$module" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | paste -sd ' ')"
check_match 'it is bound at once and stays' 'NOW.*NODELETE' "$(readelf -d "$module")"
check_no_match 'no text relocations, no search path' 'TEXTREL|RUNPATH|RPATH' "$(readelf -d "$module")"
check_no_match 'no thread-local storage' TLS "$(readelf -lW "$module")"
check_no_match 'no executable stack' 'GNU_STACK.*RWE' "$(readelf -lW "$module")"
check_equal 'the soname' libnss_qemuvm.so.2 \
	"$(readelf -d "$module" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')"
check_at_most 'its text and data, in bytes' $((96 * 1024)) \
	"$(size "$module" | awk 'NR == 2 { print $1 + $2 + $3 }')"

check_codes 'both families' web.vm 'OK fd66::5 10.66.0.5' 'OK 10.66.0.5' 'OK fd66::5'
check_codes 'IPv4 alone' four.vm 'OK 10.66.0.6' 'OK 10.66.0.6' EAI_NODATA
check_codes 'IPv6 alone' six.vm 'OK fd66::6' EAI_NODATA 'OK fd66::6'
check_codes 'no such VM' nosuch.vm EAI_NONAME EAI_NONAME EAI_NONAME
check_codes 'no address yet' bare.vm EAI_AGAIN EAI_AGAIN EAI_AGAIN
check_codes 'loopback alone is no address yet' loopback.vm EAI_AGAIN EAI_AGAIN EAI_AGAIN
check_codes 'addresses that cannot be are none' liar.vm EAI_NODATA EAI_NODATA EAI_NODATA
check_codes 'garbage is none' garbage.vm EAI_AGAIN EAI_AGAIN EAI_AGAIN
check_equal 'at most sixteen addresses' 16 "$(look_up codes many.vm | sed -n 2p | wc -w | awk '{ print $1 - 1 }')"
check_equal 'they are asked for once' 1 "$(
	: >"$world/many.log"
	"$build/tests/look_up" canonical many.vm >/dev/null
	grep -c request "$world/many.log"
)"
for name in .vm ..vm ../x.vm a/b.vm 'a b.vm' ä.vm a..b.vm; do
	check_match "an impossible name: $name" '^status 0 h_errno 1 errno kept errnop 55$' \
		"$(look_up status "$name")"
done

check_equal 'the canonical name' web.vm "$(look_up canonical web.vm)"
check_equal 'is as the VM is spelled' web.vm "$(look_up canonical WEB.Vm.)"
check_equal 'a foreign name: UNAVAIL, HOST_NOT_FOUND, errno untouched' \
	'status -1 h_errno 1 errno kept errnop 55' "$(look_up status www.example.org)"
check_equal 'success leaves errno alone' 'status 1 h_errno 0 errno kept errnop 55' \
	"$(look_up status web.vm)"
check_equal 'a miss does' 'status 0 h_errno 1 errno kept errnop 55' "$(look_up status nosuch.vm)"
check_equal 'not yet: TRYAGAIN, TRY_AGAIN, EAGAIN' 'status -2 h_errno 2 errno kept errnop 11' \
	"$(look_up status bare.vm)"

for name in www.example.org localhost vm web.vm.example '' . 10.0.0.1; do
	strace -f -o "$world/trace" "$build/tests/look_up" silent "$name"
	check_equal "a foreign name makes no system call: \"$name\"" 0 \
		"$(awk '/getppid/ { n++; next } n == 1' "$world/trace" | wc -l)"
done

check_equal 'loaded and unloaded 1,000 times' OK "$(look_up reload web.vm)"
check_equal 'no descriptor is left open' 'OK descriptors +0' "$(look_up again web.vm)"
check_equal 'nor after a failure' 'EAI_AGAIN descriptors +0' "$(look_up again garbage.vm)"
check_equal 'the least stack is enough' 'status 1' "$(look_up stack web.vm)"
check_equal 'cancelled threads leave nothing' 'descriptors +0' "$(look_up cancel web.vm)"
check_equal 'signals do not disturb' OK "$(look_up alarms web.vm)"
check_equal 'without standard descriptors' OK "$(look_up closed web.vm)"
check_equal 'with 5,000 descriptors' OK "$(look_up crowded web.vm)"
check_equal 'with none left: again later' EAI_AGAIN "$(look_up exhausted web.vm)"
check_equal 'a child of a thread that resolves' OK "$(look_up forked web.vm)"
check_equal '64 threads' '32 of 32' "$(look_up threads web.vm)"

start=$(now_ms)
check_codes 'a mute agent' mute.vm EAI_AGAIN EAI_AGAIN EAI_AGAIN
check_at_most 'takes the budget for each question and no more, in ms' 3600 $(($(now_ms) - start))

printf 'socket = %s/%%s.qga\ntimeout_ms = nonsense\nfrobnicate\n' "$world" >"$world/conf"
check_codes 'a bad configuration does not stop it' web.vm 'OK fd66::5 10.66.0.5' 'OK 10.66.0.5' \
	'OK fd66::5'
printf 'socket = %s/%%s.qga\n' "$world" >"$world/conf"

chown 4711 "$world/web.qga"
check_match 'who listens counts, not whose the path is' '^OK ' "$(look_up codes web.vm)"
mkdir "$world/open"
chmod 1777 "$world/open"
ln -s "$world/web.qga" "$world/open/web.qga"
printf 'socket = %s/open/%%s.qga\n' "$world" >"$world/conf"
check_codes 'no link is followed where others can write' web.vm EAI_NONAME EAI_NONAME EAI_NONAME
finish
