#!/bin/bash
# SPDX-License-Identifier: MIT
#
# sudo ./install.sh: builds qemuvm and makes it known to this machine. See --help.
#
# Everything is built and installed into a temporary folder first. From there each file is put into
# its place, and what was put where is written to a record; --uninstall, and an installation below
# another prefix, go by that record alone. Whatever fails, what was done is undone.
set -u
umask 022
PATH=$PATH:/usr/sbin:/sbin

PREFIX=/usr
SYSCONFDIR=/etc
DESTDIR=${DESTDIR:-}
RUNTIME_DIRECTORY=/run/qemuvm
# In one place whatever the prefix is, so that each later run finds it, and on /var, since it tells
# the state of this machine and outlives a boot. World-readable: --dry-run needs no root.
RECORD=/var/lib/qemuvm/installed
RECORD_VERSION='qemuvm 1'
MODULE=libnss_qemuvm.so.2
WORDS='qemuvm [!UNAVAIL=return]'
# What nsswitch.conf gets if it has no hosts line at all.
WHOLE_LINE="hosts: files $WORDS dns # by qemuvm"

action=install
dry_run=
no_nsswitch=
no_ssh=
prefix_given=
work=      # a temporary folder
changes=0  # how much was done, or would be done
undo=()    # commands that take it back, the last first

# What the record says, and what it will say.
old_prefix=
declare -A old_sum=() new_sum=() # of each file, by its path
folders=()                       # that we made, those above first
hosts_before=()                  # lines of nsswitch.conf; "+" and the line, or "" for none
hosts_after=()
packages=

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

What was installed is recorded in /var/lib/qemuvm/installed.
DESTDIR in the environment: install below that folder, for images.
EOF
}

say() { printf '%s\n' "install.sh: $*"; }

die() {
	printf '%s\n' "install.sh: $1" >&2
	exit "${2:-1}"
}

# did WHAT THING: says it in a dry run, and counts it.
did() {
	changes=$((changes + 1))
	[ -z "$dry_run" ] || say "would $*"
}

# undo_with COMMAND...: what takes back the step that is about to be taken.
undo_with() {
	local command
	printf -v command '%q ' "$@"
	undo+=("$command")
}

