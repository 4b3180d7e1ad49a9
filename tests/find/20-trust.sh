#!/bin/bash
# SPDX-License-Identifier: MIT
# Whose VMs count: alice looks, mallory lies in wait, root has VMs of his own.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/lib.sh"
begin_world "$@"

ALICE=4711
MALLORY=4712
alice=(setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups)
mallory=(setpriv --reuid "$MALLORY" --regid "$MALLORY" --clear-groups)
as_alice() { "${alice[@]}" env "QEMUVM_CONFIG=$QEMUVM_CONFIG" "$@"; }

# check_refused TITLE NAME PATTERN: alice gets no VM of that name, and is told why.
check_refused() {
	local text status=0
	text=$(as_alice "$world/qemuvm" ip "$2" 2>&1) || status=$?
	check_equal "$1: no VM" 3 "$status"
	check_match "$1: why" "$3" "$text"
}

# check_found TITLE NAME: alice gets it, though nobody knows its address.
check_found() {
	check_status "$1" 1 as_alice "$world/qemuvm" ip "$2"
}

mkdir open of_alice of_mallory leases
chmod 1777 open
chown "$ALICE" of_alice
chown "$MALLORY" of_mallory
mapfile -t aport < <(port a)
printf 'socket = %s/open/%%s.qga\nlease = %s/leases/*\nlease = %s/open/*.leases\n' \
	"$world" "$world" "$world" >conf

start "${alice[@]}" qemu-system-x86_64 -name own
await_qemus
check_found "the caller's own VM counts" own
check_equal "a user's VM is none for root" 3 "$(qemuvm ip own 2>/dev/null; echo $?)"

start "${mallory[@]}" qemu-system-x86_64 -name hers
await_qemus
check_refused "a stranger's VM" hers 'no such VM|not trusted'
check_no_match 'is not listed' hers "$(as_alice "$world/qemuvm" list 2>&1)"
printf 'trusted_users = %s\n' "$MALLORY" >trusting
check_status 'unless the configuration trusts its user and something supports it' 3 \
	env QEMUVM_CONFIG="$world/trusting" "${alice[@]}" "$world/qemuvm" ip hers

start "${mallory[@]}" qemu-system-x86_64 -name shared
start "${alice[@]}" qemu-system-x86_64 -name shared
await_qemus
check_found "a stranger's VM does not make a name ambiguous" shared

# Root's VM: alice cannot see what it executes.
start_qemu -name closed -chardev "socket,id=a,path=$world/closed.sock,server=on,wait=off" "${aport[@]}"
await_qemus
check_refused "root's VM that nothing supports" closed 'nor a lease confirms'
chmod 666 closed.sock
check_found 'supported by who listens on its socket' closed
start_qemu -name ours -chardev "socket,id=a,path=$world/ours.sock,server=on,wait=off" "${aport[@]}"
start "${alice[@]}" qemu-system-x86_64 -name ours
await_qemus
chmod 666 ours.sock
check_equal "the caller's own and root's VM of one name are both listed" 2 \
	"$(as_alice "$world/qemuvm" list --json | jq '[.[] | select(."vm-id" == "ours")] | length')"
check_match "the caller's own comes before root's" 'no guest agent socket' \
	"$(as_alice "$world/qemuvm" ip ours 2>&1)"

mapfile -t leased < <(tap tap0 52:54:00:66:00:05)
start_qemu -name leased "${leased[@]}"
await_qemus
check_refused "root's VM before it has a lease" leased 'nor a lease confirms'
printf '0 52:54:00:66:00:05 10.66.0.5 leased *\n' >leases/dnsmasq.leases
check_equal 'supported by a lease that root wrote' 10.66.0.5 \
	"$(as_alice "$world/qemuvm" ip leased)"

