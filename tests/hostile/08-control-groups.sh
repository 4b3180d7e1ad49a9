#!/bin/bash
# SPDX-License-Identifier: MIT
# What control groups prove to a user who cannot see what a process of root's executes: who started
# it, unless it is a service that runs other people's jobs, and against it more than any lease for it.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
# A tree of control groups of its own: what is below is all that /proc/PID/cgroup shows.
if [ -z "${QEMUVM_CGROUP:-}" ]; then
	mountpoint=$(mktemp -d)
	mount -t cgroup2 none "$mountpoint"
	QEMUVM_CGROUP=$mountpoint/qemuvm-test-$$
	export QEMUVM_CGROUP
	mkdir "$QEMUVM_CGROUP"
	bash -c 'echo $$ >"$QEMUVM_CGROUP/cgroup.procs" && exec unshare -C "$@"' bash "$0" "$@"
	status=$?
	for _ in $(seq 50); do
		find "$QEMUVM_CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null && break
		sleep 0.1
	done
	umount "$mountpoint"
	rmdir "$mountpoint"
	exit "$status"
fi
begin_hostile_world "$@"
mount -t cgroup2 none /mnt
qemu=$(disguise pretend)
printf 'lease = %s/leases\n' "$world" >conf
: >leases

# start_in GROUP NAME ARGUMENT...: a VM of root's in a control group.
start_in() {
	local group=$1 name=$2
	shift 2
	mkdir -p "/mnt/$group"
	# shellcheck disable=SC2016 # the inner shell's
	bash -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' bash "/mnt/$group" "$qemu" -name "$name" "$@" &
	await_name $! "$name"
}
# What alice is told of it: found, though without an address, or no such VM.
says() { as_alice "$world/qemuvm" ip "$1" >/dev/null 2>&1; echo $?; }

n=0
while read -r want group; do
	n=$((n + 1))
	start_in "$group" "vm$n"
	case $want in
	yes) check_equal "$group supports a VM" 1 "$(says "vm$n")" ;;
	no) check_equal "$group does not support a VM" 3 "$(says "vm$n")" ;;
	esac
done <<'GROUPS'
yes machine.slice/machine-qemu\x2d1\x2dweb.scope
yes machine.slice/machine-qemu\x2d1\x2dweb.scope/libvirt/emulator
yes qemu.slice/100.scope
yes system.slice/qemuvm-web.service
yes system.slice/system-microvm.slice/microvm@web.service
no machine.slice/libpod-0123456789abcdef.scope
no machine.slice/machine-debian.scope
no system.slice/docker-0123456789abcdef.scope
no system.slice/docker.service
no system.slice/containerd.service
no system.slice/crio-0123456789abcdef.scope
no system.slice/cron.service
no system.slice/crond.service
no system.slice/atd.service
no system.slice/anacron.service
no kubepods.slice/kubepods-pod1.slice/crio-1.scope
no user.slice/user-4712.slice/session-1.scope
no user.slice/user-4712.slice/user@4712.service/machine.slice/machine-qemu.scope
GROUPS

# Where there is a lease of root's for its MAC.
printf '0 52:54:00:66:00:01 10.66.0.11 * *\n0 52:54:00:66:00:02 10.66.0.12 * *\n' >leases
mapfile -t nic < <(tap tap0 52:54:00:66:00:01)
start_in user.slice/user-4712.slice/session-2.scope hers "${nic[@]}"
check_equal "a lease does not outweigh another user's slice" 3 "$(says hers)"
mapfile -t nic < <(tap tap1 52:54:00:66:00:02)
start_in user.slice/user-0.slice/session-3.scope roots "${nic[@]}"
check_equal 'but supports what nothing speaks against' 0 "$(says roots)"
finish
