#!/bin/bash
# SPDX-License-Identifier: MIT
# Guests that answer whatever they like: more than 150 replies, addresses that are others', a flood.
# shellcheck disable=SC2016 # $ID is the scripted agent's
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
# Some of them are waited for as long as the budget lasts.
BUDGET_MS=300
printf 'cache_s = 0\nstale_s = 0\ntimeout_ms = %d\n' "$BUDGET_MS" >conf

# What takes the place of each part of a reply in turn.
deep=$(printf '[%.0s' {1..200})$(printf ']%.0s' {1..200})
objects=$(printf '{"a":%.0s' {1..60})1$(printf '}%.0s' {1..60})
values=(null true 0 -1 1e999 4294967297 '""' '"x"' '[]' '{}' '[[]]' '[null]' '[{}]' "$deep" "$objects" '"\\u0000"' '"\\ud800"'
	'"\xff\xfe"' '"\x1b[2J"' "\"$(head -c 70000 /dev/zero | tr '\0' a)\"" '{"return":[]}' '"10.66.0.5\\n10.66.0.6"')
address='{"ip-address":"10.66.0.5","ip-address-type":"ipv4","prefix":24}'
interface='{"name":"eth0","hardware-address":"52:54:00:66:00:05","ip-addresses":['$address']}'
forms=('@' '[@]' "[$interface,@]" '[{"name":@,"ip-addresses":['"$address"']}]' '[{"name":"eth0","ip-addresses":@}]'
	'[{"name":"eth0","hardware-address":@,"ip-addresses":['"$address"']}]' '[{"name":"eth0","ip-addresses":[@]}]'
	'[{"name":"eth0","ip-addresses":[{"ip-address":@,"ip-address-type":"ipv4","prefix":24}]}]'
	'[{"name":"eth0","ip-addresses":[{"ip-address":"10.66.0.5","ip-address-type":@,"prefix":24}]}]'
	'[{"name":"eth0","ip-addresses":[{"ip-address":"10.66.0.5","ip-address-type":"ipv4","prefix":@}]}]')
# Lines of any kind, in place of a reply.
raws=('' '\n' '\xff' '\xff\n\xff\n' 'x\n' '{' '{}\n' '[]\n' 'null\n' '{"return":[],"id":"$ID"}' '{"return":[],"id":$ID}\n'
	'{"error":{"class":"GenericError","desc":"no"},"id":"$ID"}\n' '{"error":null,"id":"$ID"}\n' '{"error":{},"return":[],"id":"$ID"}\n'
	'\xff{"return":$ID}\n{"return":[],"return":[],"id":"$ID"}\n' '{"return":[],"id":"$ID","id":"$ID"}\n' '\x00\x00\x00\x00\n'
	'{"return":[]\x00,"id":"$ID"}\n' '{"event":"x"}\n{"event":"y"}\n' 'HTTP/1.0 200 OK\r\n\r\n' '{"QMP":{"version":{}}}\n'
	'{"return":[],"id":"$ID"}{"return":[],"id":"$ID"}\n' '\xff\xff\xff\xff{"return":$ID}\r\n{"return":[],"id":"$ID"}\r\n')

# Each behind a socket of its own.
count=0 agents=()
play() {
	"$build/tests/scripted_agent" "/run/qemuvm/g$count.qga" accept read-request "$@" hold loop >/dev/null &
	agents+=($!)
	count=$((count + 1))
}
for form in "${forms[@]}"; do
	for value in "${values[@]}"; do
		play reply "${form/@/"$value"}"
	done
done
for raw in "${raws[@]}"; do
	play send "$raw"
done
until [ -S "/run/qemuvm/g$((count - 1)).qga" ]; do sleep 0.02; done
check "$count replies" test "$count" -ge 150

bad=0 slow=0
for ((i = 0; i < count; i++)); do
	start=$(now_ms)
	code=$("$build/tests/look_up" marked "g$i.vm")
	[ $(($(now_ms) - start)) -le $((BUDGET_MS + LATE_MS + 100)) ] || slow=$((slow + 1))
	case $code in
	OK | EAI_AGAIN | EAI_NODATA) ;;
	*) bad=$((bad + 1)) && printf '# g%d: %s\n' "$i" "$code" ;;
	esac
done
check_equal 'none is anything but an address, none, or none yet' 0 "$bad"
check_equal 'none takes longer than the budget' 0 "$slow"
list=$(qemuvm list --json)
check_equal 'each is listed' "$count" "$(jq length <<<"$list")"
check_equal 'with the one address that is in them, and no other' 10.66.0.5 "$(jq -r '.[]."ip-addresses"[]' <<<"$list" | sort -u)"
check_no_match 'and nothing raw reaches the terminal' $'[\x01-\x08\x0b-\x1f\x80-\x9f]' "$(LC_ALL=C qemuvm list 2>&1; qemuvm ip g30 2>&1)"
end "${agents[@]}"
rm /run/qemuvm/*.qga

# Others' addresses: the host's own, another VM's, a router's, and what is nobody's.
ip neigh replace 10.66.0.7 lladdr 52:54:00:66:00:07 dev br0 nud reachable
ip neigh replace 10.66.0.254 lladdr 02:00:00:00:00:fe dev br0 nud stale
mapfile -t nic < <(tap tap0 52:54:00:66:00:05)
list='' sep=''
for each in 10.66.0.1 10.66.0.7 10.66.0.254 127.0.0.1 0.0.0.0 255.255.255.255 10.66.0.255 224.0.0.1 169.254.1.1; do
	list+="$sep{\"ip-address\":\"$each\",\"ip-address-type\":\"ipv4\",\"prefix\":24}" sep=,
done
for mac in 52:54:00:66:00:05 52:54:00:66:00:07 02:00:00:00:00:fe; do
	"$(disguise scripted_agent)" /run/qemuvm/liar.qga accept read-request reply \
		"[{\"name\":\"eth0\",\"hardware-address\":\"$mac\",\"ip-addresses\":[$list]}]" close loop \
		-- -name liar "${nic[@]}" >/dev/null &
	liar=$!
	until [ -S /run/qemuvm/liar.qga ]; do sleep 0.01; done
	check_match "addresses of others, with the MAC $mac, are not answered" '^(EAI_NODATA|EAI_AGAIN)$' "$(code_of liar.vm)"
	end "$liar"
	rm /run/qemuvm/liar.qga
done

# One that floods while another is asked.
start_agent /run/qemuvm/web.qga 10.66.0.9
quickest_ms 3 getent ahosts web.vm
before_ms=$took_ms
"$build/tests/scripted_agent" /run/qemuvm/flood.qga accept read-request flood 67108864 '{"return": [{}]}\n' close loop >/dev/null &
flood=$!
until [ -S /run/qemuvm/flood.qga ]; do sleep 0.01; done
while :; do getent ahosts flood.vm; done >/dev/null 2>&1 &
asking=$!
quickest_ms 5 getent ahosts web.vm
check_at_most 'beside a guest that floods another one is asked as quickly as before, in ms' $((before_ms * 12 / 10 + 20)) "$took_ms"
check_equal 'in the list, where both are asked at once, it has its address' 10.66.0.9 \
	"$(qemuvm list --json | jq -r '.[] | select(."vm-id" == "web") | ."ip-addresses"[0]')"
quickest_ms 1 getent ahosts flood.vm
check_at_most 'the flood itself is left within the budget, in ms' $((BUDGET_MS + LATE_MS + 50)) "$took_ms"
end "$asking" "$flood"
finish
