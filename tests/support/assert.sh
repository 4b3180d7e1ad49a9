# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What every test script sources: checks that count. Each prints one line,
# "ok NAME" or "FAILED NAME" with what was seen; NAME is a sentence. A failed
# check does not end the script. `finish` prints the counts line that tests/run
# adds up, and is the last thing that a script calls.

checks_passed=0
checks_failed=0

pass() {
	checks_passed=$((checks_passed + 1))
	printf 'ok %s\n' "$1"
}

# fail NAME [WHAT WAS SEEN]
fail() {
	checks_failed=$((checks_failed + 1))
	printf 'FAILED %s\n' "$1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/       /'
}

# check NAME COMMAND...: it exits with 0.
check() {
	check_status "$1" 0 "${@:2}"
}

# check_status NAME STATUS COMMAND...: it exits with STATUS.
check_status() {
	local name=$1 want=$2 output status=0
	shift 2
	output=$("$@" 2>&1) || status=$?
	if [ "$status" = "$want" ]; then
		pass "$name"
	else
		fail "$name" "exit $status, not $want, of: $*"$'\n'"$output"
	fi
}

# check_equal NAME WANT GOT: the texts are the same.
check_equal() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "wanted: $2"$'\n'"got:    $3"
	fi
}

# check_match NAME PATTERN TEXT: an extended regular expression is found in it.
check_match() {
	if [[ $3 =~ $2 ]]; then
		pass "$1"
	else
		fail "$1" "no match of: $2"$'\n'"in:          $3"
	fi
}

# check_no_match NAME PATTERN TEXT
check_no_match() {
	if [[ $3 =~ $2 ]]; then
		fail "$1" "found: $2"$'\n'"in:    $3"
	else
		pass "$1"
	fi
}

# check_at_most NAME LIMIT VALUE: integers.
check_at_most() {
	if [ "$3" -le "$2" ]; then
		pass "$1 ($3 of at most $2)"
	else
		fail "$1" "$3, more than $2"
	fi
}

# need_commands COMMAND...: one that is missing is a failure and ends the script.
need_commands() {
	local command
	for command in "$@"; do
		command -v "$command" >/dev/null && continue
		fail "the command $command is there"
		finish
	done
}

# skip_without PACKAGE: ends the script if tests/run found that this release of Debian has none.
skip_without() {
	[[ " ${QEMUVM_UNAVAILABLE:-} " != *" $1 "* ]] || {
		printf 'skipped: this release of Debian has no %s\n' "$1"
		finish
	}
}

# Milliseconds since some fixed moment. EPOCHREALTIME has six digits after its
# point, or the comma of a locale.
now_ms() {
	local now=${EPOCHREALTIME/[.,]/}
	printf '%s\n' "${now%???}"
}

# await_round PID: a process that looks at the machine now and then has done so, and rests again.
await_round() {
	local before now still=0
	before=$(grep rchar "/proc/$1/io")
	for _ in $(seq 200); do
		sleep 0.05
		now=$(grep rchar "/proc/$1/io") || return
		if [ "$now" = "$before" ]; then
			still=$((still == 0 ? 0 : still + 1))
			[ "$still" -lt 6 ] || return 0
		else
			still=1
		fi
		before=$now
	done
	return 1
}

# How long a command takes, in ms; its output and status are dropped.
elapsed_ms() {
	local start
	start=$(now_ms)
	"$@" >/dev/null 2>&1 || :
	echo $(($(now_ms) - start))
}

finish() {
	printf '%d passed, %d failed\n' "$checks_passed" "$checks_failed"
	[ "$checks_failed" = 0 ]
	exit
}
