#!/bin/bash
# SPDX-License-Identifier: MIT
# A stranger's process that shows a VM's MAC, or its name, takes nothing away from it.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
qemu=$(disguise pretend)
printf 'lease = %s/leases\ncache_s = 0\nstale_s = 0\n' "$world" >conf
printf '0 52:54:00:12:34:56 10.66.0.5 web *\n' >leases
mapfile -t nic < <(tap tap0 52:54:00:66:00:05)
nic=("${nic[@]:0:3}" "virtio-net-pci,netdev=tap0")
start_qemu -name web "${nic[@]}"
await_qemus
check_equal 'a VM with the default MAC has its lease' 10.66.0.5 "$(qemuvm ip web 2>&1)"
"${mallory[@]}" "$qemu" -name other "${nic[@]}" &
await_name $! other
"${mallory[@]}" "$qemu" -name web "${nic[@]}" &
await_name $! web
check_equal "beside a stranger's process that shows the same" 10.66.0.5 "$(qemuvm ip web 2>&1)"
check_equal 'and for NSS' 10.66.0.5 "$(address_of web.vm)"
ip neigh replace 10.66.0.5 lladdr 52:54:00:12:34:56 dev br0 nud reachable
check_equal 'its address leads back to its name' web.vm "$(getent hosts 10.66.0.5 | awk '{print $2}')"
"$qemu" -name twin "${nic[@]}" &
await_name $! twin
check_no_match "another VM of root's makes it ambiguous, as ever" '10\.66\.0\.5' "$(qemuvm ip --source lease web 2>&1)"
finish
