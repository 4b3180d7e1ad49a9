#!/bin/bash
# SPDX-License-Identifier: MIT
# In a user namespace everybody who has no number there is shown as 65534: nobody in particular,
# and not oneself.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
qemu=$(disguise pretend)
"${mallory[@]}" "$qemu" -name hers &
await_name $! hers
"${alice[@]}" "$qemu" -name own &
await_name $! own
"${mallory[@]}" "$build/tests/scripted_agent" /tmp/aetherscale-qga-lured.sock accept read-request reply "$(interfaces 10.66.0.66)" close loop >/dev/null &
until [ -S /tmp/aetherscale-qga-lured.sock ]; do sleep 0.01; done
chmod 777 /tmp/aetherscale-qga-lured.sock

says() { "$@" >/dev/null 2>&1; echo $?; }
# A caller without a number of his own, and one whose number is that one.
unmapped=("${alice[@]}" unshare -U)
# shellcheck disable=SC2016 # the inner shell's
mapped=(bash -c 'mkfifo "$1/ready.$$" "$1/go.$$"; chmod 666 "$1"/*.$$
	setpriv --reuid '"$ALICE"' --regid '"$ALICE"' --clear-groups unshare -U sh -c '\''echo >"$0/ready.$1"; read -r _ <"$0/go.$1"; shift; exec "$@"'\'' "$1" $$ "${@:2}" &
	read -r _ <"$1/ready.$$"; echo "65534 '"$ALICE"' 1" >/proc/$!/uid_map; echo >"$1/go.$$"; wait $!' mapped "$world/of_mallory")
check_equal 'the overflow uid is who asks, without a number' 65534 "$("${unmapped[@]}" id -u)"
check_equal 'and with that one' 65534 "$("${mapped[@]}" id -u)"
for who in unmapped mapped; do
	declare -n command=$who
	check_equal "$who: a stranger's process is not one's own" 3 "$(says "${command[@]}" "$world/qemuvm" ip hers)"
	check_equal "$who: nor is a stranger's socket" 3 "$(says "${command[@]}" "$world/qemuvm" ip lured)"
	check_no_match "$who: also not for NSS" '10\.66\.0\.66' "$("${command[@]}" getent ahosts lured.vm)"
done
check_equal 'the caller who has his number finds his VM' 1 "$(says "${alice[@]}" "$world/qemuvm" ip own)"
check_equal 'nobody himself, outside, has VMs as anybody has' 1 "$(
	setpriv --reuid 65534 --regid 65534 --clear-groups "$qemu" -name nobodys >/dev/null &
	await_name $! nobodys >/dev/null
	says setpriv --reuid 65534 --regid 65534 --clear-groups "$world/qemuvm" ip nobodys
	kill $!
)"
finish
