#!/bin/bash
# SPDX-License-Identifier: MIT
# What was learned once serves everybody of one user, as long as it is true.
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/lib.sh"
begin_cache_world "$@"

good() { start_agent web accept read-request reply "$(interfaces "$1")" hold loop; }

# Once.
good 10.66.0.5
check_equal 'the agent is asked' 10.66.0.5 "$(address_of web.vm)"
check_equal 'the directory is its owner'\''s alone' '700 0' "$(stat -c '%a %u' "$cache")"
check_equal 'so is the file' '600 0' "$(stat -L -c '%a %u' "$cache/web.vm")"
check_match 'which a person can read' 'vm web.*socket .* /run/qemuvm/web.qga.*claim 10\.66\.0\.5' "$(entry_of web | tr '\n' ' ')"
getent hosts web.vm >/dev/null
address_of web.vm >/dev/null
address_of WEB.VM >/dev/null
check_equal 'and not again, for whichever function and spelling' '1 1' "$(asked web) $(connected web)"
calls=$(strace -f -e trace=connect,sendto getent ahosts web.vm 2>&1)
check_no_match 'what is known costs no connection' '\.qga' "$calls"
check_no_match 'and no question to the kernel' 'RTM_GET(NEIGH|ROUTE|LINK)' "$calls"
check_equal 'the programs share it' 10.66.0.5 "$(qemuvm ip web)"
check_equal 'so does the list' 10.66.0.5 "$(qemuvm list --json | jq -r '.[0]."ip-addresses"[0]')"
check_equal 'the agent was still asked once' 1 "$(asked web)"
check_equal 'who asks for one source asks it' 10.66.0.5 "$(qemuvm ip --source agent web)"
check_equal 'and then it is' 2 "$(asked web)"
forget
timed getent hosts web.vm
check_equal 'getent hosts asks two questions, and the agent one' 3 "$(asked web)"
check_equal 'all hosts have it too' '10.66.0.5 web.vm' "$(getent hosts | tr -s ' ' | grep web)"

calls=$(strace getent ahosts web.vm 2>&1 | sed -n '\|'"$QEMUVM_CONFIG"'|,\|/proc/[0-9]*/stat|p')
check_at_most 'a known name takes a dozen system calls' 14 "$(wc -l <<<"$calls")"
check_no_match 'none of which reads the configuration or the users' "open[^\n]*($QEMUVM_CONFIG|passwd)" "$calls"

# A link that a stranger puts where anybody can.
mount -t tmpfs -o mode=1777 tmpfs /tmp
start_agent db accept read-request reply "$(interfaces 10.66.0.7)" hold loop
check_equal 'a VM is known' 10.66.0.7 "$(address_of db.vm)"
setpriv --reuid 4712 --regid 4712 --clear-groups ln -s /run/qemuvm/db.qga /tmp/aetherscale-qga-prod.sock
check_status "a stranger's link does not lead another name to it" 2 getent hosts prod.vm
stop_agent db
umount /tmp

# As long as it is true.
good 10.66.0.6
check_equal 'a VM that was started again has its new address' 10.66.0.6 "$(address_of web.vm)"
mv /run/qemuvm/web.qga /run/qemuvm/moved.qga
check_status 'a socket that is gone is no VM' 2 getent hosts web.vm
mv /run/qemuvm/moved.qga /run/qemuvm/web.qga
stop_agent web
check_status 'nor is one that was stopped' 2 getent hosts web.vm
good 10.66.0.5
address_of web.vm >/dev/null
kill "${agents[web]}"
wait "${agents[web]}" 2>/dev/null
check_status 'nor one whose socket was left' 2 getent hosts web.vm
good 10.66.0.5
address_of web.vm >/dev/null
ip netns add elsewhere
check_no_match 'another network sees nothing of it' 10.66.0.5 \
	"$(ip netns exec elsewhere env LD_LIBRARY_PATH="$build" strace -e trace=open,openat getent hosts web.vm 2>&1 | tail -1)"
