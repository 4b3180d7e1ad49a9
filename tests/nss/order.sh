#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The hosts line of nsswitch.conf(5): is a name of ours asked of us, and does it stay here? What doctor
# says is held against glibc with the real modules, and so is the line that install.sh makes of it.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/../find/lib.sh"

# Unpacked, not installed: as a package it would edit the machine's nsswitch.conf. Here the network is
# still there.
mdns=${XDG_CACHE_HOME:-$HOME/.cache}/qemuvm/libnss-mdns
if [ ! -e "$mdns" ]; then
	mkdir -p "${mdns%/*}"
	unpacked=$(mktemp -d "$mdns.XXXXXX")
	(cd "$unpacked" && apt-get -qq download libnss-mdns >/dev/null 2>&1 && dpkg-deb -x ./*.deb .) &&
		chmod 755 "$unpacked" && mv -T "$unpacked" "$mdns"
fi
begin_world "$@"
need_commands getent strace
modules=$(dirname "$(find "$mdns" -name 'libnss_mdns4_minimal.so.2')")
check 'the modules of mdns are here' test -n "$modules"

mkdir -p etc root/etc
: >etc/nsswitch.conf
mount --bind etc/nsswitch.conf /etc/nsswitch.conf
printf 'timeout_ms = 100\n' >conf
mapfile -t web < <(tap tap0 52:54:00:66:00:01)
mapfile -t booting < <(tap tap1 52:54:00:66:00:02)
start_qemu -name web "${web[@]}"
start_qemu -name booting "${booting[@]}"
await_qemus
ip neigh add 10.66.0.5 lladdr 52:54:00:66:00:01 dev br0 nud permanent
# Whoever asks the network asks this, and gets no answer.
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >etc/resolv.conf
mount --bind etc/resolv.conf /etc/resolv.conf

# found NAME: what glibc makes of the line.
found() { LD_LIBRARY_PATH=$build:$modules getent ahosts "$1" | awk '{ print $1; exit }'; }
# Does a name that no VM has, or one of a VM that has no address yet, go out to the network?
goes_out() {
	for name in nosuch.vm booting.vm; do
		LD_LIBRARY_PATH=$build:$modules strace -f -e trace=connect,sendto,sendmmsg getent ahosts "$name" 2>&1
	done | grep -qE 'htons\((53|5353)\)|resolve1|avahi'
}
verdict() { LD_LIBRARY_PATH=$build "$world/qemuvm" doctor nosuch | sed -n 's/^\([a-z]*\) *nsswitch: .*/\1/p'; }

# check_line SERVICES: doctor is content if, and only if, a VM is found and a name that is none stays here.
check_line() {
	local well=problem
	printf 'hosts: %s\n' "$1" >etc/nsswitch.conf
	[ "$(found web.vm)" != 10.66.0.5 ] || goes_out || well=ok
	check_equal "\"$1\": doctor says what glibc does, $2" "$2 $2" "$well $(verdict)"
	printf 'hosts: %s\n' "$1" >root/etc/nsswitch.conf
	DESTDIR=$world/root MAKEFLAGS=B=build/install "$checkout/install.sh" --no-ssh >output 2>&1
	cat root/etc/nsswitch.conf >etc/nsswitch.conf
	check_equal "\"$1\": is as it should be behind install.sh" 'ok 10.66.0.5' "$(verdict) $(found web.vm)"
	[ "$2" = problem ] || check_equal "\"$1\": which left it alone" "hosts: $1" "$(cat root/etc/nsswitch.conf)"
}

ours='qemuvm [!UNAVAIL=return]'
check_line "files $ours dns" ok
check_line "mdns4_minimal [NOTFOUND=return] $ours dns" ok
check_line "files mdns_minimal [NOTFOUND=return] $ours dns" ok
check_line "files mdns4_minimal [!SUCCESS=return] $ours dns" problem
check_line "files mdns6_minimal [UNAVAIL=return] $ours dns" problem
check_line "files [NOTFOUND=return] $ours dns" problem
check_line "files [notfound=Return] $ours" problem
check_line "files [!SUCCESS=return] $ours" problem
check_line "files [!NOTFOUND=return] $ours dns" ok
check_line "files [SUCCESS=return UNAVAIL=return] $ours dns" ok
check_line "files [SUCCESS=continue NOTFOUND=return] $ours dns" problem
check_line "files [NOTFOUND=return NOTFOUND=continue] $ours dns" ok
check_line "files[NOTFOUND=return] $ours dns" problem
check_line "files dns $ours" problem
check_line 'files qemuvm dns' problem
check_line 'files qemuvm [NOTFOUND=return] dns' problem
check_line 'files qemuvm [NOTFOUND=return TRYAGAIN=return] dns' ok
check_line 'files dns' problem
finish
