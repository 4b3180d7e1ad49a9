#!/bin/bash
# SPDX-License-Identifier: MIT
# Names of VMs that are templates, commands, patterns, options and lines to the programs to which we hand
# them; and host names, typed by anybody, that reach a shell through ssh. Nothing of it is run or taken
# for another host's. What runs leaves the file "ran".
# shellcheck disable=SC2016 # such text is for the shells that are tested
# shellcheck source=tests/hostile/lib.sh
. "$(dirname "$0")/lib.sh"
begin_hostile_world "$@"
need_commands ssh ansible ansible-inventory bash zsh fish dnsmasq script jq
export PATH=$world:$PATH HOME=$world/home LC_ALL=C.UTF-8
mkdir home
ran=$world/ran

# The MACs of taps, and addresses that leases give them.
number=16
start_named() {
	number=$((number + 1))
	mapfile -t nic < <(tap "tap$number" "52:54:00:66:00:$number")
	start_qemu -name "guest=${1//,/,,}" "${nic[@]}"
	printf '0 52:54:00:66:00:%s 10.66.0.%s * *\n' "$number" "$number" >>leases
}
printf 'lease = %s/leases\n' "$world" >conf
start_named web
start_named github.com
start_named localhost
start_named all.vm
start_named "x{{ lookup('pipe', 'touch $ran') }}"
start_named "x\$(touch $ran)"
start_named "x'; touch $ran; '"
start_named $'x\nHost *\n\tProxyCommand touch ran\n10.66.0.99 evil.vm'
start_named '*'
start_named '!web'
start_named "-oProxyCommand=touch $ran"
start_named a..b
start_named "$(printf 'l%.0s' {1..70})"
await_qemus
check_equal 'all are there' 13 "$(qemuvm list --plain | wc -l)"

# did_not_run TITLE
did_not_run() {
	check_status "$1: nothing is run" 1 test -e "$ran"
	rm -f "$ran"
}

# Names for completion: what is another host's has the domain, what cannot be typed is left out.
names=$(qemuvm list --names)
check_equal 'names: no other host, and nothing but letters of host names' '' "$(grep -E '^-|[^-_.a-zA-Z0-9]|^(localhost|github\.com|all\.vm)$|\.\.|l{70}' <<<"$names")"
check_match 'names: one with a dot has the domain' $'(^|\n)github\\.com\\.vm($|\n)' "$names"

qemuvm export --format hosts >exported
check_no_match 'hosts: no second line' evil "$(grep '^10\.66\.0\.99' exported)"
check_equal 'hosts: every name is of the domain' '' "$(grep -v '^#' exported | tr ' ' '\n' | grep -vE '^10\.66\.0\.[0-9]+$|^([-_a-zA-Z0-9]{1,63}\.)+vm$')"
mkdir served
cp exported served
check 'dnsmasq: takes the configuration' dnsmasq --test --conf-file=/dev/null --hostsdir="$world/served"
dnsmasq --conf-file=/dev/null --keep-in-foreground --user=root --pid-file= --no-resolv --no-hosts --log-facility=- \
	--interface=br0 --bind-interfaces --local=/vm/ --hostsdir="$world/served" >dnsmasq.log 2>&1 &
server=$!
for _ in $(seq 100); do
	! grep -q 'read .*exported' dnsmasq.log || break
	sleep 0.05
done
check_match 'dnsmasq: reads the file' 'read .*exported' "$(cat dnsmasq.log)"
check_no_match 'dnsmasq: no name is bad' 'bad name|bad address' "$(cat dnsmasq.log)"
end "$server"

qemuvm export --format ssh >ssh_config
# value HOST KEY [FILE]: what ssh would do.
value() { ssh -F "${3:-ssh_config}" -G -- "$1" 2>/dev/null </dev/null | awk -v key="$2" '$1 == key { $1 = ""; print substr($0, 2) }'; }
check_equal 'ssh: takes the file' 10.66.0.17 "$(value web hostname)"
for host in github.com localhost all.vm other; do
	check_equal "ssh: $host is not a VM" "$host::" "$(value $host hostname):$(value $host proxycommand):$(value $host hostkeyalias)"
done
check_equal 'ssh: a name with a dot has the domain' 10.66.0.18 "$(value github.com.vm hostname)"
for host in web github.com other; do ssh -F ssh_config -o BatchMode=yes -o ConnectTimeout=1 -- $host true; done >/dev/null 2>&1 </dev/null
did_not_run ssh