asked=$(asked web)
printf '# another\n' >other
check_equal 'another configuration asks for itself' "10.66.0.5 $((asked + 1))" \
	"$(QEMUVM_CONFIG=$world/other address_of web.vm) $(asked web)"
printf 'cache_s = 1\nstale_s = 0\n' >conf
good 10.66.0.5
address_of web.vm >/dev/null
age 1100
check_equal 'after cache_s it is asked again' '10.66.0.5 2' "$(address_of web.vm) $(asked web)"
printf 'cache_s = 0\nstale_s = 0\n' >conf
forget
check_equal 'a configuration without a cache has none' '10.66.0.5 no' \
	"$(address_of web.vm) $([ -e "$cache" ] && echo yes || echo no)"
: >conf

# A name that leads to another VM now.
good 10.66.0.5
address_of web.vm >/dev/null
start_agent db accept read-request reply "$(interfaces 10.66.0.7)" hold loop
address_of db.vm >/dev/null
ln -sfn "$(readlink "$cache/db.vm")" "$cache/web.vm"
check_equal 'a link to another VM is not followed' 10.66.0.5 "$(address_of web.vm)"

# The clock.
check_equal 'a clock that was set back: what is of the future is not believed' 10.66.0.5 \
	"$(unshare --time --boottime -1000 getent ahosts web.vm | awk '{print $1; exit}')"
check_no_match 'and is replaced' "agent $(sed -n 's/^agent //p' "$cache/db.vm")" \
	"$(unshare --time --boottime -1000 getent ahosts db.vm; cat "$cache/db.vm")"

# Files that are not what they should be. The look-up goes on without them.
check_spoiled() {
	local before
	before=$(asked web)
	check_equal "$1: the agent is asked" "10.66.0.5 $((before + 1))" "$(address_of web.vm) $(asked web)"
	check_equal "$1: and what it said kept" 10.66.0.5 "$(address_of web.vm)"
	if [ "${2:-}" != stays ]; then
		check_equal "$1: the file is replaced" "$((before + 1))" "$(asked web)"
	fi
}
spoil() {
	forget
	address_of web.vm >/dev/null
	file=$cache/$(readlink "$cache/web.vm")
}
spoil
printf 'nonsense\n' >"$file"
check_spoiled 'nonsense'
spoil
# shellcheck disable=SC2238 # a file of that name
head -c 100 "$file" >cut && cat cut >"$file"
check_spoiled 'a file that is cut'
spoil
: >"$file"
check_spoiled 'an empty file'
spoil
sed -i 's/^qemuvm 1/qemuvm 2/' "$file"
check_spoiled 'a later version'
spoil
sed -i 's/10\.66\.0\.5/10.66.0.99/' "$file"
chown 4711 "$file"
check_spoiled "somebody else's file"
spoil
sed -i 's/10\.66\.0\.5/10.66.0.99/' "$file"
chmod 666 "$file"
check_spoiled 'a file that others can write'
spoil
sed -i -e 's/^\(process [0-9]* \)[0-9]*/\11/' -e 's/^proc .*/proc 1 1 1/' "$file"
check_spoiled 'another process'
spoil
sed -i 's/^\(process [0-9]* [0-9]* [0-9]*\) 0/\1 4711/' "$file"
check_spoiled "a stranger's process"
spoil
sed -i 's/^network .*/network 1/' "$file"
check_spoiled 'another network'
spoil
sed -i -E 's/^(answer|agent) [0-9]+/\1 99999999999/' "$file"
check_spoiled 'of the future'
spoil
head -c 100000 /dev/zero | tr '\0' '\n' >>"$file"
check_spoiled 'an entry without end'
spoil
rm "$file"
mkfifo "$file"
check_spoiled 'a pipe in the place of an entry'
spoil
rm "$file"
mkdir "$file"
check_spoiled 'a directory in the place of an entry' stays
rmdir "$file"
spoil
before=$(asked web)
ln -sfn /etc/shadow "$cache/web.vm"
check_equal 'a link out of the directory leads nowhere, and the VM is found as ever' "10.66.0.5 $before" \
	"$(address_of web.vm) $(asked web)"

