#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What a mistake or an attack brings at the ssh helper: one clear line, no hang, nothing left behind.
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/../cache/lib.sh"
begin_cache_world "$@"
need_commands ssh socat script
helper=$build/ssh-helper
printf 'wait_s = 0\n' >"$world/conf"

# A server of ssh's, as far as its first line goes, at an address of the VM "web".
ip netns add guest
ip link add to-guest type veth peer name eth0 netns guest
ip link set to-guest master br0 up
ip -n guest addr add 10.66.0.5/24 dev eth0
ip -n guest link set eth0 up
ip netns exec guest socat TCP-LISTEN:22,fork,reuseaddr SYSTEM:'echo SSH-2.0-there; sleep 5' >/dev/null 2>&1 &
start_agent web accept read-request reply "$(interfaces 10.66.0.5)" close loop
for _ in $(seq 50); do
	ip netns exec guest socat -u OPEN:/dev/null TCP:127.0.0.1:22 2>/dev/null && break
	sleep 0.1
done

# says STATUS TITLE PATTERN COMMAND...: its status, and its one line on standard error.
says() {
	local want=$1 title=$2 pattern=$3 text status=0
	shift 3
	# Its output is a pipe, as ssh's is without descriptor passing.
	text=$({
		timeout 20 "$@" </dev/null | cat >/dev/null
		exit "${PIPESTATUS[0]}"
	} 2>&1) || status=$?
	check_equal "$title: the status" "$want" "$status"
	check_match "$title: the words" "$pattern" "$text"
	check_equal "$title: in one line" 1 "$(printf '%s\n' "$text" | wc -l)"
	check_no_match "$title: nothing raw" $'[\x01-\x08\x0b-\x1f]' "$text"
}
first_line() { timeout 20 "$@" </dev/null 2>/dev/null | head -n 1 | tr -d '\r'; }

check_equal 'the server is reached' SSH-2.0-there "$(first_line "$helper" connect web 22)"
check_equal 'by its whole name' SSH-2.0-there "$(first_line "$helper" connect web.vm 22)"

# shellcheck disable=SC2016 # they are not to be expanded
hostile=('$(touch pwned)' ';touch pwned' '`touch pwned`' '|touch pwned' '-oProxyCommand=touch pwned' '--explain' '../web' '/etc/passwd'
	$'web\ntouch pwned' $'web\e[31m' '' 'a b' "$(printf 'x%.0s' {1..300})" "we'b" 'web"' $'\xff\xfe' '%h' '*')
for name in "${hostile[@]}"; do
	title=$(printf '%q' "${name:0:24}")
	text=$(timeout 20 "$helper" connect -- "$name" 22 2>&1 >/dev/null </dev/null)
	status=$?
	check_match "connect $title: refused" '^[12]$' "$status"
	check_no_match "connect $title: nothing raw" $'[\x01-\x08\x0b-\x1f\x80-\xff]' "$text"
	check_at_most "connect $title: few words" 5 "$(wc -l <<<"$text")"
	check_no_match "match $title: no VM" '^0$' "$("$helper" match "$name" >/dev/null 2>&1; echo $?)"
	check_equal "host-keys $title: nothing" '' "$("$helper" host-keys "$name" "$name" NONE 2>/dev/null)"
	# What ssh itself makes of it, through the drop-in.
	sed "s|/usr/libexec/qemuvm/ssh-helper|$helper|" "$build/40-qemuvm.conf" >drop-in
	timeout 20 ssh -F drop-in -o BatchMode=yes -o ConnectTimeout=1 -- "$name" true >/dev/null 2>&1 </dev/null
	check_status "ssh $title: runs nothing" 1 test -e pwned
done

# ssh asks this of every host without a dot, so it is quick: whatever the templates, one look at all processes.
strace -qq -e trace=openat -o calls "$helper" match nosuch
check_equal 'match of a foreign name: one scan of /proc' 1 "$(grep -c '"/proc", .*O_DIRECTORY' calls)"
strace -qq -e trace=connect -o calls "$helper" match nosuch
check_equal 'and nobody is asked' 0 "$(grep -c connect calls)"

for port in 0 65536 -1 abc 22x '' ' 22' 99999999999999999999; do
	says 1 "port '$port'" 'port' "$helper" connect web "$port"
done
says 1 'no such VM' 'nosuch: no such VM' "$helper" connect nosuch 22
says 1 'a port on which nobody listens' 'web.*port 2222' "$helper" connect web 2222
check_match 'usage' 'usage: ssh-helper connect' "$("$helper" connect web 2>&1)"
check_status 'usage: the status' 2 "$helper" frobnicate
check_status '--help' 0 "$helper" --help

for where in /dev/tty /dev/null /dev/full '&-'; do
	check_match "by hand, stdout being $where" 'web: only ssh can run this' \
		"$(timeout 20 script -qec "timeout 5 $helper connect web 22 >$where" /dev/null </dev/null)"
done
check_match 'a closed stdin' 'web: only ssh can run this' "$(timeout 20 sh -c "$helper connect web 22 <&- 2>&1 | cat")"
for _ in $(seq 50); do
	pgrep -x ssh-helper >/dev/null || break
	sleep 0.1
done
check_equal 'no helper is left' '' "$(pgrep -x ssh-helper)"
finish
