#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The table of qemuvm list on terminals of all widths, and its other forms; waiting and watching.
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/../cache/lib.sh"
begin_cache_world "$@"
need_commands script
export PATH=$world:$PATH

# on_terminal COLUMNS COMMAND: what it prints on a terminal so wide, escape sequences and all.
on_terminal() {
	script -qec "stty cols $1; $2" /dev/null </dev/null | tr -d '\r'
}
# The longest line, without what styles it.
widest() {
	printf '%s\n' "$1" | sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' | awk '{ if (length($0) > n) n = length($0) } END { print n + 0 }'
}

check_equal 'no VM: nothing on stdout' '' "$(qemuvm list 2>/dev/null)"
check_match 'and a word beside it' 'no VM found' "$(qemuvm list 2>&1 >/dev/null)"
check_equal 'and an empty array' '[]' "$(qemuvm list --json | jq -c .)"

many=$(for i in $(seq 20 40); do printf '{"ip-address": "10.66.0.%d", "ip-address-type": "ipv4", "prefix": 24},' "$i"; done)
start_agent web accept read-request reply "$(interfaces 10.66.0.5)" close loop
start_agent many accept read-request reply "[{\"name\": \"eth0\", \"ip-addresses\": [${many%,}]}]" close loop
start_agent a-name-that-is-longer-than-most-of-them accept read-request reply "$(interfaces 10.66.0.6)" close loop
start_qemu -name private -nic user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:2222-:22
start_qemu -name bridged -nic tap,ifname=tap9,script=no,downscript=no,mac=52:54:00:66:00:09
await_qemus

for columns in 20 40 60 80 120 300; do
	shown=$(on_terminal "$columns" "$world/qemuvm list")
	check_at_most "$columns columns hold it" "$columns" "$(widest "$shown")"
	check_equal "$columns columns: a line for each VM" 6 "$(wc -l <<<"$shown")"
done
check_match '20 columns: the best address stays' '10\.66\.0\.5' "$(on_terminal 20 "$world/qemuvm list")"
check_match '80 columns: how many more there are' '10\.66\.0\.[0-9]+ \+1[0-9]' "$(on_terminal 80 "$world/qemuvm list")"
check_match '300 columns: why there is none' 'ssh -p 2222 127\.0\.0\.1' "$(on_terminal 300 "$world/qemuvm list")"
check_match 'a terminal shows styles' $'\e\\[1m' "$(on_terminal 80 "TERM=xterm $world/qemuvm list")"
check_no_match 'NO_COLOR switches styles off' $'\e\\[' "$(on_terminal 80 "TERM=xterm NO_COLOR=1 $world/qemuvm list")"
check_no_match 'a dumb terminal shows no styles' $'\e\\[' "$(on_terminal 80 "TERM=dumb $world/qemuvm list")"
check_no_match 'output that is no terminal has no styles' $'\e' "$(qemuvm list)"
check_match 'the kind of network' 'bridged +- +tap ' "$(qemuvm list)"
check_match 'and how long it is up' 'private +- +user +(<1|[0-9]+) min ' "$(qemuvm list)"
check_equal 'list prints the same VMs in the same order each time' "$(qemuvm list; qemuvm list --json; qemuvm list --plain)" \
	"$(qemuvm list; qemuvm list --json; qemuvm list --plain)"

check_equal '--plain: six fields' 6 "$(qemuvm list --plain | awk -F'\t' '{ print NF }' | sort -u)"
check_equal '--plain: addresses with commas' '10.66.0.5' "$(qemuvm list --plain | awk -F'\t' '$1 == "web" { print $2 }')"
check_equal '--plain: network' user "$(qemuvm list --plain | awk -F'\t' '$1 == "private" { print $3 }')"
check_equal '--json: a forward' 2222 "$(qemuvm list --json | jq '.[] | select(.["vm-id"] == "private") | .forwards[0]["host-port"]')"
check_equal '--json: its MAC' 52:54:00:66:00:09 "$(qemuvm list --json | jq -r '.[] | select(.["vm-id"] == "bridged") | .macs[0]')"
# The clock of /proc ticks a hundred times a second, and the moment of the boot is cut to seconds.
up=$(($(date +%s) - $(qemuvm list --json | jq '.[] | select(.["vm-id"] == "private") | .started')))
check_equal '--json: when it started' 1 "$((up >= -2 && up < 120))"

