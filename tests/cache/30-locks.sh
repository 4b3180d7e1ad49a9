#!/bin/bash
# SPDX-License-Identifier: MIT
# Callers of one user ask one at a time and share the answer, whatever becomes of the one that holds the lock.
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/lib.sh"
begin_cache_world "$@"
slow=(accept read-request delay 300 reply "$(interfaces 10.66.0.5)" hold loop)
quick=(accept read-request reply "$(interfaces 10.66.0.5)" hold loop)
# Half of the default budget: how long the lock is waited for.
LOCK_WAIT_MS=500

# at_once COUNT COMMAND...: so many processes, started together; $output has what they printed.
# shellcheck disable=SC2034 # assert.sh's
at_once() {
	local count=$1 start pids=() i
	shift
	start=$(now_ms)
	for ((i = 0; i < count; i++)); do
		"$@" >"out.$i" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	took_ms=$(($(now_ms) - start))
	output=$(cat out.*)
	rm -f out.*
}

start_agent web "${slow[@]}"
at_once 40 getent hosts web.vm
check_equal '40 processes: each has its answer' 40 "$(grep -c '10.66.0.5 *web.vm' <<<"$output")"
check_at_most '40 processes: in time' 2000 "$took_ms"
check_at_most '40 processes: the agent was asked at most twice' 2 "$(asked web)"
printf 'prefix = qemu-vm-\n' >conf
start_agent qemu-vm-web "${slow[@]}"
stop_agent web
# shellcheck disable=SC2317 # check_equal calls it
names() { for i in {1..10}; do for name in web qemu-vm-web WEB Qemu-vm-Web; do getent hosts "$name.vm" & done; done; wait; }
timed names
check_equal 'by several names: each has its answer' 40 "$(grep -c '10.66.0.5' <<<"$output")"
check_at_most 'by several names: in time' 2000 "$took_ms"
check_at_most 'by several names: the agent was asked at most twice' 2 "$(asked qemu-vm-web)"
stop_agent qemu-vm-web
: >conf

# Threads and processes, plain and under the thread sanitizer.
start_agent web "${slow[@]}"
check_equal '1,000 look-ups from 64 threads' '1024 found, 0 other' "$("$build/tests/look_up_many" web.vm 64 16 2>&1)"
check_at_most '1,000 look-ups: the agent was asked at most twice' 2 "$(asked web)"
forget
at_once 64 "$build/tests/look_up_many" web.vm 1 16
check_equal '1,000 look-ups from 64 processes' 64 "$(grep -c '^16 found, 0 other$' <<<"$output")"
make -s -C "$checkout" B=build/tsan SANITIZE=thread CFLAGS='-O1 -g' build/tsan/tests/look_up_many >/dev/null 2>"$world/tsan.log" ||
	fail 'the build with the thread sanitizer' "$(tail "$world/tsan.log")"
forget
check_equal '1,000 look-ups from 64 threads under the thread sanitizer' '1024 found, 0 other' \
	"$("$checkout/build/tsan/tests/look_up_many" web.vm 64 16 2>&1)"
printf 'cache_s = 0\n' >conf
start_agent web "${quick[@]}"
check_equal 'where nothing is kept each asks for itself' '40 found, 0 other' \
	"$("$checkout/build/tsan/tests/look_up_many" web.vm 4 10 2>&1)"
: >conf

# Somebody holds the lock and does nothing.
hold_lock() {
	forget
	: >held
	"$build/tests/hold_lock" /run/qemuvm/web.qga "$@" >held &
	holder=$!
	until grep -q held held; do sleep 0.01; done
}
start_agent web "${quick[@]}"
hold_lock
timed address_of web.vm
check_equal 'another process holds the lock: the lookup goes on without it' 10.66.0.5 "$output"
check_at_most 'without the lock: after half its budget' $((LOCK_WAIT_MS + 400)) "$took_ms"
check_at_most 'without the lock: not before half its budget' "$took_ms" $((LOCK_WAIT_MS - 10))
timed address_of web.vm
check_at_most 'the next one finds the answer' "$AT_ONCE_MS" "$took_ms"
kill -STOP "$holder"
rm "$cache/web.vm" "$cache"/socket-*
timed address_of web.vm
check_equal 'its holder is stopped: the same' 10.66.0.5 "$output"
check_at_most 'its holder is stopped: after half its budget' $((LOCK_WAIT_MS + 400)) "$took_ms"
kill -KILL "$holder"
wait "$holder" 2>/dev/null
rm "$cache/web.vm" "$cache"/socket-*
timed address_of web.vm
check_at_most 'its holder was killed: the lock is free' "$AT_ONCE_MS" "$took_ms"
hold_lock fork
wait "$holder"
timed address_of web.vm
check_equal "a child has inherited it: the look-up goes on without it" 10.66.0.5 "$output"
check_at_most 'without the lock: after half its budget' $((LOCK_WAIT_MS + 400)) "$took_ms"

# A holder that is killed while it asks: the next one asks, and has the answer.
start_agent web accept read-request hold "${quick[@]}"
forget
getent ahosts web.vm >/dev/null &
first=$!
sleep 0.1
kill -KILL $first
wait $first 2>/dev/null
timed address_of web.vm
check_equal 'a caller that is killed while it asks releases the lock' 10.66.0.5 "$output"
check_at_most 'a killed caller: the next answer comes within the budget' 1000 "$took_ms"
finish
