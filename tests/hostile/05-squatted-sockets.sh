#!/bin/bash
# SPDX-License-Identifier: MIT
# A socket of mallory's in /tmp whose backlog is full, so that nobody can see whose it is.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
need_commands socat

# squat NAME: a socket that is never accepted from, with more clients than it has room for.
squat() {
	local socket=/tmp/aetherscale-qga-$1.sock
	"${mallory[@]}" "$build/tests/give_socket" "$socket" 33 sleep 1000 &
	until [ -S "$socket" ]; do sleep 0.01; done
	chmod 666 "$socket"
	for _ in 1 2 3 4; do
		"${mallory[@]}" timeout 100 socat -u "UNIX-CONNECT:$socket" - >/dev/null 2>&1 &
	done
	sleep 0.2
}
start_agent /run/qemuvm/web.qga 10.66.0.5
chmod 666 /run/qemuvm/web.qga
squat web
squat nosuch
check_equal "root's web has its address beside a squatted socket" 10.66.0.5 "$(address_of web.vm)"
check_equal 'for alice as well' 10.66.0.5 "$(as_alice getent ahosts web.vm | awk '{print $1; exit}')"
check_equal 'and for the programs' 10.66.0.5 "$(qemuvm ip web 2>&1)"
for user in root alice; do
	who=()
	[ "$user" = root ] || who=("${alice[@]}")
	check_status "$user: a squatted socket alone is no name for ssh" 1 "${who[@]}" "$world/ssh-helper" match nosuch
	check_equal "$user: and no VM" 3 "$("${who[@]}" "$world/qemuvm" ip nosuch >/dev/null 2>&1; echo $?)"
done
quickest_ms 3 "$world/ssh-helper" match nosuch
check_at_most 'and takes no time, in ms' 200 "$took_ms"

# A name that a process has, too.
start_qemu -name shop -chardev "socket,id=a,path=$world/shop.sock,server=on,wait=off" "${aport[@]}"
await_qemus
squat shop
check_match 'a VM that is found by its process is the one that is meant' "\"pid\": *$started\\b" "$(qemuvm ip --json shop 2>/dev/null)"
# Templates in /tmp come last.
start_agent /tmp/aetherscale-qga-two.sock 10.66.0.21
start_agent /run/qemuvm/two.qga 10.66.0.22
check_equal 'of two sockets of one name the one that is not in /tmp is meant' 10.66.0.22 "$(address_of two.vm)"
finish
