#!/bin/bash
# SPDX-License-Identifier: MIT
# What no real QEMU can be made to show: a /proc made by hand, with processes that are cut, empty,
# rewritten or hostile. Whatever they hold, the VM beside them is found.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/lib.sh"
begin_world "$@"

# with_made_proc COMMAND...: with $tree in the place of /proc, for that command alone, which sees itself as it is.
mkdir real
mount --bind /proc real
make_tree() {
	tree=$world/$1
	mkdir "$tree"
	ln -s "$world/real/self" "$world/real/thread-self" "$tree"
}
with_made_proc() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'mount --bind "$1" /proc && shift && exec "$@"' sh "$tree" "$@"
}
list() { listed=$(with_made_proc "$world/qemuvm" list --json); }
doctor() { with_made_proc "$world/qemuvm" doctor; }

# make_process PID ARGUMENT...: a QEMU of root's, whole.
make_process() {
	local pid=$1
	shift
	mkdir -p "$tree/$pid/ns"
	ln -s /usr/bin/qemu-system-x86_64 "$tree/$pid/exe"
	ln -s "$world" "$tree/$pid/cwd"
	ln -s / "$tree/$pid/root"
	printf 'Name:\tqemu\nPid:\t%s\nUid:\t0\t0\t0\t0\n' "$pid" >"$tree/$pid/status"
	# shellcheck disable=SC2046 # one word each
	printf '%s (qemu (x86) 1) S 1%s 4711 0 0\n' "$pid" "$(printf ' 0%.0s' $(seq 17))" \
		>"$tree/$pid/stat"
	printf '0::/init.scope\n' >"$tree/$pid/cgroup"
	printf '%s\0' qemu-system-x86_64 "$@" >"$tree/$pid/cmdline"
}

# check_beside TITLE: the VM that is whole is found, by name and in the list.
check_beside() {
	check_equal "$1: the other VM has its address" 10.66.0.9 \
		"$(with_made_proc "$world/qemuvm" ip whole 2>&1)"
	list
	check_equal "$1: and is listed" 10.66.0.9 "$(of_vm whole '."ip-addresses"[0]')"
}

# check_skipped TITLE PID PATTERN: the other VM is found, and doctor says why this one does not count.
check_skipped() {
	check_beside "$1"
	check_match "$1: why" "skipped.*process $2\).*$3" "$(doctor)"
	rm -rf "${tree:?}/$2"
}

# check_passed_over TITLE PID: the other VM is found; this is no process, and nobody speaks of it.
check_passed_over() {
	check_beside "$1"
	check_no_match "$1: nothing of it" "$2" "$(doctor | grep -v ^ok)"
	check_equal "$1: not listed" '' "$(jq -r --argjson pid "$2" '.[] | select(.pid == $pid)' <<<"$listed")"
	rm -rf "${tree:?}/$2"
}

make_tree proc
mkdir leases
printf 'lease = %s/leases/*\n' "$world" >conf
printf '0 52:54:00:66:00:09 10.66.0.9 whole *\n' >leases/dnsmasq.leases
make_process 100 -name whole -netdev tap,id=n,ifname=t0 -device virtio-net,netdev=n,mac=52:54:00:66:00:09
check_beside 'no other process'

# Cut and missing.
make_process 200 -name missing
rm "$tree/200/status"
check_passed_over 'its status is missing' 200
make_process 201 -name cut
printf 'Name:\tqemu\nUid:\t0\t' >"$tree/201/status"
check_skipped 'its status is cut' 201 'cannot be read'
make_process 202 -name directory
rm "$tree/202/cmdline"
mkdir "$tree/202/cmdline"
check_skipped 'its command line cannot be read' 202 'cannot be read'
make_process 203
: >"$tree/203/cmdline"
check_passed_over 'a zombie' 203
make_process 204 -name nocmdline
rm "$tree/204/cmdline"
check_passed_over 'gone while it was looked at' 204
make_process 205 -name nostat
rm "$tree/205/stat"
printf '205 (cut' >"$tree/205/stat"
check_skipped 'its start time is cut' 205 'cannot be read'
rm -r "$tree/205"
mkdir "$tree/206"
check_passed_over 'an empty folder' 206
: >"$tree/207"
check_passed_over 'a file' 207

# Names of folders that are no pid.
for name in 0 00208 208x 99999999999999999999 -208 ' 208'; do
	cp -a "$tree/100" "$tree/$name"
	check_beside "\"$name\" is no pid"
	rm -r "${tree:?}/$name"
done

# Executables.
make_process 300 -name upgraded
ln -sfn '/usr/bin/qemu-system-x86_64 (deleted)' "$tree/300/exe"
make_process 301 -name wrapped
ln -sfn /nix/store/x-qemu/bin/.qemu-system-x86_64-wrapped "$tree/301/exe"
make_process 302 -name kvm
ln -sfn /usr/libexec/qemu-kvm "$tree/302/exe"
make_process 303 -name image
ln -sfn /usr/bin/qemu-img "$tree/303/exe"
make_process 304 -name debugged
ln -sfn /usr/bin/gdb "$tree/304/exe"
make_process 305 -name far
ln -sfn "/$(printf 'd%.0s' $(seq 1500))/qemu-system-x86_64" "$tree/305/exe"
check_beside 'executables'
for name in upgraded wrapped kvm; do
	check_match "$name is a QEMU" '^30' "$(of_vm "$name" .pid)"
