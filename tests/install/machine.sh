#!/bin/bash
# SPDX-License-Identifier: MIT
#
# install.sh as root on a whole machine: this one, with an overlay above it, so that nothing of it
# changes and everything that does can be listed. Its checkout belongs to a user, as under sudo.
set -u
checkout=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"
USER_ID=4711

if [ -z "${QEMUVM_MACHINE_NAMESPACE:-}" ]; then
	need_commands unshare dpkg-deb setpriv
	export QEMUVM_MACHINE_NAMESPACE=1
	exec unshare -n -m -p --fork --kill-child --mount-proc -- "$0" "$@"
fi
# What an overlay writes cannot be on another overlay, which this machine may be itself.
base=$(mktemp -d)
trap 'umount -R "$base"; rmdir "$base"' EXIT
mount -t tmpfs tmpfs "$base"
root=$base/root upper=$base/upper
mkdir "$root" "$base/checkout" "$base/build"
tar -C "$checkout" --exclude=./build --exclude=./.git -cf - . | tar -C "$base/checkout" -xf -
chown -R $USER_ID "$base/checkout"

# new_machine: as this one is, but for what QEMUVM's own installation may have left here.
new_machine() {
	umount -R "$root" 2>/dev/null
	rm -rf "$upper" "$base/work"
	mkdir "$upper" "$base/work"
	mount -t overlay -o "lowerdir=/,upperdir=$upper,workdir=$base/work" overlay "$root" || {
		fail 'an overlay can be mounted'
		finish
	}
	for folder in proc sys dev; do
		mount --rbind "/$folder" "$root/$folder"
	done
	mount -t tmpfs -o mode=755 tmpfs "$root/run"
	mkdir -p "$root/checkout" "$root/shared-build"
	mount --bind "$base/checkout" "$root/checkout"
	mount --bind "$base/build" "$root/shared-build"
	inside /checkout/install.sh --uninstall >/dev/null 2>&1
	rm -f "$root"/usr/lib/*/libnss_qemuvm.so.2 "$root/usr/bin/qemuvm" "$root/etc/qemuvm.conf"
	printf 'passwd: files\nhosts:\tfiles dns\n' >"$root/etc/nsswitch.conf"
	before=$(tree)
}

inside() { chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }
# With one build for each prefix, or each case would take ten seconds.
installer() {
	local build=usr
	[[ $* != *local* ]] || build=local
	inside "MAKEFLAGS=B=/shared-build/$build" /checkout/install.sh "$@"
}

# Everything that is not as on this machine, but for the loader's cache, which is ldconfig's.
tree() {
	local path mode
	find "$upper" -mindepth 1 -printf '%P\n' | grep -vE '^(var/cache/ldconfig|etc/ld\.so\.cache$)' | sort |
		while IFS= read -r path; do
			mode=$(stat -c '%f %u %g' "$upper/$path")
			if [ -c "$upper/$path" ]; then
				echo "gone $path"
			elif [ "$mode" = "$(stat -c '%f %u %g' "/$path" 2>/dev/null)" ] &&
				{ [ -d "$upper/$path" ] || cmp -s "$upper/$path" "/$path"; }; then
				:
			elif [ -f "$upper/$path" ]; then
				echo "$mode $(md5sum <"$upper/$path") $path"
			else
				echo "$mode $path"
			fi
		done
	find "$root/run" -mindepth 1
}
checkout_tree() { find "$base/checkout" -printf '%p %m %u %T@\n'; }
copies() { find "$root/usr" "$root/opt" -name libnss_qemuvm.so.2 | wc -l; }
# shellcheck disable=SC2317 # check calls it
has_module() { compgen -G "$root/usr/lib/*/libnss_qemuvm.so.2" >/dev/null; }

# From sudo ./install.sh to --uninstall: nothing is left, and the checkout is as it was.
new_machine
checkout_before=$(checkout_tree)
dry=$(inside setpriv --reuid $USER_ID --clear-groups /checkout/install.sh --dry-run 2>&1)
check_equal 'a dry run needs no root, and changes nothing' "0 $before" "$? $(tree)"
check_equal 'it says what would be done, and nothing else' '' \
	"$(grep -vE '^install\.sh: would (put|make|change) /|^[-+]hosts:' <<<"$dry")"
check_match 'the module among it' 'would put /usr/lib/[^ ]*/libnss_qemuvm\.so\.2' "$dry"
check 'it installs' inside /checkout/install.sh
check 'the module is there' has_module
check_match 'and named by nsswitch.conf' $'hosts:\tfiles qemuvm \\[!UNAVAIL=return\\] dns' "$(cat "$root/etc/nsswitch.conf")"
check_equal "a user's checkout gets no files of root's" "$checkout_before" "$(checkout_tree)"
installed=$(tree)
times=$(find "$upper" -type f -printf '%p %T@ %i\n' | grep -v ld.so.cache)
check_match 'a second time has nothing to do' 'nothing to change' "$(inside /checkout/install.sh 2>&1)"
check_equal 'and changes nothing' "$installed$times" "$(tree)$(find "$upper" -type f -printf '%p %T@ %i\n' | grep -v ld.so.cache)"
check_equal 'a dry run has nothing to do then' 'install.sh: all is there already: nothing to change' "$(installer --dry-run 2>&1)"
dry=$(inside setpriv --reuid $USER_ID --clear-groups /checkout/install.sh --dry-run --uninstall 2>&1)
check_equal 'a dry run of --uninstall changes nothing' "0 $installed" "$? $(tree)"
check_equal 'and says what would be done, and nothing else' '' \
	"$(grep -vE '^install\.sh: would (remove|change) /|^[-+]hosts:' <<<"$dry")"
rm -r "$root/usr/bin/make" "$root"/usr/bin/*gcc* "$root"/usr/bin/cc "$root"/usr/bin/clang* 2>/dev/null
check 'it goes, with neither make nor a compiler' inside /checkout/install.sh --uninstall
check_equal 'and all is as it was before' "$before" "$(tree | grep -v '^gone usr/bin/')"
check_match 'a second --uninstall has nothing to do' 'nothing is installed' "$(inside /checkout/install.sh --uninstall)"
check_equal 'and changes nothing' "$before" "$(tree | grep -v '^gone usr/bin/')"

# Another prefix: the former installation gives way.
new_machine
check 'it installs below /usr/local' installer --prefix /usr/local
check_status 'below /usr it does not' 1 has_module
check_status '--uninstall of another prefix is refused' 1 installer --uninstall --prefix /usr
check 'then it installs below /usr' installer
check_equal 'there is one copy' 1 "$(copies)"
check_equal 'nothing is left below /usr/local' '' "$(find "$root/usr/local" -name '*qemuvm*')"
check 'and goes' installer --uninstall
check_equal 'with all of both' "$before" "$(tree)"
output=$(installer --prefix /opt/q 2>&1)
check_equal "a prefix that the loader does not look into is refused" "1 $before" "$? $(tree)"
check_match 'with the folder' 'does not look into /opt/q/lib' "$output"
make -s -C "$base/checkout" B="$base/build/local" PREFIX=/usr/local DESTDIR="$root" install >/dev/null
output=$(installer 2>&1)
check_equal 'another copy in the way of the loader is no reason to make two' '1 1' "$? $(copies)"
check_match 'and is named' '/usr/local/lib/[^ ]*/libnss_qemuvm.so.2, which install.sh did not put there' "$output"

# What somebody changed stays.
new_machine
check 'it installs' installer
echo '# mine' >>"$root/etc/qemuvm.conf"
echo '# mine' >>"$root/etc/ssh/ssh_config.d/40-qemuvm.conf"
sed -i 's/dns/resolve dns/' "$root/etc/nsswitch.conf"
check 'it installs again' installer
check_equal 'a configuration that was changed stays' '# mine' "$(tail -n 1 "$root/etc/qemuvm.conf")"
check 'it goes' installer --uninstall
check_equal 'a changed configuration stays then, too' '# mine' "$(tail -n 1 "$root/etc/qemuvm.conf")"
check_equal 'of a hosts line that was edited only our words go' $'hosts:\tfiles resolve dns' "$(grep hosts "$root/etc/nsswitch.conf")"
check_equal 'ssh no longer reads the drop-in, which is kept' './40-qemuvm.conf.bak' \
	"$(cd "$root/etc/ssh/ssh_config.d" && echo ./*qemuvm*)"
check 'it installs over a configuration of before' installer
check 'and goes' installer --uninstall
check_equal 'which stays' '# mine' "$(tail -n 1 "$root/etc/qemuvm.conf")"

# A package's files are the package's.
new_machine
library=$(inside sh -c 'cd /usr/lib && echo *-linux-gnu' | cut -d ' ' -f 1)
mkdir -p "$root/package/DEBIAN" "$root/package/usr/lib/$library"
printf 'Package: libnss-qemuvm\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@invalid>\nDescription: a test\n' >"$root/package/DEBIAN/control"
echo packaged >"$root/package/usr/lib/$library/libnss_qemuvm.so.2"
inside sh -c 'dpkg-deb --root-owner-group -b /package /package.deb && dpkg -i /package.deb' >/dev/null 2>&1
packaged=$(tree)
for prefix in /usr /usr/local; do
	output=$(installer --prefix "$prefix" 2>&1)
	check_equal "over a package nothing is installed ($prefix)" "1 $packaged" "$? $(tree)"
	check_match 'and said why' 'belongs to the package libnss-qemuvm' "$output"
done
check_status '--uninstall is not for it' 1 installer --uninstall
check_equal 'and leaves it' "$packaged" "$(tree)"

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

# Killed at any moment: --uninstall cleans up.
for path in usr/bin/qemuvm etc/qemuvm.conf var/lib/qemuvm/installed; do
	new_machine
	(exec chroot "$root" env PATH="$PATH" MAKEFLAGS=B=/shared-build/usr /checkout/install.sh >/dev/null 2>&1) &
	until [ -e "$root/$path" ] || ! kill -0 $! 2>/dev/null; do :; done
	kill -KILL $! 2>/dev/null
	wait $! 2>/dev/null
	check "killed at $path: --uninstall" installer --uninstall
	check_equal 'has removed all of it' "$before" "$(tree | grep -v '\.\(......\)$' | grep -v ' tmp/')"
done

# As a user, into a folder, on a machine that lacks a package.
new_machine
inside dpkg --purge --force-depends libjsmn-dev >/dev/null 2>&1
output=$(inside setpriv --reuid $USER_ID --clear-groups DESTDIR=/tmp/image-$USER_ID /checkout/install.sh 2>&1)
check_status 'a user with a DESTDIR is told what is missing by the build' 1 test $? = 0
check_no_match 'and apt is not tried' 'apt-get|installing packages' "$output"
finish
