#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The pages have every command, option and key, and no other; and they are well formed.
set -u
checkout=$(cd "$(dirname "$0")/../.." && pwd)
build=${QEMUVM_BUILD:-$checkout/build}
# shellcheck source=tests/support/assert.sh
. "$checkout/tests/support/assert.sh"
need_commands mandoc

pages=("$build"/man/*)
check_equal 'mandoc finds nothing to complain of' '' "$(mandoc -T lint -W warning "${pages[@]}" 2>&1)"
check_no_match 'nothing is left to be filled in' '@[A-Z]+@' "$(cat "${pages[@]}" "$build/40-qemuvm.conf" "$build/qemuvm.conf")"

help=$("$build/qemuvm" --help)
check_equal 'qemuvm(1) has every command and no other' \
	"$(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' <<<"$help" | sort)" \
	"$(sed -n 's/^\.It Cm \([a-z][a-z]*\)$/\1/p' "$checkout/man/qemuvm.1.in" | sort)"
check_equal 'and every option and no other' \
	"$(grep -oE -- '-(-[a-z]+|[0-9])' <<<"$help" | sort -u)" \
	"$(mandoc -T utf8 "$build/man/qemuvm.1" | sed 's/.\x08//g' | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' |
		grep -oE -- '-(-[a-z]+|[0-9])' | sort -u)"
section() { sed -n "/^$1/,/^\.S[hs]/p" "$checkout/man/qemuvm.1.in"; }
check_equal 'and every key of JSON and no other' \
	"$(sed -n 's/.*[a-z_]*(stream, indent, "\([a-z-]*\)".*/\1/p' "$checkout/cli/answer_json.c" | sort)" \
	"$(section '\.Ss JSON' | sed -n 's/^\.It Ql //p' | grep -vx vm-id | sort)"
check_equal 'and every format of export and no other' \
	"$(sed -n 's/^\t{"\([a-z]*\)", "qemuvm\..*/\1/p' "$checkout/cli/export/export.c" | sort)" \
	"$(sed -n '/^\.It Cm export/,/^\.It Cm args/s/^\.It Ql //p' "$checkout/man/qemuvm.1.in" | sort)"
check_equal 'and every exit status and no other' \
	"$(sed -n 's/^\tEXIT_[A-Z_]* = \([0-9]*\),.*/\1/p' "$checkout/cli/command.h")" \
	"$(section '\.Sh EXIT STATUS' | sed -n 's/^\.It //p')"
usage=$("$build/ssh-helper" --help)
words() { grep -oE -- '--[a-z]+|^[a-z-]+' | sort -u; }
# shellcheck disable=SC2001 # a line each
check_equal 'qemuvm-ssh-helper(8) has every verb and option and no other' \
	"$({ sed 's/^usage: ssh-helper //' <<<"$usage"; echo --help; } | words)" \
	"$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$checkout/man/qemuvm-ssh-helper.8.in" |
		sed 's/^\.\(Cm\|Op\|Fl\) //; /^\./d; s/^-\|Fl -/--/g; s/| -/| --/g; /^[A-Z]/d' | words)"
check_equal 'qemuvm.conf(5) has every key and no other' \
	"$(sed -n 's/^#\([a-z_]*\) = .*/\1/p' "$checkout/resolver/qemuvm.conf.in" | sort -u)" \
	"$(sed -n 's/^\.It Cm //p' "$checkout/man/qemuvm.conf.5.in" | tr -d ' ' | tr , '\n' | sort -u)"
defaults=$(sed -n '/default_leases/,/;$/s/^\t"\(.*\)\\n";*$/\1/p' "$checkout/resolver/config/config.c")
check_equal 'qemuvm.conf names the lease files that are looked for' "$defaults" \
	"$(sed -n 's/^#lease = //p' "$checkout/resolver/qemuvm.conf.in")"
check_equal 'and so does its page' "$defaults" "$(sed -n '/^\.It Cm lease/,/^\.It Cm timeout/s/^\//\//p' \
	"$checkout/man/qemuvm.conf.5.in")"
check_equal 'the file that is installed says what the program takes' '' "$(
	sed 's/^#\([a-z_]* = \)/\1/' "$build/qemuvm.conf" >/tmp/conf.$$
	QEMUVM_CONFIG=/tmp/conf.$$ "$build/qemuvm" ip nosuch 2>&1 | grep conf | grep -v trusted_users
	rm -f /tmp/conf.$$
)"
finish
