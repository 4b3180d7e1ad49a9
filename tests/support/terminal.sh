# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# For suites that type into a shell on a terminal: when it may be typed. The shell writes its pid to
# $world/shell.pid.
# shellcheck disable=SC2154 # world: of who sources this

# rest: until the shell waits for a key: asleep, without a child at work, and not woken for a while.
rest() {
	local pid seen before='' still=0
	until pid=$(cat "$world/shell.pid" 2>/dev/null) && [ -n "$pid" ]; do sleep 0.02; done
	for _ in $(seq 500); do
		sleep 0.02
		seen=$(grep -E '^(State|voluntary_ctxt)' "/proc/$pid/status" 2>/dev/null) || return
		if [ "$seen" = "$before" ] && [[ $seen == *S\ \(sleeping\)* ]] && ! pgrep -P "$pid" >/dev/null; then
			[ $((++still)) -lt 10 ] || return 0
		else
			still=0
		fi
		before=$seen
	done
}
