#!/bin/bash
# SPDX-License-Identifier: MIT
# A container of root's without any capability, with processes and mounts of its own: it gives no
# names to the host, unless the configuration says so, and never in the place of the host's.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"

# contain COMMAND...: as in such a container.
qemu=$(disguise pretend)
contain() {
	unshare -p -m -n --fork --kill-child --mount-proc \
		setpriv --bounding-set -all --inh-caps -all --no-new-privs "$@" &
	container=$!
}
await_contained() {
	local pid
	until pid=$(pgrep -P "$container"); do sleep 0.01; done
	await_name "$pid" "$1"
}
mkdir leases
printf 'lease = %s/leases/*\n' "$world" >conf
printf 'lease = %s/leases/*\ncontainers = yes\n' "$world" >willing
printf '0 52:54:00:66:00:0a 10.66.0.10 prod *\n0 52:54:00:66:00:0b 10.66.0.11 shop *\n' >leases/dnsmasq.leases
contain "$qemu" -name prod -netdev tap,id=n,ifname=t0 -device virtio-net,netdev=n,mac=52:54:00:66:00:0a
await_contained prod

check_equal "a container's VM has no name on the host" 3 "$(qemuvm ip prod >/dev/null 2>&1; echo $?)"
check_equal 'also not for NSS' EAI_NONAME "$(code_of prod.vm)"
check_status 'nor for ssh' 1 helper match prod
check_equal 'and its host keys are not believed' '' "$(helper host-keys prod.vm prod NONE 2>/dev/null)"
check_match 'list shows what it is' 'prod.*container' "$(qemuvm list 2>&1)"
check_match 'doctor says why it does not count' 'prod.*container' "$(qemuvm doctor 2>&1)"
check_no_match 'it is not exported' prod "$(qemuvm export --format hosts; qemuvm export --format ansible)"
check_equal 'unless the configuration wants containers' 10.66.0.10 \
	"$(QEMUVM_CONFIG=$world/willing qemuvm ip prod 2>&1)"
check_status 'then ssh has the name as well' 0 env QEMUVM_CONFIG="$world/willing" "$world/ssh-helper" match prod

# One of the host's of the same name: never ambiguous, never second.
mapfile -t nic < <(tap tap0 52:54:00:66:00:0c)
"$qemu" -name prod "${nic[@]}" &
await_name $! prod
printf '0 52:54:00:66:00:0c 10.66.0.12 prod *\n' >>leases/dnsmasq.leases
check_equal "the host's VM has the name" 10.66.0.12 "$(qemuvm ip prod 2>&1)"
check_equal 'also if containers count' 10.66.0.12 "$(QEMUVM_CONFIG=$world/willing qemuvm ip prod 2>&1)"

# In a user namespace alone, as rootless containers are, by a user who is root there.
mapfile -t nic < <(tap tap1 52:54:00:66:00:0b)
unshare -U -r "$qemu" -name shop "${nic[@]}" &
await_name $! shop
check_equal 'a VM in another user namespace has no name either' 3 "$(qemuvm ip shop >/dev/null 2>&1; echo $?)"

# A mount namespace proves nothing: libvirt gives each VM one.
unshare -m "$qemu" -name private "${nic[@]}" &
await_name $! private
check_equal 'a VM with mounts of its own does' 1 "$(qemuvm ip private >/dev/null 2>&1; echo "$(($? < 2))")"

# MACs of containers are nobody's: they make none shared.
mapfile -t nic < <(tap tap2 52:54:00:12:34:56)
"$qemu" -name usual "${nic[@]}" &
await_name $! usual
contain "$qemu" -name other -netdev tap,id=n,ifname=t0 -device virtio-net,netdev=n
await_contained other
printf '0 52:54:00:12:34:56 10.66.0.13 usual *\n' >>leases/dnsmasq.leases
check_equal "a container's default MAC does not make the host's a shared one" 10.66.0.13 "$(qemuvm ip usual 2>&1)"
finish
