#!/bin/bash
# SPDX-License-Identifier: MIT
#
# install.sh on every form of nsswitch.conf: what it becomes, and that --uninstall puts it back.
set -u
checkout=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
# Not into the build that other tests use: the prefix is compiled in.
export DESTDIR=$root MAKEFLAGS=B=build/install
mkdir "$root/etc"
file=$root/etc/nsswitch.conf
ours='qemuvm [!UNAVAIL=return]'

installer() {
	"$checkout/install.sh" --no-ssh "$@" >"$root/output" 2>&1 || cat "$root/output"
}

content() {
	cat "$file"
	printf x
}

# check_edit TITLE BEFORE AFTER: printf escapes in both; a second run changes nothing, and removal
# gives the first text back, byte for byte.
check_edit() {
	local before after
	before=$(printf '%b' "$2x")
	after=$(printf '%b' "$3x")
	printf '%s' "${before%x}" >"$file"
	chmod 640 "$file"
	installer
	check_equal "$1" "$after" "$(content)"
	installer
	check_equal "$1: a second run changes nothing" "$after" "$(content)"
	check_equal "$1: the mode stays" 640 "$(stat -c %a "$file")"
	installer --uninstall
	check_equal "$1: and back" "$before" "$(content)"
}

check_edit 'the hosts line of Debian' 'passwd: files\nhosts:          files dns\nnetworks: files\n' \
	"passwd: files\nhosts:          files $ours dns\nnetworks: files\n"
check_edit 'the hosts line of systemd-resolved' 'hosts: files mymachines resolve [!UNAVAIL=return] dns\n' \
	"hosts: files $ours mymachines resolve [!UNAVAIL=return] dns\n"
check_edit 'the hosts line of mdns' 'hosts: files mdns4_minimal [NOTFOUND=return] dns\n' \
	"hosts: files $ours mdns4_minimal [NOTFOUND=return] dns\n"
check_edit 'files with an action' 'hosts: files [SUCCESS=return] dns\n' \
	"hosts: files [SUCCESS=return] $ours dns\n"
check_edit 'files behind dns' 'hosts: dns files\n' "hosts: $ours dns files\n"
check_edit 'resolve before files' 'hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n' \
	"hosts: mymachines $ours resolve [!UNAVAIL=return] files myhostname dns\n"
check_edit 'dns without files' 'hosts: dns\n' "hosts: $ours dns\n"
check_edit 'files without dns' 'hosts: files\n' "hosts: files $ours\n"
check_edit 'tabs between services' 'hosts:\t\tfiles\tdns\n' "hosts:\t\tfiles $ours\tdns\n"
check_edit 'tabs before a service' 'hosts:\tdns\n' "hosts:\t$ours dns\n"
check_edit 'a comment behind' 'hosts: files dns # files dns\n' "hosts: files $ours dns # files dns\n"
check_edit 'a line in a comment' '# hosts: files dns\nhosts: files dns\n' \
	"# hosts: files dns\nhosts: files $ours dns\n"
check_edit 'no newline at the end' 'passwd: files\nhosts: files dns' \
	"passwd: files\nhosts: files $ours dns"
check_edit 'spaces at the beginning' '  hosts: files dns\n' "  hosts: files $ours dns\n"
check_edit 'no blank behind the colon' 'hosts:files dns\n' "hosts:files $ours dns\n"
check_edit 'a file without a hosts line' 'passwd: files\n' \
	"passwd: files\nhosts: files $ours dns # by qemuvm\n"

printf 'hosts: files dns qemuvm\n' >"$file"
installer
check_equal 'too late: moved' "hosts: files $ours dns" "$(cat "$file")"
printf 'hosts: files qemuvm dns\n' >"$file"
installer
check_equal 'without an action: given one' "hosts: files $ours dns" "$(cat "$file")"

mkdir "$root/etc/target"
printf 'hosts: files dns\n' >"$root/etc/target/nsswitch.conf"
ln -sf target/nsswitch.conf "$file"
installer
check_equal 'behind a link: the target is edited' "hosts: files $ours dns" \
	"$(cat "$root/etc/target/nsswitch.conf")"
check_equal 'and the link stays' target/nsswitch.conf "$(readlink "$file")"

rm "$file"
printf 'hosts: files dns\n' >"$file"
installer --no-nsswitch
check_equal '--no-nsswitch leaves it alone' 'hosts: files dns' "$(cat "$file")"
finish
