# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the suites about the cache share: a machine of their own (tests/find/lib.sh), on which glibc
# asks the module, and agents that follow a script behind the sockets of a template.

# shellcheck source=tests/find/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../find/lib.sh"

# A silent agent is detected by the probe after 250 ms, long before the budget of 1000 ms is spent;
# who does not wait for it takes less than the probe. Between those two a busy machine has room.
# shellcheck disable=SC2034 # the scripts use them
SILENT_MS=700
# shellcheck disable=SC2034
AT_ONCE_MS=240

begin_cache_world() {
	begin_world "$@"
	need_commands getent strace
	mkdir -m 755 /run/qemuvm
	cache=/run/qemuvm/cache
	mkdir etc
	printf 'hosts: files qemuvm [!UNAVAIL=return]\n' >etc/nsswitch.conf
	mount --bind etc/nsswitch.conf /etc/nsswitch.conf
	export LD_LIBRARY_PATH=$build
}

# interfaces ADDRESS: what a guest with that address says.
interfaces() {
	printf '[{"name": "eth0", "ip-addresses": [{"ip-address": "%s", "ip-address-type": "ipv4", "prefix": 24}]}]' "$1"
}

# start_agent NAME VERB...: in the place of one of that name, which ends.
declare -A agents=()
start_agent() {
	local name=$1 socket=/run/qemuvm/$1.qga
	shift
	stop_agent "$name"
	: >"$world/ready.$name"
	"$build/tests/scripted_agent" --log "$world/$name.log" "$socket" "$@" >"$world/ready.$name" &
	agents[$name]=$!
	until grep -q ready "$world/ready.$name"; do
		sleep 0.01
	done
}

stop_agent() {
	[ -n "${agents[$1]:-}" ] && kill "${agents[$1]}" 2>/dev/null && wait "${agents[$1]}" 2>/dev/null
	rm -f "/run/qemuvm/$1.qga" "$world/$1.log"
	unset "agents[$1]"
}

# asked NAME: how often the agent was asked so far.
asked() {
	grep -c request "$world/$1.log"
}

connected() {
	grep -c connect "$world/$1.log"
}

address_of() {
	getent ahosts "$1" | awk '{print $1; exit}'
}

entry_of() {
	cat "$cache/$1.vm"
}

# age MILLISECONDS: everything that is remembered was learned so much earlier.
age() {
	local entry aged
	for entry in "$cache"/socket-*; do
		aged=$(awk -v ms="$1" '$1 ~ /^(agent|answer|failed|unanswered)$/ { $2 -= ms } { print }' "$entry")
		printf '%s\n' "$aged" >"$entry"
	done
}

forget() {
	rm -rf "${cache:?}"
}

# timed COMMAND...: what it printed is in $output, how long it took in $took_ms.
# shellcheck disable=SC2034 # the scripts look at them
timed() {
	local start
	start=$(now_ms)
	output=$("$@" 2>&1)
	took_ms=$(($(now_ms) - start))
}
