#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs that the module is loaded into where something is missing or otherwise: no /proc, no /run, a
# chroot, a set-uid program, a 16 KiB stack, threads, closed and crowded descriptors.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
qemu=$(disguise pretend)
printf 'lease = %s/leases\ncache_s = 0\nstale_s = 0\n' "$world" >conf
printf '0 52:54:00:66:00:05 10.66.0.5 web *\n0 52:54:00:66:00:06 10.66.0.6 own *\n' >leases
mapfile -t nic < <(tap tap0 52:54:00:66:00:05)
"$qemu" -name web "${nic[@]}" &
await_name $! web
mapfile -t nic < <(tap tap1 52:54:00:66:00:06)
"${alice[@]}" "$qemu" -name own "${nic[@]}" &
await_name $! own
start_agent /run/qemuvm/asked.qga 10.66.0.7
cp "$build/tests/look_up" .
look_up() { "$world/look_up" "$@" 2>&1; }

# changed SHELL-COMMAND COMMAND...: in a mount namespace that is changed before.
changed() {
	local change=$1
	shift
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'eval "$1"; shift; exec "$@"' sh "$change" "$@" 2>&1
}
for name in web asked; do
	address=10.66.0.5
	[ "$name" = web ] || address=10.66.0.7
	check_equal "$name: found" "OK $address" "$(code_of "$name.vm")"
	check_match "$name: without /proc" '^(OK|EAI_AGAIN|EAI_NONAME)' "$(changed 'mount -t tmpfs none /proc' "$world/look_up" marked "$name.vm")"
	quickest_ms 1 unshare -m sh -c "mount -t tmpfs none /proc; exec $world/look_up marked $name.vm"
	check_at_most "$name: without /proc no slower, in ms" 500 "$took_ms"
	check_match "$name: with a /proc of a user who sees no others" '^(OK|EAI_AGAIN|EAI_NONAME)' \
		"$(changed 'mount -o remount,hidepid=2 /proc' "${alice[@]}" "$world/look_up" marked "$name.vm")"
	for how in threads stack cancel alarms closed crowded again forked; do
		seen=$(look_up "$how" "$name.vm")
		case $how in
		threads) want='32 of 32' ;;
		stack) want='status 1' ;;
		cancel) want='descriptors +0' ;;
		again) want='OK descriptors +0' ;;
		*) want=OK ;;
		esac
		check_equal "$name: $how" "$want" "$seen"
	done
done
mkdir -p bare/lib64 "bare$world/lib" bare/etc bare/bin
cp /bin/true bare/bin
ldd look_up | grep -o '/[^ ]*' | while read -r library; do
	mkdir -p "bare$(dirname "$library")"
	cp -L "$library" "bare$library"
done
cp look_up bare/
cp "$world/lib/libnss_qemuvm.so.2" "bare$world/lib"
mkdir -p bare/lib/x86_64-linux-gnu
cp /lib/*-linux-*/libgcc_s.so.1 bare/lib/x86_64-linux-gnu/
check_equal 'in a chroot without /run and /proc there is no VM' EAI_NONAME "$(chroot bare /look_up marked web.vm 2>&1)"
quickest_ms 3 chroot bare /look_up marked web.vm
check_at_most 'and that is known at once, in ms' 200 "$took_ms"
check_equal 'a foreign name as well' EAI_NONAME "$(chroot bare /look_up marked www.example.org 2>&1)"

# A set-uid program takes nothing from its caller: neither the configuration nor the VMs.
libraries=$(dirname "$(ldd look_up | grep -o '/[^ ]*libc.so.6')")
# Over the machine's own folders, which stay as they are.
for folder in "$libraries" /etc; do
	over=$world/over$folder
	mkdir -p "$over/upper" "$over/work"
	mount -t overlay overlay -o "lowerdir=$folder,upperdir=$over/upper,workdir=$over/work" "$folder"
done
cp lib/libnss_qemuvm.so.2 "$libraries"
cp conf /etc/qemuvm.conf
cp etc/nsswitch.conf etc/hosts /etc
cp look_up setuid-look_up
chmod 4755 setuid-look_up
printf 'lease = %s/nonsense\n' "$world" >of_mallory/conf
unset LD_LIBRARY_PATH
check_equal "set-uid: root's VM is found" OK "$("${alice[@]}" "$world/setuid-look_up" marked web.vm 2>&1)"
check_equal 'set-uid: whatever configuration the caller names' OK \
	"$("${alice[@]}" env QEMUVM_CONFIG="$world/of_mallory/conf" "$world/setuid-look_up" marked web.vm 2>&1)"
check_equal "set-uid: the caller's own VM is none" EAI_NONAME "$("${alice[@]}" "$world/setuid-look_up" marked own.vm 2>&1)"
check_equal 'without set-uid it is one' OK "$("${alice[@]}" env -u QEMUVM_CONFIG "$world/look_up" marked own.vm 2>&1)"
finish
