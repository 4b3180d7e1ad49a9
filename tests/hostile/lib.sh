# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the suites about attacks share: the machine of their own of tests/find/lib.sh, with the users
# alice, who looks, and mallory, who attacks; glibc asks the module. Attackers are real processes, in
# real namespaces where that is what the attack needs.

# shellcheck source=tests/find/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../find/lib.sh"

# shellcheck disable=SC2034 # all that is not used here the scripts use
ALICE=4711 MALLORY=4712
alice=(setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups)
# shellcheck disable=SC2034
mallory=(setpriv --reuid "$MALLORY" --regid "$MALLORY" --clear-groups)

# The budget of a lookup and the 50 ms that it may take longer; a process that starts and ends, on a
# machine that does something else as well.
# shellcheck disable=SC2034
BUDGET_MS=1000 LATE_MS=50

begin_hostile_world() {
	begin_world "$@"
	need_commands getent strace
	# A checkout below /tmp stays where it is.
	mkdir -m 700 checkout
	mount --bind "$checkout" checkout
	mount -t tmpfs -o mode=1777 tmpfs /tmp
	mkdir -p "$checkout"
	mount --bind "$world/checkout" "$checkout"
	mkdir -m 755 /run/qemuvm /run/user etc lib
	mkdir -m 1777 of_mallory
	cp "$build/libnss_qemuvm.so.2" lib
	cp "$build/ssh-helper" .
	export LD_LIBRARY_PATH=$world/lib
	printf 'hosts: files qemuvm [!UNAVAIL=return]\n' >etc/nsswitch.conf
	printf '127.0.0.1 localhost\n' >etc/hosts
	mount --bind etc/nsswitch.conf /etc/nsswitch.conf
	mount --bind etc/hosts /etc/hosts
	# shellcheck disable=SC2034
	mapfile -t aport < <(port a)
	# The lookups that everybody's programs make: a name of ours that is no VM's, and any word that is
	# given to ssh, by root and by any user.
	lookups=("getent ahosts nosuch.vm" "$world/ssh-helper match nosuch"
		"${alice[*]} getent ahosts nosuch.vm" "${alice[*]} $world/ssh-helper match nosuch")
}

helper() { "$world/ssh-helper" "$@"; }
as_alice() { "${alice[@]}" "$@"; }

# disguise PROGRAM: one of tests/support, looking like QEMU to whoever asks what is executed; its path.
disguise() {
	mkdir -p "$world/$1"
	[ -e "$world/$1/qemu-system-x86_64" ] || cp "$build/tests/$1" "$world/$1/qemu-system-x86_64"
	printf '%s\n' "$world/$1/qemu-system-x86_64"
}

# attack COMMAND...: in the background; waits until it prints "ready". $attacker is its pid.
attack() {
	: >"$world/attack"
	"$@" >>"$world/attack" 2>"$world/attack.errors" </dev/null &
	attacker=$!
	for _ in $(seq 500); do
		! grep -q ready "$world/attack" || return 0
		kill -0 "$attacker" 2>/dev/null || break
		sleep 0.02
	done
	fail "the attack begins: $*" "$(cat "$world/attack.errors")"
}

# await_name PID NAME: until the process executes what it was started for, with that name among its
# arguments; a program that starts another one has it, too.
await_name() {
	for _ in $(seq 500); do
		[[ $(readlink "/proc/$1/exe") != @(*/qemu-system-*|$world/*) ]] || ! tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | grep -qxF -e "$2" || return 0
		sleep 0.02
	done
	fail "process $1 shows the name $2"
}

# await_exec PID: until the process executes what looks like QEMU.
await_exec() {
	for _ in $(seq 500); do
		[[ $(readlink "/proc/$1/exe") != */qemu-system-* ]] || return 0
		sleep 0.02
	done
	fail "process $1 executes it"
}

# end PID...: and nothing is printed of it.
end() {
	kill -KILL "$@"
	wait "$@" 2>/dev/null
}

# start_agent SOCKET ADDRESS: an agent behind the socket, whose guest has that address.
start_agent() {
	"$build/tests/scripted_agent" "$1" accept read-request reply "$(interfaces "$2")" close loop >"$world/agent.ready" &
	# It may not have been opened yet.
	: >>"$world/agent.ready"
	# shellcheck disable=SC2034 # the scripts use it
	started=$!
	until grep -q ready "$world/agent.ready"; do sleep 0.01; done
}

# interfaces ADDRESS: what a guest with that address says.
interfaces() {
	printf '[{"name": "eth0", "ip-addresses": [{"ip-address": "%s", "ip-address-type": "ipv4", "prefix": 24}]}]' "$1"
}

address_of() {
	getent ahosts "$1" | awk '{print $1; exit}'
}

# code_of NAME: what getaddrinfo() says.
code_of() {
	"$build/tests/look_up" codes "$1" 2>&1 | head -n 1
}

# ends COMMAND...: within GIVE_UP_MS; its output is in $output, its status in $status. What hangs in
# the kernel cannot be killed: it is left behind, and ends with the attack.
GIVE_UP_MS=2000
ends() {
	local until pid
	until=$(($(now_ms) + GIVE_UP_MS))
	"$@" >"$world/output.of" 2>&1 </dev/null &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		if [ "$(now_ms)" -gt "$until" ]; then
			kill -KILL "$pid"
			disown "$pid"
			output='(it hangs)' status=hangs
			return 1
		fi
		sleep 0.005
	done
	wait "$pid"
	status=$?
	# shellcheck disable=SC2034 # the scripts look at it
	output=$(<"$world/output.of")
}

# calls_of NAME: each system call that a lookup of it makes, as "CALL N": the Nth of that name in the
# whole program `look_up marked`, as strace counts to inject an error.
calls_of() {
	strace -o "$world/calls" "$build/tests/look_up" marked "$1" >/dev/null 2>&1
	awk -F'(' '/^[a-z]/ { count[$1]++ } /^getppid/ { marks++; next } marks == 1 { print $1, count[$1] }' "$world/calls"
}

# code_failing CALL N ERROR NAME: what the lookup gives if that call fails so.
code_failing() {
	timeout -s KILL 10 strace -o "$world/failing" -e trace="$1" -e inject="$1:error=$3:when=$2" \
		"$build/tests/look_up" marked "$4" 2>&1
}

# quickest_ms COUNT COMMAND...: the least that it took, into $took_ms.
quickest_ms() {
	local count=$1 start i
	shift
	took_ms=999999
	for ((i = 0; i < count; i++)); do
		start=$(now_ms)
		ends "$@" || return 0
		start=$(($(now_ms) - start))
		[ "$start" -ge "$took_ms" ] || took_ms=$start
	done
}

# measure_lookups: how long each takes, in ms, into the array that has the name.
measure_lookups() {
	local -n into=$1
	local lookup
	into=()
	for lookup in "${lookups[@]}"; do
		# shellcheck disable=SC2086 # a command and its arguments
		quickest_ms "${2:-3}" $lookup
		into+=("$took_ms")
	done
}

# check_lookups TITLE: under attack they take at most 1.2 times of what they took before ($before_ms,
# an array) and 10 ms, the machine's own noise.
check_lookups() {
	local -a now_ms_of
	local i
	measure_lookups now_ms_of
	for i in "${!lookups[@]}"; do
		# shellcheck disable=SC2154 # the script's
		check_at_most "$1: ${lookups[$i]/setpriv*groups/alice:}, in ms" $((before_ms[i] * 12 / 10 + 10)) "${now_ms_of[$i]}"
	done
}
