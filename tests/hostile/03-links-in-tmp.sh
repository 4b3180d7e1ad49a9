#!/bin/bash
# SPDX-License-Identifier: MIT
# Links that a user plants in /tmp: what is remembered of the place where they lead vouches for
# nothing, and where they do not end nobody waits.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
mknod -m 666 fuse c 10 229

start_agent /run/qemuvm/db.qga 10.66.0.7
check_equal "root's db has its address" 10.66.0.7 "$(address_of db.vm)"
"${mallory[@]}" ln -s /run/qemuvm/db.qga /tmp/aetherscale-qga-web.sock
check_equal 'a link in /tmp to its socket gives db no other name' EAI_NONAME "$(code_of web.vm)"
check_equal 'also once db is remembered' '10.66.0.7 EAI_NONAME' "$(address_of db.vm) $(code_of web.vm)"
check_equal 'nor for the programs' 3 "$(qemuvm ip web >/dev/null 2>&1; echo $?)"
check_status 'nor for ssh' 1 helper match web
check_no_match 'nor in the list' 'web' "$(qemuvm list 2>&1)"

# A folder for each VM, and a folder of the user's.
printf 'socket = /tmp/%%s/agent.sock\nsocket = /run/qemuvm/%%s.qga\n' >conf
"${mallory[@]}" sh -c 'mkdir /tmp/shop && ln -s /run/qemuvm/db.qga /tmp/shop/agent.sock && ln -s /run/qemuvm /tmp/run'
check_equal 'a link in a folder of hers neither' '10.66.0.7 EAI_NONAME' "$(address_of db.vm) $(code_of shop.vm)"
printf 'socket = /tmp/run/%%s.qga\n' >conf
check_equal 'nor a link in the place of a folder' EAI_NONAME "$(code_of db.vm)"

# What is swapped between two looks: the socket that was remembered is now a link.
printf 'socket = /tmp/%%s.qga\nsocket = /run/qemuvm/%%s.qga\n' >conf
"${alice[@]}" "$build/tests/scripted_agent" /tmp/mail.qga accept read-request reply "$(interfaces 10.66.0.8)" close loop >/dev/null &
until [ -S /tmp/mail.qga ]; do sleep 0.01; done
check_equal "alice's VM has its address" 10.66.0.8 "$(as_alice getent ahosts mail.vm | awk '{print $1; exit}')"
rm /tmp/mail.qga
"${mallory[@]}" ln -s /run/qemuvm/db.qga /tmp/mail.qga
check_equal 'a link in the place of a socket that was remembered is nothing' '' "$(as_alice getent ahosts mail.vm)"

# A path that leads into a file system which does not answer.
printf 'socket = /tmp/aetherscale-qga-%%s.sock\n' >conf
mkdir mute
MUTE_DEVICE=$world/fuse MUTE_FOLDER=$world/mute MUTE_AT=lookup MUTE_UID=$MALLORY MUTE_OPTIONS=,allow_other \
	attack "$(disguise mute_fuse)"
"${mallory[@]}" ln -s "$world/mute/file" /tmp/aetherscale-qga-slow.sock
quickest_ms 1 getent ahosts slow.vm
check_at_most 'a link to a file system that does not answer holds nobody up, in ms' $((BUDGET_MS / 2)) "$took_ms"
quickest_ms 1 "$world/qemuvm" list
check_at_most 'nor the list, in ms' $((BUDGET_MS * 2)) "$took_ms"
kill -KILL "$attacker"
finish