# A set-uid program that anybody may start, with arguments of mallory's choice.
cp "$build/tests/pretend" pretend
cp pretend pretend-whole
chmod 4755 pretend pretend-whole
"${mallory[@]}" "$build/tests/scripted_agent" "$world/of_mallory/trap.sock" accept hold loop &
for program in pretend pretend-whole; do
	(exec -a /usr/bin/qemu-system-x86_64 "${mallory[@]}" bash -c \
		'exec -a /usr/bin/qemu-system-x86_64 "$@"' bash "$world/$program" -name "$program" \
		-chardev "socket,id=a,path=$world/of_mallory/trap.sock,server=on,wait=off" \
		"${aport[@]}" -nic tap,mac=52:54:00:66:00:66) &
done
await_qemus
check_equal 'both run as root' 'pretend pretend-whole' "$(
	for process in /proc/[0-9]*; do
		! grep -qsP '^Uid:\t\d+\t0\t' "$process/status" ||
			tr '\0' '\n' <"$process/cmdline" | sed -n '/^-name$/{n;p}'
	done | grep pretend | sort | paste -sd ' '
)"
check_refused 'a set-uid program that knows its starter' pretend 'no such VM|not trusted'
check_refused 'one that has forgotten him' pretend-whole 'nor a lease confirms'
check_equal 'and for root neither is QEMU' '3 3' \
	"$(qemuvm ip pretend 2>/dev/null; printf '%s ' $?; qemuvm ip pretend-whole 2>/dev/null; printf %s $?)"

# A planted lease, in a place where mallory can write, or of hers.
"${mallory[@]}" bash -c "echo '0 52:54:00:66:00:66 10.66.0.66 pretend-whole *' >open/dnsmasq.leases"
check_refused "a lease of the stranger's" pretend-whole 'nor a lease confirms'
chown 0:0 open/dnsmasq.leases
check_refused "root's, in a folder where others write" pretend-whole 'nor a lease confirms'
cp open/dnsmasq.leases leases/hers.leases
chown "$MALLORY" leases/hers.leases
check_refused "the stranger's, in root's folder" pretend-whole 'nor a lease confirms'
ln -s ../open/dnsmasq.leases leases/link.leases
check_refused 'a link that leads out' pretend-whole 'nor a lease confirms'

# Sockets in a folder where everybody makes entries.
"${mallory[@]}" "$build/tests/scripted_agent" "$world/open/squat.qga" accept hold loop &
await_qemus
chmod 666 open/squat.qga
check_refused 'a squatted socket' squat 'not trusted'
start_qemu -name victim -chardev "socket,id=a,path=$world/open/victim.qga,server=on,wait=off" "${aport[@]}"
await_qemus
chmod 666 open/victim.qga
check_found "root's own socket there counts" victim
"${mallory[@]}" ln -s victim.qga open/astray.qga
check_refused 'a link of hers to it does not' astray 'no such VM'

# In a set-uid program its caller chose everything but root's own.
cp qemuvm setuid-qemuvm
chmod 4755 setuid-qemuvm
check_equal "the caller's own VM is none for a set-uid program" 3 \
	"$(as_alice "$world/setuid-qemuvm" ip own 2>/dev/null; echo $?)"
check_no_match 'nor does his configuration count there' 'nonsense' \
	"$(echo nonsense >of_alice/conf; "${alice[@]}" env QEMUVM_CONFIG="$world/of_alice/conf" \
		"$world/setuid-qemuvm" ip own 2>&1)"

# What was passed over, and why.
as_alice "$world/qemuvm" doctor >of_alice/doctor
check_match "doctor tells of strangers' VMs" 'skipped +VM: . .process [0-9]+. of .*not trusted' "$(cat of_alice/doctor)"
check_match 'of what nothing supports' 'skipped +VM: pretend-whole .*nor a lease' "$(cat of_alice/doctor)"
check_match 'of lease files that do not count' 'skipped +leases: .*hers.leases: ignored' \
	"$(cat of_alice/doctor)"
check_match 'of names that two bear' 'name: "ours" is a name of ours .* and of ours' "$(cat of_alice/doctor)"
check_match "and root that a user's VMs are the user's" 'skipped +VM: . .process [0-9]+. of .*without sudo' "$(qemuvm doctor)"
finish
