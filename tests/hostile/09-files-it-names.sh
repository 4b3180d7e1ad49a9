#!/bin/bash
# SPDX-License-Identifier: MIT
# No file, socket or folder that a stranger's process names is touched.
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
mknod -m 666 fuse c 10 229
mkdir of_mallory/mount
chown "$MALLORY" of_mallory/mount

"${mallory[@]}" sh -c "printf '[name]\n  guest = \"trap\"\n' >$world/of_mallory/conf"
"${mallory[@]}" "$build/tests/scripted_agent" --log "$world/of_mallory/log" "$world/of_mallory/sock" accept hold loop >/dev/null &
qemu=$(disguise pretend)
"${mallory[@]}" "$qemu" -name trap -readconfig "$world/of_mallory/conf" \
	-chardev "socket,id=a,path=$world/of_mallory/sock,server=on,wait=off" "${aport[@]}" \
	-monitor "unix:$world/of_mallory/sock,server=on,wait=off" \
	-drive "file=$world/of_mallory/disk,if=none" &
await_name $! trap
for command in "qemuvm list" "qemuvm ip trap" "qemuvm ip nosuch" "ssh-helper match trap" "qemuvm doctor"; do
	# shellcheck disable=SC2086 # a command and its arguments
	strace -f -qq -o trace -e trace=openat,open,connect,stat,lstat,newfstatat,statx,readlink,readlinkat,access,faccessat,faccessat2 \
		"$world/"$command >/dev/null 2>&1
	check_no_match "$command: nothing of a stranger's process is touched" 'of_mallory' "$(grep -v '"/proc/[0-9]*/exe"\|readlinkat\|execve' trace)"
done
check_equal "nobody connected to the stranger's socket" '' "$(cat of_mallory/log)"

# A file system of hers, where an open never ends.
qemu=$(disguise mute_fuse)
MUTE_DEVICE=$world/fuse MUTE_FOLDER=$world/of_mallory/mount MUTE_AT=lookup MUTE_UID=$MALLORY MUTE_OPTIONS=,allow_other \
	attack "$qemu"
"${mallory[@]}" "$(disguise pretend)" -name trap2 -readconfig "$world/of_mallory/mount/file" &
await_name $! trap2
quickest_ms 1 "$world/qemuvm" ip nosuch
check_at_most 'an arguments file that never opens does not hold a lookup up, in ms' $((BUDGET_MS / 2)) "$took_ms"
quickest_ms 1 "$world/qemuvm" list
check_at_most 'nor a list, in ms' $((BUDGET_MS * 2)) "$took_ms"
kill -KILL "$attacker"
finish
