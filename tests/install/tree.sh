#!/bin/bash
# SPDX-License-Identifier: MIT
#
# install.sh into a folder: what comes, that a second time changes nothing, that all goes again.
set -u
checkout=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
# Not into the build that other tests use: the prefix is compiled in.
export DESTDIR=$root MAKEFLAGS=B=build/install
mkdir "$root/etc"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"

# Every file with its mode, owner, content and time of change.
tree() {
	(cd "$root" && find . -type f -printf '%p %m %u %T@ ' -exec md5sum {} \; | sort)
}

# Without times, and without folders that installing made.
files() {
	(cd "$root" && find . -type f -printf '%p %m %u ' -exec md5sum {} \; | sort)
}

before=$(files)
check_status 'it installs' 0 "$checkout/install.sh"
installed=$(tree)
brought=$(cd "$root" && find usr etc -type f ! -name nsswitch.conf | sort)
for path in usr/bin/qemuvm usr/libexec/qemuvm/ssh-helper usr/lib/*/libnss_qemuvm.so.2 \
	etc/qemuvm.conf etc/ssh/ssh_config.d/40-qemuvm.conf usr/lib/tmpfiles.d/qemuvm.conf \
	usr/share/man/man1/qemuvm.1 usr/share/man/man5/qemuvm.conf.5 \
	usr/share/man/man8/libnss_qemuvm.8 usr/share/man/man8/qemuvm-ssh-helper.8 \
	usr/share/bash-completion/completions/qemuvm etc/bash_completion.d/qemuvm-hosts \
	usr/share/zsh/*/_qemuvm usr/share/fish/vendor_completions.d/qemuvm.fish; do
	# shellcheck disable=SC2086 # a pattern
	check_status "it brings $path" 0 test -f "$root"/$path
done
check_equal 'the drop-in is as ssh wants it' 644 \
	"$(stat -c %a "$root/etc/ssh/ssh_config.d/40-qemuvm.conf")"
check_status 'it installs again' 0 "$checkout/install.sh"
check_equal 'installing again changes nothing' "$installed" "$(tree)"
check_status 'a dry run ends well' 0 "$checkout/install.sh" --dry-run --uninstall
check_equal 'and changes nothing' "$installed" "$(tree)"
check_status 'it uninstalls' 0 "$checkout/install.sh" --uninstall
check_equal 'uninstalling leaves what was there before' "$before" "$(files)"

check_status '--dry-run of an installation ends well' 0 "$checkout/install.sh" --dry-run
check_equal 'and writes nothing' "$before" "$(files)"
check_match 'and shows the line that would change' 'hosts: files qemuvm' \
	"$("$checkout/install.sh" --dry-run)"
check_status '--no-ssh installs' 0 "$checkout/install.sh" --no-ssh --prefix /opt/qemuvm
check_status 'without the drop-in' 1 test -e "$root/etc/ssh/ssh_config.d/40-qemuvm.conf"
check_status 'and below the prefix' 0 test -x "$root/opt/qemuvm/bin/qemuvm"
printf '# mine\n' >>"$root/etc/qemuvm.conf"
check_status 'it goes from there' 0 "$checkout/install.sh" --uninstall --prefix /opt/qemuvm
check_equal 'and leaves a configuration that was changed' '# mine' "$(tail -n 1 "$root/etc/qemuvm.conf")"

# What packagers use.
packaged=$root/packaged
# shellcheck disable=SC2317 # check calls it
make_into() { make -s -C "$checkout" "$@" DESTDIR="$packaged" PREFIX=/usr SYSCONFDIR=/etc; }
check 'make install' make_into install
check_equal 'brings what install.sh brings' "$brought" \
	"$(cd "$packaged" && find usr etc -type f | sort)"
echo '# mine' >>"$packaged/etc/qemuvm.conf"
check 'make uninstall' make_into uninstall
check_equal 'leaves a configuration that was changed, and nothing else' ./etc/qemuvm.conf "$(cd "$packaged" && find . -type f)"

check_status 'an unknown option is refused' 2 "$checkout/install.sh" --frobnicate
check_equal 'in one line' 1 "$("$checkout/install.sh" --frobnicate 2>&1 | wc -l)"
check_status 'a prefix must be absolute' 2 "$checkout/install.sh" --prefix here
# The checkout may be below a folder that only root can enter.
chmod 711 "$root"
cp "$checkout/install.sh" "$root"
check_status 'only root installs' 1 setpriv --reuid 65534 --clear-groups env -u DESTDIR \
	"$root/install.sh"
finish
