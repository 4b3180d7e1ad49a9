# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The world of the suites that run install.sh as root on a whole machine: this one, with an overlay
# above it, so that nothing of it changes and everything that does can be listed. Its checkout belongs
# to a user, as under sudo.
set -u
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
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
as_user() { inside setpriv --reuid $USER_ID --clear-groups "$@"; }
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
