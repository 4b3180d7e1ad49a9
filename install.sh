#!/bin/bash
# SPDX-License-Identifier: MIT
#
# sudo ./install.sh: builds qemuvm and makes it known to this machine. See --help.
set -u

PREFIX=/usr
SYSCONFDIR=/etc
DESTDIR=${DESTDIR:-}
RUNTIME_DIRECTORY=/run/qemuvm
WORDS='qemuvm [!UNAVAIL=return]'
# What nsswitch.conf gets where it has no hosts line at all.
WHOLE_LINE="hosts: files $WORDS dns # by qemuvm"

action=install
dry_run=
no_nsswitch=
no_ssh=

usage() {
	cat <<'EOF'
usage: sudo ./install.sh [OPTION ...]

Builds qemuvm, installs it, and puts it on the hosts line of nsswitch.conf.

  --dry-run      say what would be done, and do nothing
  --uninstall    remove what was installed, put back what was changed
  --prefix DIR   install below DIR instead of /usr
  --no-nsswitch  leave nsswitch.conf alone
  --no-ssh       no drop-in for ssh
  --demo         install nothing; boot a real virtual machine and reach it by name
  --help

DESTDIR in the environment: install below that folder, for packages.
EOF
}

say() { printf '%s\n' "install.sh: $*"; }

die() {
	printf '%s\n' "install.sh: $1" >&2
	exit "${2:-1}"
}

# Runs a step, or tells it.
run() {
	if [ -n "$dry_run" ]; then
		say "would run: $*"
	else
		"$@"
	fi
}

parse_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--dry-run) dry_run=yes ;;
		--uninstall) action=uninstall ;;
		--demo) action=demo ;;
		--no-nsswitch) no_nsswitch=1 ;;
		--no-ssh) no_ssh=1 ;;
		--prefix)
			[ $# -gt 1 ] || die '--prefix wants a folder (try --help)' 2
			PREFIX=$2
			shift
			;;
		--prefix=*) PREFIX=${1#*=} ;;
		--help | -h)
			usage
			exit 0
			;;
		*) die "unknown option \"$1\" (try --help)" 2 ;;
		esac
		shift
	done
	[[ $PREFIX = /* ]] || die "--prefix wants an absolute path, not \"$PREFIX\"" 2
}

# Without root only a dry run and a package's folder can be written.
check_root() {
	[ -n "$dry_run" ] || [ -n "$DESTDIR" ] || [ "$(id -u)" = 0 ] ||
		die "this changes the system: run it as root (sudo $0), or try --dry-run"
}

# missing_packages LIST...: those of packages/LIST that are not installed.
missing_packages() {
	local package list
	for list; do
		grep -hv '^#' "packages/$list"
	done | sort -u | while read -r package; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -qx installed || printf '%s ' "$package"
	done
}

# Packages of the demo bring services, which this machine did not ask for.
apt_install() {
	local policy=/usr/sbin/policy-rc.d status=0
	if [ -e "$policy" ]; then
		policy=
	else
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	{ apt-get -qq update &&
		DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
			-o Dpkg::Use-Pty=0 install "$@" >/dev/null; } || status=$?
	[ -z "$policy" ] || rm -f "$policy"
	return "$status"
}

# install_packages LIST...
install_packages() {
	local missing
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		say "not Debian: a C compiler, make and jsmn.h are needed (packages/build)"
		return 0
	fi
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	say "installing packages: $missing"
	# shellcheck disable=SC2086 # a list of names
	run apt_install $missing || die "apt-get could not install: $missing"
}

make_with_paths() {
	make --no-print-directory PREFIX="$PREFIX" SYSCONFDIR="$SYSCONFDIR" DESTDIR="$DESTDIR" \
		NO_SSH="$no_ssh" "$@"
}

# From nsswitch.conf's text to what it should be. Puts our words behind files, or before the first service that asks the network or ends the
# look-up, whichever comes first; everything else on the line stays as it is.
add_words() {
	awk -v words="$WORDS" -v whole="$WHOLE_LINE" '
	function place_of(body,    rest, at, word) {
		rest = body; at = 1; after_files = 0
		while (match(rest, /[^ \t]+([ \t]+\[[^]]*\])*/)) {
			word = substr(rest, RSTART, RLENGTH)
			if (word ~ /^(resolve|dns|wins|mdns[a-z0-9_]*)([ \t]|$)/)
				return after_files ? after_files : at + RSTART - 1
			at += RSTART + RLENGTH - 1
			if (word ~ /^files([ \t]|$)/ && !after_files) after_files = at
			rest = substr(rest, RSTART + RLENGTH)
		}
		return after_files ? after_files : 1
	}
	function without(body) {
		gsub(/[ \t]+qemuvm([ \t]+\[[^]]*\])?/, "", body)
		return body
	}
	function is_right(body,    rest, word) {
		rest = body
		while (match(rest, /[^ \t]+([ \t]+\[[^]]*\])*/)) {
			word = substr(rest, RSTART, RLENGTH)
			if (word ~ /^qemuvm[ \t]+\[!UNAVAIL=return\]/) return 1
			if (word ~ /^(qemuvm|resolve|dns|wins|mdns[a-z0-9_]*)([ \t]|$)/) return 0
			rest = substr(rest, RSTART + RLENGTH)
		}
		return 0
	}
	/^[ \t]*hosts:/ {
		seen = 1
		hash = index($0, "#")
		comment = hash ? substr($0, hash) : ""
		line = hash ? substr($0, 1, hash - 1) : $0
		colon = index(line, ":")
		head = substr(line, 1, colon); body = substr(line, colon + 1)
		if (!is_right(body)) {
			body = without(body)
			at = place_of(body)
			before = substr(body, 1, at - 1); behind = substr(body, at)
			if (before == "" || before ~ /[ \t]$/)
				body = (before == "" ? " " : before) words (behind ~ /^[ \t]/ ? "" : " ") behind
			else
				body = before " " words behind
		}
		print head body comment
		next
	}
	{ print }
	END { if (!seen) print whole }'
}

