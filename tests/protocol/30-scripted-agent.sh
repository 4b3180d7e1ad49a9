#!/bin/bash
# SPDX-License-Identifier: MIT
# The agent client and agents that follow a script: slow, talkative, many.
# shellcheck disable=SC2016 # $ID and $N are the scripted agent's
# shellcheck source=tests/protocol/lib.sh
. "$(dirname "$0")/lib.sh"

MAC=52:54:00:99:00:01
interfaces='[{"name": "lo"}, {"name": "eth0", "hardware-address": "'$MAC'", "ip-addresses":
[{"ip-address": "192.0.2.$N", "ip-address-type": "ipv4", "prefix": 24}]}]'
interfaces=${interfaces/$'\n'/ }
socket=$folder/agent

# start_scripted VERB...
start_scripted() {
	rm -f "$socket" "$folder/log"
	start "$build/tests/scripted_agent" --log "$folder/log" "$socket" "$@"
	await test -S "$socket"
}

check_asked() {
	ask "$socket" 500
	check_equal "$1" "$2" "$asked"
	check_at_most "$1: within the budget" 700 "$asked_ms"
}

start_scripted accept read-request reply "$interfaces" hold loop
check_asked 'a good agent' "192.0.2.1 $MAC"
check_equal 'one connection' 1 "$(grep -c connect "$folder/log")"
check_equal 'one request' 1 "$(grep -c request "$folder/log")"
check_asked 'a second look-up' "192.0.2.1 $MAC"

start_scripted accept read-request delay 100 reply "$interfaces" hold
check_asked 'an agent that takes its time' "192.0.2.1 $MAC"

start_scripted accept read-request hold
check_asked 'an agent that says nothing' ETIMEDOUT

start_scripted accept hold
check_asked 'an agent that does not read' EHOSTDOWN

start_scripted accept read-request flood 16777216 '{"return": {}}\n' hold
check_asked 'an agent that floods' EMSGSIZE

start_scripted accept read-request drip 20 '                                                  ' hold
check_asked 'an agent that drips' ETIMEDOUT

start_scripted accept read-request send '{"return": ' close
check_asked 'an agent that leaves in the middle of a line' ECONNRESET

start_scripted accept read-request send '\xff{"return": $ID}\n{"return": []}\n' hold
check_asked 'an agent that repeats no id and has no interfaces' ''

start_scripted accept read-request reply '{}' hold
check_asked 'a reply of another shape' EBADMSG

start_scripted accept read-request send 'flood\n{"return": 5, "id": "1"}\n' reply "$interfaces" hold
check_asked 'stale lines first' "192.0.2.1 $MAC"

start "$build/tests/scripted_agent" --count 100 "$folder/agent.%d" \
	accept read-request reply "$interfaces" hold
await test -S "$folder/agent.100"
for i in {1..100}; do
	ask "$folder/agent.$i"
	[ "$asked" = "192.0.2.$i $MAC" ] || break
done
check_equal 'a hundred agents' "192.0.2.100 $MAC" "$asked"
finish