done
for name in image debugged far; do
	check_equal "$name is none" '' "$(of_vm "$name" .pid)"
done
rm -r "$tree"/30?

# Command lines.
make_process 400
printf 'qemu-system-x86_64 -name rewritten -m 512' >"$tree/400/cmdline"
make_process 401
printf 'qemu-system-x86_64\0-name\0cut\0-netdev\0tap,id=n,ifn' >"$tree/401/cmdline"
make_process 402
printf 'qemu-system-x86_64\0-name' >"$tree/402/cmdline"
make_process 403
printf '\0\0\0\0' >"$tree/403/cmdline"
make_process 404 '' '' -name '' -uuid '' -netdev '' -device '' -chardev ''
make_process 405 -name $'evil\e[2J\r\nname\u202e' -device virtserialport,chardev=c,name=org.qemu.guest_agent.0
make_process 406 -name "$(printf 'a\xff\xfe\xc0\xafb')"
make_process 407 -name "$(printf 'n%.0s' $(seq 5000))"
make_process 408 -device '{"driver":' -netdev '[[[[[[[[[[[[' -device "{$(printf '"a":{%.0s' $(seq 200))"
check_beside 'command lines'
for pid in 400 401 402 403 404 405 406 407 408; do
	check_equal "process $pid is listed, with an id that can be typed" "$pid" \
		"$(jq -r --argjson pid "$pid" '.[] | select(.pid == $pid and (.host | test("^[A-Za-z0-9.-]+\\.vm$"))) | .pid' <<<"$listed")"
done
check_equal 'what is cut keeps the rest' 401 "$(of_vm cut .pid)"
text=$(with_made_proc "$world/qemuvm" list && doctor)
check_no_match 'nothing of it reaches the terminal' $'[\e\r\x80-\x9f]|\u202e' "$text"
rm -r "$tree"/40?
mapfile -t many < <(for i in $(seq 2000); do printf '%s\n' -device "virtio-rng-pci,id=r$i"; done)
make_process 410 "${many[@]}" -name many
check_beside '4,000 arguments'
check_equal 'of which it is the last that names it' 410 "$(of_vm many .pid)"
rm -r "$tree/410"
make_process 411 -name long
head -c 600000 /dev/zero | tr '\0' a >>"$tree/411/cmdline"
check_skipped 'a command line of 600 KB' 411 'longer than 512 KiB'

# Users.
make_process 500 -name changing
printf 'Name:\tqemu\nUid:\t0\t1000\t0\t0\n' >"$tree/500/status"
check_skipped 'of two users at once' 500 'another user'
make_process 501 -name negative
printf 'Name:\tqemu\nUid:\t-1\t99999999999999999999\t4294967296\t0\n' >"$tree/501/status"
check_skipped 'of no user' 501 'cannot be read'
# The name of a process is its own: what it says of its uids does not count.
make_process 502 -name forged
printf 'Name:\tx\\nUid:\t0\t0\t0\t0\nPid:\t502\nUid:\t1000\t1000\t1000\t1000\n' >"$tree/502/status"
check_skipped 'whose name is a line of its own' 502 'another user'

# As other managers start it; what they hide stays unknown.
make_process 600 -S -name incus -uuid 11111111-2222-3333-4444-555555555555 -nodefaults \
	-chroot /x -readconfig /run/incus/web/qemu.conf -pidfile /run/incus/web/qemu.pid
mkdir -p 600root/run/incus/web
cat >600root/run/incus/web/qemu.conf <<'CONF'
[netdev "eth0"]
type = "tap"
ifname = "tap7"
[device "dev-eth0"]
driver = "virtio-net-pci"
mac = "52:54:00:66:00:06"
netdev = "eth0"
[chardev "qga"]
backend = "socket"
path = "/nonexistent/qga.sock"
server = "on"
CONF
ln -sfn "$world/600root" "$tree/600/root"
make_process 601 -name 'guest=web 1,debug-threads=on' -chardev socket,id=charchannel0,fd=33,server=on,wait=off \
	-netdev '{"type":"tap","fd":"36","id":"hostnet0"}' \
	-device '{"driver":"virtio-net-pci","netdev":"hostnet0","mac":"52:54:00:66:00:07"}' \
	-device '{"driver":"virtserialport","chardev":"charchannel0","name":"org.qemu.guest_agent.0"}'
printf '0 52:54:00:66:00:06 10.66.0.6 * *\n0 52:54:00:66:00:07 10.66.0.7 * *\n' >>leases/dnsmasq.leases
check_beside 'other managers'
check_equal 'Incus: the arguments in a file of its own root' 10.66.0.6 "$(of_vm incus '."ip-addresses"[0]')"
check_equal 'libvirt: descriptors that cannot be looked into' 10.66.0.7 \
	"$(of_vm 'web 1' '."ip-addresses"[0]')"
ln -sfn / "$tree/600/root"
check_beside 'a file of arguments that is not there'
rm -r "$tree"/60?

# None at all.
make_tree empty
check_status 'an empty /proc: no VM' 3 with_made_proc "$world/qemuvm" ip whole
check_equal 'an empty /proc: an empty list' 0 "$(with_made_proc "$world/qemuvm" list --json | jq length)"
finish