# fail WHY: takes back all that was done.
fail() {
	local i bad=
	trap '' INT TERM HUP
	printf '%s\n' "install.sh: $1" >&2
	# Of move_over or replace_text, if they were interrupted.
	[ -z "${temporary:-}" ] || rm -f "$temporary"
	for ((i = ${#undo[@]} - 1; i >= 0; i--)); do
		eval "${undo[i]}" || bad=yes
	done
	[ ${#undo[@]} = 0 ] || [ -n "$DESTDIR" ] || ldconfig
	[ -z "$bad" ] || die "not all could be put back; \"$0 --uninstall\" does the rest"
	die 'nothing was changed'
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
			prefix_given=yes
			shift
			;;
		--prefix=*)
			PREFIX=${1#*=}
			prefix_given=yes
			;;
		--help | -h)
			usage
			exit 0
			;;
		*) die "unknown option \"$1\" (try --help)" 2 ;;
		esac
		shift
	done
	[[ $PREFIX = /* ]] || die "--prefix wants an absolute path, not \"$PREFIX\"" 2
	[[ $PREFIX != *[[:space:]]* ]] || die '--prefix wants a path without blanks: make takes none' 2
	[ "$PREFIX" = / ] || PREFIX=${PREFIX%/}
}

# Without root only a dry run and a folder of one's own can be written.
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
		# Also if this is interrupted.
		undo_with rm -f "$policy"
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	{ apt-get -qq update &&
		DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
			-o Dpkg::Use-Pty=0 install "$@" >/dev/null; } || status=$?
	[ -z "$policy" ] || rm -f "$policy"
	return "$status"
}

# install_packages LIST...: into this machine, so never for a DESTDIR, and as root alone.
install_packages() {
	local missing
	[ -z "$DESTDIR" ] || return 0
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		say "not Debian: a C compiler, make and jsmn.h are needed (packages/build)"
		return 0
	fi
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	if [ -n "$dry_run" ]; then
		say "would install packages: $missing"
		return 0
	fi
	say "installing packages: $missing"
	# shellcheck disable=SC2086 # a list of names
	apt_install $missing || fail "apt-get could not install: $missing"
	undo=()
	packages="$packages$missing"
}

# The build is not the checkout's own: under sudo that would be left with files of root's. Tests name
# one that they share.
make_with_paths() {
	local build=()
	[[ ${MAKEFLAGS:-} =~ (^| )B= ]] || build=(B="$work/build")
	make --no-print-directory -j"$(nproc)" "${build[@]}" PREFIX="$PREFIX" SYSCONFDIR="$SYSCONFDIR" "$@"
}

# Builds, and installs into $work/stage.
build_stage() {
	if [ -z "$dry_run" ]; then
		make_with_paths DESTDIR= all || die 'the build failed: nothing was changed'
	else
		make_with_paths DESTDIR= all >"$work/log" 2>&1 ||
			die "the build fails: $(tail -n 5 "$work/log")"
	fi
	make_with_paths -s DESTDIR="$work/stage" NO_SSH="$no_ssh" install ||
		die 'the build cannot be installed: nothing was changed'
}

read_record() {
	local file=$DESTDIR$RECORD line sum
	[ -e "$file" ] || return 0
	{
		read -r line
		[ "$line" = "$RECORD_VERSION" ] || die "$file is of another version of qemuvm: use that one's install.sh"
		while IFS= read -r line; do
			case $line in
			'prefix '*) old_prefix=${line#* } ;;
			'folder '*) folders+=("${line#* }") ;;
			'file '*)
				line=${line#* }
				sum=${line%% *}
				old_sum[${line#* }]=$sum
				;;
			'hosts-before '*) hosts_before+=("${line#* }") ;;
			'hosts-after '*) hosts_after+=("${line#* }") ;;
			'packages '*) packages=${line#* } ;;
			esac
		done
	} <"$file" || die "$file cannot be read"
}

# write_record FILE
write_record() {
	local path i
	{
		printf '%s\n' "$RECORD_VERSION" "prefix $PREFIX"
		for path in "${folders[@]}"; do
			printf '%s\n' "folder $path"
		done
		for path in "${!new_sum[@]}"; do
			printf '%s\n' "file ${new_sum[$path]} $path"
		done | sort -k 3
		for i in "${!hosts_after[@]}"; do
			printf '%s\n' "hosts-before ${hosts_before[i]}" "hosts-after ${hosts_after[i]}"
		done
		[ -z "$packages" ] || printf '%s\n' "packages $packages"
	} >"$1"
}

sum_of() { sha256sum <"$1" | cut -c 1-64; }

# is_in LIST-WORD... WORD: the last one among those before it.
is_in() {
	local word=${*: -1}
	while [ $# -gt 1 ]; do
		[ "$1" != "$word" ] || return 0
		shift
	done
	return 1
}

# The last folder of a path that exists.
existing_part() {
	local path=$1
	while [ ! -d "$path" ]; do
		path=$(dirname "$path")
	done
	printf '%s\n' "$path"
}

# check_writable PATH...: before anything is changed.
check_writable() {
	local path folder
	[ -z "$dry_run" ] || return 0
	for path; do
		folder=$(existing_part "$(dirname "$DESTDIR$path")")
		[ -w "$folder" ] || die "$folder cannot be written (is it read-only?): nothing was changed"
	done
}

# packages_of PATH...: "PACKAGE PATH" of each that is a package's. / and /usr may be one.
packages_of() {
	local path
	[ -z "$DESTDIR" ] && command -v dpkg-query >/dev/null || return 0
	for path; do
		printf '%s\n' "$path" "${path#/usr}"
	done | xargs -d '\n' dpkg-query -S 2>/dev/null | sed -n '/^diversion /d; s/^\([^ ]*\): \//\1 \//p'
}

loader_folders() {
	{
		printf '%s\n' /lib /usr/lib /lib64 /usr/lib64
		ldconfig -NXv 2>/dev/null | sed -n 's/^\(\/[^:]*\):.*/\1/p'
		# Folders that do not exist yet, too.
		cat /etc/ld.so.conf /etc/ld.so.conf.d/*.conf 2>/dev/null | grep '^/'
	} | sort -u
}

# check_loader PATH...: it looks where the module goes, and no other copy is in its way.
check_loader() {
	local folder copy libdir path is_found=
	[ -z "$DESTDIR" ] && command -v ldconfig >/dev/null || return 0
	for path; do
		[[ $path != */$MODULE ]] || libdir=$(dirname "$path")
	done
	while read -r folder; do
		copy=$folder/$MODULE
		if [ "$folder" = "$libdir" ] || [ "$folder" -ef "$libdir" ]; then
			is_found=yes
		elif [ -e "$copy" ] && ! is_recorded "$copy"; then
			die "there is a copy at $copy, which install.sh did not put there: remove it first (make uninstall PREFIX=...)"
		fi
	done < <(loader_folders)
	[ -n "$is_found" ] ||
		die "the loader does not look into $libdir, so no program would find the module: use --prefix /usr or /usr/local, or name that folder in /etc/ld.so.conf.d/ first"
}

# By its file, since a path may have several spellings (/lib is /usr/lib).
is_recorded() {
	local path
	for path in "${!old_sum[@]}"; do
		[[ $path != */$MODULE ]] || [ ! "$path" -ef "$1" ] || return 0
	done
	return 1
}

# check_packages PATH...: a package's files are the package's.
check_packages() {
	local owned
	owned=$(packages_of "$@" "*/$MODULE" | head -n 1)
	[ -z "$owned" ] ||
		die "${owned#* } belongs to the package ${owned%% *}: remove that first (apt-get purge ${owned%% *}), or keep it instead of this; nothing was changed"
}

# note_folders PATH: that it, and those above it, are to be made.
note_folders() {
	[ ! -d "$DESTDIR$1" ] && [ "$1" != / ] || return 0
	note_folders "$(dirname "$1")"
	is_in "${folders[@]}" "$1" || folders+=("$1")
}

# make_folder PATH: with those above it.
make_folder() {
	[ ! -d "$DESTDIR$1" ] || return 0
	[ -z "$dry_run" ] || return 0
	if [ "$1" = / ]; then
		mkdir -p "$DESTDIR" || fail "$DESTDIR cannot be made"
		return
	fi
	make_folder "$(dirname "$1")"
	undo_with rmdir "$DESTDIR$1"
	mkdir -m 755 "$DESTDIR$1" || fail "$DESTDIR$1 cannot be made"
}

# move_over FROM TO: by rename, so that nobody reads half of it, and what is mapped stays.
move_over() {
	local temporary
	temporary=$(mktemp "$2.XXXXXX") || return
	cp --preserve=mode,ownership,timestamps "$1" "$temporary" && mv -fT "$temporary" "$2" && return
	rm -f "$temporary"
	return 1
}

# save FILE: a copy, which undoing puts back.
save() {
	local copy=$work/saved.${#undo[@]}
	cp -p "$1" "$copy" || fail "$1 cannot be read"
	undo_with put_back "$copy" "$1"
}

# The step that it takes back may be the one that failed.
put_back() {
	cmp -s "$1" "$2" || move_over "$1" "$2"
}

# put_file NEW PATH
put_file() {
	local target=$DESTDIR$2
	if [ -e "$target" ]; then
		! cmp -s "$1" "$target" || [ "$(stat -c %a "$1")" != "$(stat -c %a "$target")" ] || return 0
		did "replace $target"
		[ -z "$dry_run" ] || return 0
		save "$target"
	else
		make_folder "$(dirname "$2")"
		did "put $target"
		[ -z "$dry_run" ] || return 0
		undo_with rm -f "$target"
	fi
	move_over "$1" "$target" || fail "$target cannot be written"
}

# remove_file PATH
remove_file() {
	local target=$DESTDIR$1
	[ -e "$target" ] || [ -L "$target" ] || return 0
	did "remove $target"
	[ -z "$dry_run" ] || return 0
	save "$target"
	rm -f "$target" || fail "$target cannot be removed"
}

# Those that we made and nothing is in any more, the innermost first.
remove_empty_folders() {
	local i path kept=()
	for ((i = ${#folders[@]} - 1; i >= 0; i--)); do
		path=${folders[i]}
		if [ -z "$dry_run" ] && [ -d "$DESTDIR$path" ] &&
			rmdir "$DESTDIR$path" 2>/dev/null; then
			undo_with mkdir -m 755 "$DESTDIR$path"
			changes=$((changes + 1))
		elif [ -d "$DESTDIR$path" ]; then
			kept=("$path" "${kept[@]}")
		fi
	done
	folders=("${kept[@]}")
}

# From nsswitch.conf's text to what it should be. Puts our words behind files, or before the first
# service that asks the network or ends the look-up of a name of ours, whichever comes first;
# everything else on the line stays as it is. cli/doctor/nsswitch.c judges by the same rules.
add_words() {
	awk -v words="$WORDS" -v whole="$WHOLE_LINE" '
	# The next word with its actions: sets RSTART and RLENGTH.
	function next_word(rest) {
		return match(rest, /[^[ \t]+([ \t]*\[[^]]*\])*/)
	}
	function name_of(word) {
		sub(/[ \t]*\[.*/, "", word)
		return word
	}
	# Does the status end the look-up there? By default only SUCCESS does.
	function ends_on(word, status,    n, i, part, is_not, is_end, pair) {
		is_end = 0
		sub(/^[^[]*/, "", word)
		gsub(/[][]/, " ", word)
		n = split(tolower(word), part, /[ \t]+/)
		for (i = 1; i <= n; i++) {
			is_not = sub(/^!/, "", part[i])
			if (split(part[i], pair, "=") == 2 && (pair[1] == status) != is_not)
				is_end = pair[2] == "return"
		}
		return is_end
	}
	# The _minimal modules of mdns say UNAVAIL to every name outside of .local, others NOTFOUND.
	function comes_too_early(word,    name) {
		name = name_of(word)
		if (name ~ /^(resolve|dns|wins|mdns|mdns4|mdns6)$/) return 1
		return ends_on(word, name ~ /^mdns[46]?_minimal$/ ? "unavail" : "notfound")
	}
	function place_of(body,    rest, at, word) {
		rest = body; at = 1; after_files = 0
		while (next_word(rest)) {
			word = substr(rest, RSTART, RLENGTH)
			if (comes_too_early(word))
				return after_files ? after_files : at + RSTART - 1
			at += RSTART + RLENGTH - 1
			rest = substr(rest, RSTART + RLENGTH)
			if (name_of(word) == "files" && !after_files) after_files = at
		}
		return after_files ? after_files : 1
	}
	function without(body) {
		gsub(/[ \t]+qemuvm([ \t]*\[[^]]*\])?/, "", body)
		return body
	}
	function is_right(body,    rest, word) {
		rest = body
		while (next_word(rest)) {
			word = substr(rest, RSTART, RLENGTH)
			rest = substr(rest, RSTART + RLENGTH)
			if (name_of(word) == "qemuvm")
				return ends_on(word, "notfound") && ends_on(word, "tryagain") && \
					!ends_on(word, "unavail")
			if (comes_too_early(word)) return 0
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

# And back: lines that are as we left them become what they were; from others our words go.
put_back_lines() {
	local line i
	while IFS= read -r line || [ -n "$line" ]; do
		for i in "${!hosts_after[@]}"; do
			[ "$line" = "${hosts_after[i]}" ] || continue
			[ -z "${hosts_before[i]}" ] || printf '%s\n' "${hosts_before[i]#+}"
			continue 2
		done
		printf '%s\n' "$line" | remove_words
	done
}

# note_lines OLD NEW: the lines that differ, for the record. What we changed before, and is so still,
# stays noted as it was at first.
note_lines() {
	local old new before=() after=() i
	while IFS= read -r new <&4; do
		old=
		! IFS= read -r old <&3 && [ -z "$old" ] || old=+$old
		if [ "$old" != "+$new" ]; then
			before+=("$old")
			after+=("$new")
			continue
		fi
		for i in "${!hosts_after[@]}"; do
			[ "${hosts_after[i]}" != "$new" ] || {
				before+=("${hosts_before[i]}")
				after+=("$new")
			}
		done
	done 3<"$1" 4<"$2"
	# Somebody else edited our line: --uninstall still takes our words off it.
	[ ${#after[@]} != 0 ] || return 0
	hosts_before=("${before[@]}")
	hosts_after=("${after[@]}")
}

# plan_nsswitch FILTER: what the file should be, into $work/nsswitch.conf.
plan_nsswitch() {
	local file=$DESTDIR$SYSCONFDIR/nsswitch.conf new=$work/nsswitch.conf
	[ -z "$no_nsswitch" ] || return 0
	[ -e "$file" ] || {
		say "$file does not exist: nothing to edit"
		return 0
	}
	"$1" <"$file" >"$new" || die "$file cannot be read: nothing was changed"
	[ "$1" != add_words ] || note_lines "$file" "$new"
	# awk ends the last line, also if the file does not.
	[ -z "$(tail -c 1 "$file")" ] || truncate -s -1 "$new"
}

edit_nsswitch() {
	local file new=$work/nsswitch.conf
	# A link (authselect) is followed: its target is what glibc reads.
	file=$(readlink -f "$DESTDIR$SYSCONFDIR/nsswitch.conf")
	[ -e "$new" ] && ! cmp -s "$file" "$new" || return 0
	did "change $file:"
	diff -U0 "$file" "$new" | sed -n '/^[-+][^-+]/p'
	[ -z "$dry_run" ] || return 0
	save "$file"
	replace_text "$file" "$new" || fail "$file cannot be replaced"
	say "$file: changed as shown"
}

# replace_text FILE NEW: with the mode, the owner and the security context of what it replaces.
replace_text() {
	local temporary
	temporary=$(mktemp "$1.XXXXXX") || return
	cp --preserve=all "$1" "$temporary" && cat "$2" >"$temporary" && mv -fT "$temporary" "$1" && return
	rm -f "$temporary"
	return 1
}

tell_of_ssh() {
	local config=$SYSCONFDIR/ssh/ssh_config
	[ -z "$no_ssh" ] && [ -e "$config" ] || return 0
	grep -qiE '^[[:space:]]*include[[:space:]].*ssh_config\.d/' "$config" ||
		say "ssh does not read $SYSCONFDIR/ssh/ssh_config.d: put \"Include $SYSCONFDIR/ssh/ssh_config.d/*.conf\" at the top of $config"
}

tell_of_nscd() {
	[ -S /run/nscd/socket ] || [ -S /var/run/nscd/socket ] || return 0
	say 'nscd runs: restart it; it resolves as its own user, who does not see your VMs'
}

# What somebody changed below /etc stays, and so does any qemuvm.conf that was there before us. The
# record keeps what we put there once, so that --uninstall sees the change, too.
plan_configuration() {
	local path=$1 old=${old_sum[$1]:-}
	[[ $path = "$SYSCONFDIR"/* ]] && [ -e "$DESTDIR$path" ] || return 0
	[ -n "$old" ] || [ "$path" = "$SYSCONFDIR/qemuvm.conf" ] || return 0
	[ "$(sum_of "$DESTDIR$path")" != "$old" ] || return 0
	[ -z "$old" ] || [ "$old" = "${new_sum[$path]}" ] ||
		say "$DESTDIR$path was changed: it stays, though the new version has another"
	stays[$path]=yes
	unset "new_sum[$path]"
	[ -z "$old" ] || new_sum[$path]=$old
}

make_runtime_directory() {
	local folder mode=755
	for folder in "$RUNTIME_DIRECTORY" "$RUNTIME_DIRECTORY/cache"; do
		if [ ! -d "$folder" ]; then
			did "make $folder"
			[ -n "$dry_run" ] || {
				undo_with rmdir "$folder"
				install -d -m "$mode" -o root -g root "$folder" || fail "$folder cannot be made"
			}
		fi
		mode=700
	done
}

install_all() {
	local path stage=$work/stage staged=()
	local -A stays=()
	check_root
	read_record
	install_packages build
	if [ -n "$dry_run" ] && ! { command -v make && command -v "${CC:-cc}"; } >/dev/null; then
		say "would build, and put what was built below $PREFIX and $SYSCONFDIR (each file is named once the packages are there)"
		plan_nsswitch add_words
		edit_nsswitch
		return
	fi
	build_stage
	while IFS= read -r path; do
		new_sum[$path]=$(sum_of "$stage$path")
		staged+=("$path")
	done < <(cd "$stage" && find . -type f | sed 's/^\.//' | sort)
	check_packages "${staged[@]}"
	check_loader "${staged[@]}"
	check_writable "${staged[@]}" "${!old_sum[@]}" "$RECORD" "$SYSCONFDIR/nsswitch.conf"
	for path in "${staged[@]}" "$RECORD"; do
		note_folders "$(dirname "$path")"
	done
	for path in "${staged[@]}"; do
		plan_configuration "$path"
	done
	plan_nsswitch add_words

	begin_record
	for path in "${staged[@]}"; do
		[ -n "${stays[$path]:-}" ] || put_file "$stage$path" "$path"
	done
	for path in "${!old_sum[@]}"; do
		[ -n "${new_sum[$path]:-}" ] || remove_file "$path"
	done
	edit_nsswitch
	remove_empty_folders
	[ -n "$DESTDIR" ] || make_runtime_directory
	[ -n "$dry_run" ] || {
		write_record "$work/record"
		put_file "$work/record" "$RECORD"
	}
	trap 'exit 1' INT TERM HUP
	undo=()
	if [ "$changes" = 0 ]; then
		say 'all is there already: nothing to change'
	elif [ -z "$dry_run" ]; then
		say "installed below $PREFIX; $RECORD says what was put where"
		[ -n "$DESTDIR" ] || ldconfig
	fi
	[ -z "$DESTDIR" ] && [ -z "$dry_run" ] || return 0
	tell_of_ssh
	tell_of_nscd
	say 'this is what qemuvm doctor says:'
	"$PREFIX/bin/qemuvm" doctor || true
}

# First of all a record of what was there and what will be, so that --uninstall can clean up behind a
# run that was killed.
begin_record() {
	local path added=()
	[ -z "$dry_run" ] || return 0
	for path in "${!old_sum[@]}"; do
		[ -z "${new_sum[$path]:-}" ] || continue
		new_sum[$path]=${old_sum[$path]}
		added+=("$path")
	done
	write_record "$work/record.begun"
	put_file "$work/record.begun" "$RECORD"
	for path in "${added[@]}"; do
		unset "new_sum[$path]"
	done
}

# What to do with a recorded file: "remove", "stay WHY" or "move" (out of the way).
fate_of() {
	local target=$DESTDIR$1 owned
	owned=$(packages_of "$1" | head -n 1)
	if [ -n "$owned" ]; then
		echo "stay belongs to the package ${owned%% *} now"
	elif [ "$(sum_of "$target")" = "${old_sum[$1]}" ]; then
		echo remove
	elif [ "$1" = "$SYSCONFDIR/qemuvm.conf" ]; then
		echo stay was changed
	elif [[ $1 = "$SYSCONFDIR"/* ]]; then
		echo move
	else
		echo remove
	fi
}

# Changed by somebody, but of no use without the rest: readers of these folders pass over .bak.
move_away() {
	local target=$DESTDIR$1
	did "move $target to $target.bak, since it was changed"
	[ -z "$dry_run" ] || return 0
	mv -f "$target" "$target.bak" && say "$target was changed: it is $target.bak now"
}

remove_one() {
	local fate
	[ -e "$DESTDIR$1" ] || return 0
	fate=$(fate_of "$1")
	case $fate in
	'stay '*) say "$DESTDIR$1 ${fate#stay }: it stays" ;;
	move) move_away "$1" ;;
	*)
		did "remove $DESTDIR$1"
		[ -n "$dry_run" ] || rm -f "$DESTDIR$1"
		;;
	esac
}

without_record() {
	local folder
	while read -r folder; do
		[ -e "$DESTDIR$folder/$MODULE" ] || continue
		die "$DESTDIR$folder/$MODULE was not put there by install.sh ($RECORD does not exist): remove the package that brought it, or \"make uninstall\""
	done < <(loader_folders)
	say "nothing is installed ($RECORD does not exist)"
}

# Goes on behind a step that fails, and keeps the record then: a second run does the rest.
uninstall_all() {
	local path bad=
	check_root
	read_record
	if [ -z "$old_prefix" ]; then
		without_record
		return
	fi
	[ -z "$prefix_given" ] || [ "$PREFIX" = "$old_prefix" ] ||
		die "$RECORD says that it is installed below $old_prefix, not $PREFIX"
	check_writable "${!old_sum[@]}" "$RECORD" "$SYSCONFDIR/nsswitch.conf"
	# First, so that no look-up is sent to a module that is gone.
	[ ${#hosts_after[@]} = 0 ] || plan_nsswitch put_back_lines
	edit_nsswitch
	undo=()
	while IFS= read -r path; do
		remove_one "$path" || bad=yes
	done < <(printf '%s\n' "${!old_sum[@]}" | sort)
	if [ -z "$DESTDIR" ] && [ -d "$RUNTIME_DIRECTORY/cache" ]; then
		did "remove $RUNTIME_DIRECTORY/cache"
		[ -n "$dry_run" ] || rm -r "$RUNTIME_DIRECTORY/cache" || bad=yes
	fi
	[ -n "$dry_run" ] || [ -n "$DESTDIR" ] || {
		# Sockets of virtual machines that run stay.
		rmdir "$RUNTIME_DIRECTORY" 2>/dev/null
		ldconfig
	}
	[ -z "$bad" ] || die "not all could be removed: run \"$0 --uninstall\" again"
	did "remove $DESTDIR$RECORD"
	[ -z "$dry_run" ] || return 0
	rm -f "$DESTDIR$RECORD" || die "$DESTDIR$RECORD cannot be removed"
	remove_empty_folders
	[ -z "$packages" ] || say "packages that were installed for the build stay: $packages"
	say 'qemuvm is gone'
}

demo() {
	[ "$(id -u)" = 0 ] || die "the demo makes network namespaces: run it as root (sudo $0 --demo)"
	install_packages build guest
	make -s -j"$(nproc)" B="$work/build" || die 'the build failed'
	QEMUVM_BUILD=$work/build tests/guest/demo
}

main() {
	parse_options "$@"
	[[ -z $DESTDIR || $DESTDIR = /* ]] || DESTDIR=$PWD/$DESTDIR
	DESTDIR=${DESTDIR%/}
	cd "$(dirname "$0")" || exit
	work=$(mktemp -d) || die 'no temporary folder can be made'
	trap 'rm -rf "$work"' EXIT
	trap 'fail interrupted' INT TERM HUP
	case $action in
	install) install_all ;;
	uninstall) uninstall_all ;;
	demo) demo ;;
	esac
}

main "$@"
