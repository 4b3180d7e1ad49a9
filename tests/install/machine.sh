#!/bin/bash
# SPDX-License-Identifier: MIT
#
# install.sh as root on a whole machine: what comes, what goes, what stays.
# shellcheck source=tests/install/lib.sh
. "$(dirname "$0")/lib.sh"

# From sudo ./install.sh to --uninstall: nothing is left, and the checkout is as it was.
new_machine
checkout_before=$(checkout_tree)
dry=$(as_user /checkout/install.sh --dry-run 2>&1)
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
dry=$(as_user /checkout/install.sh --dry-run --uninstall 2>&1)
check_equal 'a dry run of --uninstall changes nothing' "0 $installed" "$? $(tree)"
check_equal 'and says what would be done, and nothing else' '' \
	"$(grep -vE '^install\.sh: would (remove|change) /|^[-+]hosts:' <<<"$dry")"
rm -r "$root/usr/bin/make" "$root"/usr/bin/*gcc* "$root"/usr/bin/cc "$root"/usr/bin/clang* 2>/dev/null
check 'it goes, with neither make nor a compiler' inside /checkout/install.sh --uninstall
check_equal 'and all is as it was before' "$(grep -v '^gone usr/bin/' <<<"$before")" "$(tree | grep -v '^gone usr/bin/')"
check_match 'a second --uninstall has nothing to do' 'nothing is installed' "$(inside /checkout/install.sh --uninstall)"
check_equal 'and changes nothing' "$(grep -v '^gone usr/bin/' <<<"$before")" "$(tree | grep -v '^gone usr/bin/')"

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
finish
