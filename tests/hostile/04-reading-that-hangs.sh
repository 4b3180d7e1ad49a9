#!/bin/bash
# SPDX-License-Identifier: MIT
# Processes whose command line cannot be read in time: the lock on their memory is held for ever, with
# the help of a file system that does not answer, or it is never free for long.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
mknod -m 666 fuse c 10 229
mkdir of_mallory/mount
chown "$MALLORY" of_mallory/mount

declare -a before_ms
measure_lookups before_ms
start_qemu -name web
await_qemus

qemu=$(disguise mute_fuse)
MUTE_DEVICE=$world/fuse MUTE_FOLDER=$world/of_mallory/mount MUTE_LOCK=1 \
	attack "${mallory[@]}" unshare -Urm "$qemu" -name trap
GIVE_UP_MS=500
ends cat "/proc/$attacker/cmdline"
check_equal 'the attack works: its command line cannot be read' hangs "$status"
GIVE_UP_MS=2000
check_lookups 'a command line that never comes'
ends "$world/qemuvm" ip web
check_equal "root's VM is found beside it" 1 "$status"
ends "$world/qemuvm" list
check_match "root's VM is listed beside it" web "$output"
GIVE_UP_MS=10000
ends "$world/qemuvm" doctor
check_match 'and doctor comes to its end' web "$output"
GIVE_UP_MS=2000
# The file system's server goes first: its process itself cannot end before.
read -r server _ <"/proc/$attacker/task/$attacker/children"
kill -KILL "$server"
end "$attacker"

# It is given as little of the processors as can be, so that what is measured is the lock.
qemu=$(disguise lock_hog)
attack "${mallory[@]}" nice -n 19 "$qemu" -name trap
for lookup in "${lookups[@]}"; do
	# shellcheck disable=SC2086 # a command and its arguments
	quickest_ms 3 $lookup
	check_at_most "a memory lock that is always taken: ${lookup/setpriv*groups/alice:}, in ms" 400 "$took_ms"
done
kill -KILL "$attacker"
wait "$attacker" 2>/dev/null
finish
