#!/bin/bash
# SPDX-License-Identifier: MIT
# The agent client and the real qemu-ga, which listens on a socket of its own in a
# network namespace with one interface.
# shellcheck source=tests/protocol/lib.sh
. "$(dirname "$0")/lib.sh"
need_commands qemu-ga unshare ip socat strace

MAC=52:54:00:99:00:01
ADDRESS=192.0.2.77
socket=$folder/agent
setup="ip link add nic0 address $MAC type bridge && ip addr add $ADDRESS/24 dev nic0"

# start_agent [OPTION...]
start_agent() {
	# shellcheck disable=SC2016 # "$@" is the inner shell's
	start unshare -n -- sh -c "$setup"' && exec "$@"' sh \
		qemu-ga -m unix-listen -p "$socket" -t "$folder" -f "$folder/pid" "$@"
	agent_pid=$started
	await test -S "$socket"
}

end_agent() {
	kill -KILL "$agent_pid"
	wait "$agent_pid" 2>/dev/null
	rm -f "$socket" "$folder/pid"
}

check_answer() {
	ask "$socket"
	check_match "$1" "$ADDRESS $MAC" "$asked"
}

ask_traced() {
	strace -f -o "$folder/trace" -e trace=connect,sendto \
		"$build/tests/ask_agent" "$socket" >/dev/null
}

# What an earlier client left in the agent's parser. A question it must not leave behind here:
# this agent ends when the reset of its own socket tells that nobody read the reply.
leave_behind() {
	printf %s "$1" | socat -u - "UNIX-CONNECT:$socket"
}

start_agent
check_answer 'the agent tells the address and the MAC of its interface'
ask_traced
check_equal 'one connection' 1 "$(grep -c 'connect(.*= 0' "$folder/trace")"
check_equal 'the request is one write' 1 "$(grep -c 'sendto(.*guest-sync' "$folder/trace")"
check_match 'the request is written whole' 'guest-sync' "$(tail -n 3 "$folder/trace")"

for _ in {1..50}; do
	ask "$socket"
	[[ $asked == *$ADDRESS* ]] || break
done
check_match 'fifty in a row are answered' "$ADDRESS" "$asked"

for i in {1..8}; do
	"$build/tests/ask_agent" "$socket" >"$folder/at-once.$i" &
	asking[i]=$!
done
wait "${asking[@]}"
check_equal 'eight at once are answered' 8 "$(grep -l "$ADDRESS" "$folder"/at-once.* | wc -l)"

leave_behind '{"execute":'
check_answer 'half an object left by another client does no harm'
leave_behind '{"execute": "guest-get'
check_answer 'half a string left by another client does no harm'
leave_behind '[[[[{"a":'
check_answer 'open brackets left by another client do no harm'

hold "$socket"
ask "$socket"
check_equal 'held by another client: nobody there' EHOSTDOWN "$asked"
check_at_most 'held by another client: known in time' "$SILENT_MS" "$asked_ms"
kill "$started"
check_answer 'let go: answered again'

kill -STOP "$agent_pid"
ask "$socket"
check_equal 'a stopped agent: nobody there' EHOSTDOWN "$asked"
check_at_most 'a stopped agent: known in time' "$SILENT_MS" "$asked_ms"
kill -CONT "$agent_pid"
check_answer 'it goes on: answered again'
end_agent

ask "$socket"
check_equal 'no socket' ENOENT "$asked"

start_agent -b guest-sync-delimited,guest-sync
check_answer 'an agent that may not sync is known by the id'
end_agent

start_agent -b guest-network-get-interfaces
ask "$socket"
check_equal 'an agent that may not tell says so' EOPNOTSUPP "$asked"
end_agent
finish
