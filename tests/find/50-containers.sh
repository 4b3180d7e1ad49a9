#!/bin/bash
# SPDX-License-Identifier: MIT
# QEMU in another file system, network or process tree: containers, snaps, services with a /tmp of
# their own.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/lib.sh"
begin_world "$@"
need_commands unshare ip

mapfile -t aport < <(port a)
printf 'containers = yes\n' >willing

# A private /tmp: the same path leads to another file.
start unshare -m -- sh -c 'mount -t tmpfs tmpfs /tmp; exec "$@"' sh \
	qemu-system-x86_64 -name private \
	-chardev socket,id=a,path=/tmp/private.sock,server=on,wait=off "${aport[@]}"
"$build/tests/scripted_agent" /tmp/private.sock accept read-request reply \
	'[{"name":"eth0","ip-addresses":[{"ip-address":"10.66.0.66","ip-address-type":"ipv4"}]}]' \
	close loop >/dev/null &
await_qemus
listed=$(qemuvm list --json)
check_equal 'a socket in a file system of its own' /tmp/private.sock "$(of_vm private '."agent-socket"')"
check_match 'is asked there, and not where its path leads here' 'does not answer' \
	"$(of_vm private .hint)"
rm -f /tmp/private.sock

# A process tree of its own: QEMU sees another pid than we do.
start unshare -p --fork --kill-child -- qemu-system-x86_64 -name tree \
	-chardev "socket,id=a,path=$world/tree.sock,server=on,wait=off" "${aport[@]}"
# A network of its own: its loopback is not ours.
start unshare -n -- qemu-system-x86_64 -name network \
	-chardev socket,id=a,host=127.0.0.1,port=4711,server=on,wait=off "${aport[@]}"
await_qemus
listed=$(qemuvm list --json)
check_match 'in another process tree' 'runs in a container' "$(of_vm tree .hint)"
listed=$(QEMUVM_CONFIG=$world/willing qemuvm list --json)
check_match 'in another process tree, if containers are wanted' 'does not answer' "$(of_vm tree .hint)"
check_equal 'on a port of another network' null "$(of_vm network '."agent-socket"')"
finish