# And back.
remove_words() {
	awk -v words="$WORDS" -v whole="$WHOLE_LINE" '
	$0 == whole { next }
	/^[ \t]*hosts:/ && (at = index($0, " " words)) {
		print substr($0, 1, at - 1) substr($0, at + 1 + length(words)); next
	}
	/^[ \t]*hosts:/ && (at = index($0, words " ")) {
		print substr($0, 1, at - 1) substr($0, at + 1 + length(words)); next
	}
	{ print }'
}

# edit_nsswitch FILTER
edit_nsswitch() {
	local file=$DESTDIR$SYSCONFDIR/nsswitch.conf new
	[ -e "$file" ] || {
		say "$file is not there: nothing to edit"
		return 0
	}
	# A link (authselect) is followed: its target is what glibc reads.
	file=$(readlink -f "$file")
	new=$(mktemp) || die 'no temporary file can be made'
	"$1" <"$file" >"$new" || die "$file could not be read"
	# awk ends the last line, also where the file does not.
	[ -z "$(tail -c 1 "$file")" ] || truncate -s -1 "$new"
	if cmp -s "$file" "$new"; then
		say "$file: nothing to change"
	else
		diff -U0 "$file" "$new" | sed -n '/^[-+][^-+]/p'
		[ -n "$dry_run" ] || replace_file "$file" "$new"
	fi
	rm -f "$new"
}

# replace_file FILE NEW: by rename, so that no program reads half of it.
replace_file() {
	local temporary
	temporary=$(mktemp "$1.XXXXXX") || die "$1 cannot be written"
	# With the mode, the owner and the security context of what it replaces.
	if cp --preserve=all "$1" "$temporary" && cat "$2" >"$temporary" && mv "$temporary" "$1"; then
		say "$1: changed as shown"
	else
		rm -f "$temporary"
		die "$1 cannot be replaced"
	fi
}

tell_of_ssh() {
	local config=$SYSCONFDIR/ssh/ssh_config
	[ -z "$no_ssh" ] && [ -z "$DESTDIR" ] && [ -e "$config" ] || return 0
	grep -qiE '^[[:space:]]*include[[:space:]].*ssh_config\.d/' "$config" ||
		say "ssh does not read $SYSCONFDIR/ssh/ssh_config.d: put \"Include $SYSCONFDIR/ssh/ssh_config.d/*.conf\" at the top of $config"
}

tell_of_nscd() {
	[ -z "$DESTDIR" ] && { [ -S /run/nscd/socket ] || [ -S /var/run/nscd/socket ]; } || return 0
	say 'nscd runs: restart it; it resolves as its own user, who does not see your VMs'
}

install_all() {
	check_root
	install_packages build
	run make_with_paths || die 'the build failed'
	run make_with_paths install || die 'the installation failed'
	[ -n "$no_nsswitch" ] || edit_nsswitch add_words
	[ -z "$DESTDIR" ] || return 0
	run install -d -m 755 -o root -g root "$RUNTIME_DIRECTORY"
	run install -d -m 700 -o root -g root "$RUNTIME_DIRECTORY/cache"
	run ldconfig
	tell_of_ssh
	tell_of_nscd
	say 'done; this is what qemuvm doctor says:'
	run "$PREFIX/bin/qemuvm" doctor || true
}

uninstall_all() {
	check_root
	# First, so that no look-up is sent to a module that is gone.
	[ -n "$no_nsswitch" ] || edit_nsswitch remove_words
	run make_with_paths uninstall || die 'not all could be removed'
	[ -z "$DESTDIR" ] || return 0
	[ ! -d "$RUNTIME_DIRECTORY/cache" ] || run rm -r "$RUNTIME_DIRECTORY/cache"
	[ ! -d "$RUNTIME_DIRECTORY" ] || run rmdir --ignore-fail-on-non-empty "$RUNTIME_DIRECTORY"
	run ldconfig
	say 'qemuvm is gone'
}

demo() {
	[ "$(id -u)" = 0 ] || die "the demo makes network namespaces: run it as root (sudo $0 --demo)"
	install_packages build guest
	make -s || die 'the build failed'
	exec tests/guest/demo
}

main() {
	parse_options "$@"
	cd "$(dirname "$0")" || exit
	case $action in
	install) install_all ;;
	uninstall) uninstall_all ;;
	demo) demo ;;
	esac
}

main "$@"
