# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the protocol tests share: a folder that goes with the script, processes
# that end with it, and one question to an agent.
set -u

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${QEMUVM_BUILD:-$checkout/build}
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"

# What a look-up may take that finds nobody: 250 ms, and much less than its
# budget of 1000 ms. How long is waited for a program to come up.
# shellcheck disable=SC2034 # the scripts use it
SILENT_MS=700
START_MS=10000

folder=$(mktemp -d)
pids=()

end_all() {
	[ ${#pids[@]} = 0 ] || kill -KILL "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$folder"
}
trap end_all EXIT

# start COMMAND...: in the background, until the script ends; $started is its pid,
# and what it says goes to $start_log, if there is one, or where a failure shows it.
start() {
	"$@" >>"$folder/output" 2>>"${start_log:-$folder/output}" </dev/null &
	started=$!
	pids+=("$started")
}

# await COMMAND...: until it succeeds.
await() {
	local until=$(($(now_ms) + START_MS))
	until "$@"; do
		if [ "$(now_ms)" -gt "$until" ]; then
			fail "in time: $*" "$(tail "$folder/output")"
			finish
		fi
		sleep 0.02
	done
}

# hold SOCKET: a client connects and stays, without a word.
hold() {
	local start_log=$folder/hold.${#pids[@]}
	start socat -d -d -u "UNIX-CONNECT:$1" -
	await grep -qs 'successfully connected' "$start_log"
}

# ask SOCKET [BUDGET_MS [DRAIN_MS [serial]]]: what ask_agent prints, without the
# time, into $asked, and the time into $asked_ms.
# shellcheck disable=SC2034 # the scripts look at them
ask() {
	local output
	output=$'\n'$("$build/tests/ask_agent" "$@")
	asked_ms=${output##*$'\n'}
	asked_ms=${asked_ms% ms}
	asked=${output%$'\n'*}
	asked=${asked#$'\n'}
}