check_equal 'ip: the one that fits into a URL' 10.66.0.5 "$(qemuvm ip web)"
check_equal 'ip --json: the same keys as in list' "$(qemuvm list --json | jq -c '.[] | select(.["vm-id"] == "web")')" \
	"$(qemuvm ip --json web | jq -c .)"
check_equal 'ip --json of one without' '[]' "$(qemuvm ip --json private 2>/dev/null | jq -c '.["ip-addresses"]')"
check_equal 'ip --all' 16 "$(qemuvm ip --all many | wc -l)"

# Waiting.
check_at_most 'ip --wait does not wait for what never comes, 5 s' 4000 "$(elapsed_ms qemuvm ip --wait=5 private)"
check_at_most 'nor for a VM that is none' 4000 "$(elapsed_ms qemuvm ip --wait=5 nosuch)"
check_status 'nor takes it for one without an address' 3 qemuvm ip --wait=5 nosuch
check_at_most 'list --wait does not wait for a user-mode network' 9000 "$(elapsed_ms qemuvm list --wait=1)"
check_status 'list --wait: one has none in the end' 1 qemuvm list --wait=1
(sleep 1 && ip neigh add 10.66.0.9 lladdr 52:54:00:66:00:09 dev br0 nud reachable) &
check_equal 'ip --wait: as soon as it is known' 10.66.0.9 "$(qemuvm ip --wait=10 bridged)"
check_status 'list --wait: all have one now' 0 qemuvm list --wait=5
check_equal 'a mute guest is given up in time' 1 "$(start_agent mute accept read-request hold loop
	start=$(now_ms); qemuvm ip --wait=2 mute >/dev/null 2>&1; echo "$((($(now_ms) - start) < 3500))")"
stop_agent mute

# Watching.
"$world/qemuvm" list --watch >"$world/watched" 2>&1 &
watcher=$!
# shellcheck disable=SC2317 # check calls it
shows() {
	for _ in $(seq 50); do
		grep -qE "$1" "$world/watched" && return 0
		sleep 0.1
	done
	return 1
}
check '--watch shows what is there' shows '^web'
start_agent late accept read-request reply "$(interfaces 10.66.0.8)" close loop
check '--watch shows a VM that starts' shows '^late +10\.66\.0\.8'
stop_agent late
# One may be under way that has seen it.
await_round "$watcher"
await_round "$watcher"
check_no_match '--watch does not show a VM that stopped' late "$(tail -n 7 "$world/watched")"
before=$(wc -l <"$world/watched")
check '--watch looks again' await_round "$watcher"
check_equal '--watch prints nothing while nothing changes' "$before" "$(wc -l <"$world/watched")"
kill "$watcher"
wait "$watcher" 2>/dev/null
check_status 'a reader who goes ends it' 0 timeout 10 bash -c "set -o pipefail; '$world/qemuvm' list --watch | head -n 1; [ \${PIPESTATUS[1]} = 0 ]"

# What others chose.
start_agent $'r\xc3\xa4d' accept read-request reply "$(interfaces 10.66.0.7)" close loop
check_match 'a name is shown as it is typed' 'r-d' "$(LC_ALL=C qemuvm list)"
check_match 'and raw where the locale has the letters' $'\xc3\xa4' "$(LC_ALL=C.UTF-8 qemuvm show r-d)"
check_no_match 'elsewhere no byte of them' $'[\x80-\xff]' "$(LC_ALL=C qemuvm show r-d)"
check_match 'but its number' '\\xc3\\xa4' "$(LC_ALL=C qemuvm show r-d)"
check_equal 'a full disk: one line' 'qemuvm: cannot write: No space left on device' "$(qemuvm list --json 2>&1 >/dev/full)"
check_status 'a full disk: the status' 1 sh -c "'$world/qemuvm' list >/dev/full"
check_status 'a closed stdout' 1 sh -c "'$world/qemuvm' list >&-"
finish
