#!/bin/bash
# SPDX-License-Identifier: MIT
#
# install.sh where it cannot go on: nothing is left half done.
# shellcheck source=tests/install/lib.sh
. "$(dirname "$0")/lib.sh"

# What fails leaves nothing.
new_machine
mount --bind "$root/etc" "$root/etc" && mount -o remount,bind,ro "$root/etc"
output=$(installer 2>&1)
check_equal 'a read-only /etc is told before anything is done' "1 $before" "$? $(tree)"
check_match 'with its name' '/etc[^ ]* cannot be written .*: nothing was changed' "$output"
umount "$root/etc"
check 'it installs' installer
mount --bind "$root/etc" "$root/etc" && mount -o remount,bind,ro "$root/etc"
check_status '--uninstall of a read-only /etc does nothing' 1 installer --uninstall
check 'so that all is there' has_module
umount "$root/etc"
check 'and goes later' installer --uninstall
check_equal 'to the last file' "$before" "$(tree)"
# As in a container: the file cannot be replaced, which is found out in the middle.
cp "$root/etc/nsswitch.conf" "$base/nsswitch.conf"
mount --bind "$base/nsswitch.conf" "$root/etc/nsswitch.conf"
output=$(installer 2>&1)
check_equal 'a failure in the middle is undone' "1 $before" "$? $(tree)"
check_match 'and told' 'nsswitch.conf cannot be replaced.*nothing was changed' "$(tr '\n' ' ' <<<"$output")"
umount "$root/etc/nsswitch.conf"
check 'it installs' installer --prefix /usr/local
mkdir -p "$root/usr/libexec/qemuvm/ssh-helper/deep"
installed=$(tree)
check_status 'a failure on the way to another prefix' 1 installer
check_equal 'leaves the former installation' "$installed" "$(tree)"
rm -r "$root/usr/libexec/qemuvm"
installer --uninstall >/dev/null 2>&1
check_equal 'which then goes' "$before" "$(tree)"

# start_until PATH: an installation, up to the moment when it has put that file; $! is its process.
start_until() {
	(exec chroot "$root" env PATH="$PATH" MAKEFLAGS=B=/shared-build/usr /checkout/install.sh >/dev/null 2>&1) &
	until [ -e "$root/$1" ] || ! kill -0 $! 2>/dev/null; do :; done
}

new_machine
start_until var/lib/qemuvm/installed
kill -TERM $! 2>/dev/null
wait $!
check_equal 'what is interrupted is undone' "1 $before" "$? $(tree)"

# Without the temporary files of a run that was killed.
lasting_tree() { tree | grep -v '\.\(......\)$' | grep -v ' tmp/'; }

# Killed at any moment: --uninstall cleans up.
for path in usr/bin/qemuvm etc/qemuvm.conf var/lib/qemuvm/installed; do
	new_machine
	before=$(lasting_tree)
	start_until "$path"
	kill -KILL $! 2>/dev/null
	wait $! 2>/dev/null
	check "killed at $path: --uninstall" installer --uninstall
	check_equal 'has removed all of it' "$before" "$(lasting_tree)"
done

# As a user, into a folder that does not exist yet; then on a machine that lacks a package.
new_machine
check 'a user installs into a folder with a space' as_user env DESTDIR="/tmp/an image" /checkout/install.sh
check_equal 'which gets the files' 'rwxr-xr-x 4711' "$(stat -c %A.%u "$root/tmp/an image/usr/bin/qemuvm" | tail -c +2 | tr . ' ')"
check 'and removes them' as_user env DESTDIR="/tmp/an image" /checkout/install.sh --uninstall
check_equal 'to the last folder' '' "$(find "$root/tmp/an image" -mindepth 1)"
inside dpkg --purge --force-depends libjsmn-dev >/dev/null 2>&1
output=$(as_user env DESTDIR="/tmp/an image" /checkout/install.sh 2>&1)
check_match 'what is missing is told by the build' 'jsmn\.h.*the build failed' "$(tr '\n' ' ' <<<"$output")"
check_no_match 'and apt is not tried' 'apt-get|installing packages' "$output"
finish
