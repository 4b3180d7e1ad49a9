#!/bin/bash
# SPDX-License-Identifier: MIT
# What QEMU's arguments do not tell, its monitor does: in both protocols, and without getting into
# anybody's way.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/lib.sh"
begin_world "$@"
need_commands socat strace

# Much less than the budget: a monitor is given MONITOR_MS, 100 ms.
BUSY_MS=500

# tell SOCKET TEXT: what a person or a tool does with a monitor.
tell() { { printf '%s\n' "$2" && sleep 0.3; } | socat - "UNIX-CONNECT:$1" >/dev/null; }
hint_of() { qemuvm ip "$1" 2>&1; }

start_qemu -name hmp -netdev user,id=n -device virtio-net-pci,netdev=n \
	-monitor "unix:$world/hmp.sock,server=on,wait=off"
start_qemu -name mon -netdev user,id=n -device virtio-net-pci,netdev=n \
	-chardev "socket,id=m,path=$world/mon.sock,server=on,wait=off" -mon chardev=m,mode=control
start_qemu -qmp "unix:$world/qmp.sock,server=on,wait=off"
bare=$started
await_qemus

check_match 'no forward is known' 'add a tap' "$(hint_of hmp)"
tell hmp.sock 'hostfwd_add n tcp:127.0.0.1:2201-:22'
check_match 'one that was added later is found by HMP' 'ssh -p 2201 127' "$(hint_of hmp)"
tell mon.sock '{"execute":"qmp_capabilities"}{"execute":"human-monitor-command","arguments":{"command-line":"hostfwd_add n tcp::2202-:22"}}'
check_match 'and by QMP' 'ssh -p 2202 localhost' "$(hint_of mon)"

mapfile -t nic < <(tap tap0 52:54:00:66:00:05)
check_match 'a VM without a NIC' 'no guest agent socket' "$(hint_of "pid-$bare")"
tell qmp.sock '{"execute":"qmp_capabilities"}
{"execute":"netdev_add","arguments":{"type":"tap","id":"h","ifname":"tap0","script":"no","downscript":"no"}}
{"execute":"device_add","arguments":{"driver":"virtio-net-pci","netdev":"h","id":"x","mac":"'"${nic[3]##*mac=}"'"}}'
ip neigh add 10.66.0.5 lladdr 52:54:00:66:00:05 dev br0 nud reachable
check_equal 'one that is plugged in is known by its MAC' 10.66.0.5 "$(qemuvm ip "pid-$bare")"

sleep 1000 | socat - "UNIX-CONNECT:$world/qmp.sock" >/dev/null &
await_qemus
start=$(now_ms)
check_match 'while another client holds the monitor' 'no guest agent socket' "$(hint_of "pid-$bare")"
check_at_most 'little time is lost, in ms' "$BUSY_MS" $(($(now_ms) - start))
start=$(now_ms)
qemuvm list >/dev/null
check_at_most 'in the list as well' "$BUSY_MS" $(($(now_ms) - start))
kill "$(pgrep -P $$ -x sleep)"
await_qemus
check_equal 'and once it is free it is asked again' 10.66.0.5 "$(qemuvm ip "pid-$bare")"
check_match 'a tool finds it as it was' '"return": \{\}' \
	"$({ printf '{"execute":"qmp_capabilities"}' && sleep 0.2; } | socat - "UNIX-CONNECT:$world/qmp.sock")"

strace -f -o trace -e trace=connect "$world/qemuvm" ip mon 2>/dev/null
check_match 'the programs ask the monitor' 'thread-self' "$(cat trace)"
printf 'hosts: qemuvm\n' >nsswitch.conf
mount --bind nsswitch.conf /etc/nsswitch.conf
LD_LIBRARY_PATH=$build strace -f -o trace -e trace=connect getent ahosts mon.vm >/dev/null
check_no_match 'the NSS module asks none' 'thread-self' "$(cat trace)"
finish