# The directory.
check_without() {
	check_equal "$1 in the place of the cache: the name is found" 10.66.0.5 "$(address_of web.vm)"
	check_equal "$1 in the place of the cache: the name is found again" 10.66.0.5 "$(address_of web.vm)"
}
forget
mkdir -m 755 "$cache"
check_without 'a directory that others can read'
check_equal 'a cache directory that others can read is not used' '' "$(ls "$cache")"
chmod 700 "$cache"
chown 4711 "$cache"
check_without "another's directory"
check_equal "another user's cache directory is not used" '' "$(ls "$cache")"
forget
mkdir elsewhere
ln -s "$world/elsewhere" "$cache"
check_without 'a symbolic link'
check_equal 'a symbolic link in the place of the cache is not followed' '' "$(ls elsewhere)"
rm "$cache"
: >"$cache"
check_without 'a file in its place'
rm "$cache"
chmod 777 /run/qemuvm
check_without 'a directory that others can write above it, and none'
check_equal 'no cache is made below a directory that others can write' no "$([ -e "$cache" ] && echo yes || echo no)"
chmod 755 /run/qemuvm
mkdir -m 700 "$cache"
mount -t tmpfs -o mode=700,ro tmpfs "$cache"
check_without 'a read-only file system'
umount "$cache"
mount -t tmpfs -o mode=700,size=8k tmpfs "$cache"
head -c 20000 /dev/zero >"$cache/full" 2>/dev/null
check_without 'a full file system'
check_equal 'on a full file system nothing half written stays' '' "$(find "$cache" -name 'new-*' -o -name 'socket-*')"
umount "$cache"
printf 'socket = %s/%%s.qga\n' "$world" >conf
mv /run/qemuvm/web.qga .
rm -rf /run/qemuvm
check_without 'no directory at all'
mkdir -m 755 /run/qemuvm
mv web.qga /run/qemuvm
: >conf

# What ended VMs left is removed.
mkdir -m 700 "$cache"
touch -d '2 hours ago' "$cache/process-1-1" "$cache/new-0" "$cache/socket-1-1"
touch "$cache/process-2-2" "$cache/other.qga"
ln -s process-3-3 "$cache/gone.vm"
address_of web.vm >/dev/null
check_equal 'the remains of VMs that have ended go' 'other.qga process-2-2 web.vm' \
	"$(find "$cache" -mindepth 1 -printf '%f\n' | grep -v '^socket\|^turns' | sort | xargs)"

# Somebody else.
ALICE=4711
mkdir -p /run/user/$ALICE
chown $ALICE /run/user/$ALICE
chmod 700 /run/user/$ALICE
alice=(setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups)
mkdir -m 700 /run/user/$ALICE/qemuvm
chown $ALICE /run/user/$ALICE/qemuvm
"${alice[@]}" "$build/tests/scripted_agent" --log "$world/open.log" "/run/user/$ALICE/qemuvm/hers.qga" \
	accept read-request reply "$(interfaces 10.66.0.8)" hold loop >ready.hers &
: >open.log
chmod 666 open.log
until grep -q ready ready.hers; do sleep 0.01; done
check_equal "a user's VM" 10.66.0.8 "$("${alice[@]}" env LD_LIBRARY_PATH="$build" getent ahosts hers.vm | awk '{print $1; exit}')"
check_equal 'is remembered in a place of hers' "$ALICE" "$(stat -L -c %u "/run/user/$ALICE/qemuvm/hers.vm")"
check_no_match 'and not in that of root' hers "$(ls "$cache")"
forget
cp "$build/qemuvm" set-uid
chmod 4755 set-uid
check_equal 'a set-uid program' 10.66.0.5 "$("${alice[@]}" ./set-uid ip web)"
check_equal 'has no cache' no "$([ -e "$cache" ] && echo yes || echo no)"
finish
