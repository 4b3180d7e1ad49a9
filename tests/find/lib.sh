# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the suites about finding VMs share: a machine of their own (network, processes, mounts) with
# an empty /run and /var/lib, and real QEMU processes without a guest, which start in a tenth of a
# second.
set -u

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${QEMUVM_BUILD:-$checkout/build}
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"

# begin_world: in namespaces of its own; call it first.
begin_world() {
	if [ -z "${QEMUVM_FIND_NAMESPACE:-}" ]; then
		need_commands unshare ip setpriv jq qemu-system-x86_64
		export QEMUVM_FIND_NAMESPACE=1
		exec unshare -n -m -p --fork --kill-child --mount-proc -- "$0" "$@"
	fi
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t tmpfs -o mode=755 tmpfs /var/lib
	ip link set lo up
	# Of its own, or the bridge takes the least of its ports', and forgets its neighbours whenever that changes.
	ip link add br0 address 02:00:00:00:00:01 type bridge
	ip addr add 10.66.0.1/24 dev br0
	ip addr add fd66::1/64 dev br0 nodad
	ip link set br0 up
	# Others than root have to reach the programs and the sockets.
	world=/run/world
	mkdir "$world"
	# Shells and options split a path at its blanks.
	mkdir "$world/build"
	mount --bind "$build" "$world/build"
	build=$world/build
	cp "$build/qemuvm" "$world"
	: >"$world/conf"
	export QEMUVM_CONFIG=$world/conf
	cd "$world" || exit
}

qemuvm() { "$world/qemuvm" "$@"; }

# start_qemu ARGUMENT...: a QEMU that stands still; $started is its pid.
start_qemu() { start qemu-system-x86_64 "$@"; }

# start PROGRAM ARGUMENT...: the same by another name, or through another program.
start() {
	"$@" -machine pc -S -display none -nodefaults -m 16 -no-user-config \
		>"$world/output" 2>&1 </dev/null &
	# shellcheck disable=SC2034 # the scripts use it
	started=$!
}

# Has every QEMU that was started come to its main loop, so that its sockets are there?
qemus_wait() {
	local pid
	for pid in $(jobs -pr); do
		case $(readlink "/proc/$pid/exe") in
		*/qemu-system-*) grep -q poll "/proc/$pid/wchan" || return ;;
		esac
	done
}

# Time to begin, and as much as it takes after that.
await_qemus() {
	local tries=100
	sleep 0.2
	until qemus_wait || [ $((--tries)) = 0 ]; do
		sleep 0.02
	done
}

# port CHARDEV: the options that give a VM an agent port.
port() {
	printf '%s\n' -device virtio-serial -device \
		"virtserialport,chardev=$1,name=org.qemu.guest_agent.0"
}

# tap NAME MAC: a tap on the bridge, as options.
tap() {
	ip tuntap add "$1" mode tap
	ip link set "$1" master br0 up
	printf '%s\n' -netdev "tap,id=$1,ifname=$1,script=no,downscript=no" \
		-device "virtio-net-pci,netdev=$1,mac=$2"
}

# of_vm NAME FILTER: of the VM with that id in $listed, what `qemuvm list --json` printed.
listed='[]'
of_vm() {
	jq -r --arg id "$1" ".[] | select(.\"vm-id\" == \$id) | $2" <<<"$listed"
}