# Of link-local addresses '%' is doubled: ssh reads it as the beginning of a token.
mapfile -t nic < <(tap near 52:54:00:66:00:05)
start_qemu -name near "${nic[@]}"
await_qemus
ip neigh replace fe80::5 lladdr 52:54:00:66:00:05 dev br0 nud reachable
qemuvm export --format ssh >ssh_config
check_equal 'ssh: an address with a scope' fe80::5%br0 "$(value near hostname)"

# The drop-in gives what was typed to a shell.
sed "s|/usr/libexec/qemuvm/ssh-helper|$world/ssh-helper|" "$build/40-qemuvm.conf" >drop-in
# ssh refuses most such names where they are typed, not those that a configuration gives.
for host in "x';touch ran;'.vm" "x';touch ran;'" 'x\.vm' 'a/b.vm' '$(touch ran).vm' '`touch ran`.vm'; do
	option="HostName=\"${host//\\/\\\\}\""
	timeout 10 ssh -F drop-in -o BatchMode=yes -o "$option" -- typed true >/dev/null 2>&1 </dev/null
	case $host in
	*[\'/\\]*) check_no_match "drop-in: no command for $host" ssh-helper \
		"$(ssh -F drop-in -G -o "$option" -- typed 2>/dev/null | grep '^proxycommand')" ;;
	esac
done
did_not_run 'drop-in'
check_match 'drop-in: a VM' ssh-helper "$(value web proxycommand drop-in)"
check_match 'drop-in: with the domain' ssh-helper "$(value web.vm proxycommand drop-in)"
for host in localhost LOCALHOST github.com; do
	check_no_match "drop-in: $host is none" ssh-helper "$(value $host proxycommand drop-in)"
done

printf '#!/bin/sh\nexec qemuvm export --format ansible "$@"\n' >inventory
chmod 755 inventory
export ANSIBLE_HOME=$world/ansible ANSIBLE_LOCAL_TEMP=$world/ansible ANSIBLE_LOCALHOST_WARNING=0
hosts=$(ansible-inventory -i inventory --list 2>errors | jq -r '.qemuvm.hosts[]')
check_equal 'ansible: without a complaint' '' "$(cat errors)"
check_no_match 'ansible: no host of others' $'(^|\n)(localhost|github\\.com|all|-[^\n]*)($|\n)' "$hosts"
check_match 'ansible: one with a dot has the domain' $'(^|\n)github\\.com\\.vm($|\n)' "$hosts"
shown=$(ansible -i inventory qemuvm -c local -m debug -a 'msg={{ qemuvm_id }}{{ hostvars[inventory_hostname] }}' 2>&1)
check_match 'ansible: the name as it is' "lookup\('pipe'" "$shown"
did_not_run ansible

# Completions: a command line with a command in it, and files whose names are commands.
mkdir folder
: >'folder/key$(touch ran)'
# typed SHELL-COMMAND LINE...: each is typed, and taken back before Enter unless it ends with one.
typed() {
	local shell=$1 line
	shift
	{
		sleep 1.5
		for line; do
			printf '%b' "$line"
			sleep 0.7
			printf '\025\r'
			sleep 0.2
		done
		printf 'exit\r'
		sleep 0.3
	} | (cd "$world" && timeout 60 script -qec "stty cols 200; exec $shell" /dev/null) >>shown 2>&1
}
mkdir zsh fish
cat >bashrc <<-END
	. /usr/share/bash-completion/bash_completion
	. $checkout/completions/qemuvm.bash
	. $checkout/completions/hosts.bash
END
printf 'fpath=(%s %s $fpath)\nautoload -Uz compinit && compinit -u -D\n' "$checkout/completions" "$world" >zsh/.zshrc
typed "bash --noprofile --rcfile $world/bashrc -i" 'qemuvm $(>ran) \t' 'qemuvm ip \t\t' 'ssh \t\t' \
	'qemuvm authorize web folder/k\t\r'
did_not_run bash
typed "env ZDOTDIR=$world/zsh zsh -i" 'qemuvm $(>ran) \t' 'qemuvm ip \t\t' 'ssh \t\t' \
	'qemuvm authorize web folder/k\t\r'
did_not_run zsh
typed "env XDG_DATA_DIRS=$world/fish fish -i -C 'source $checkout/completions/qemuvm.fish; source $checkout/completions/hosts.fish'" \
	'qemuvm ip \t\t' 'ssh \t\t' 'ssh $1(touch ran)@we\t' 'qemuvm authorize web folder/k\t\r'
did_not_run fish
finish
