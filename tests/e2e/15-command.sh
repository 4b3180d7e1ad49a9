#!/bin/bash
# SPDX-License-Identifier: MIT
# What qemuvm shows of a real VM, and what it finds when something is broken.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
need_commands ssh-keygen

# doctor's line with that word, and its status.
line_of() { qemuvm doctor demo 2>&1 | grep -- "$1"; }

vm_start demo
check_equal 'ip --wait: while it boots' "$(printf '10.77.0.101')" "$(qemuvm ip --wait demo)"
vm_wait demo
ipv4=$(vm_ipv4 demo)
ipv6=$(vm_ipv6 demo)

shown=$(qemuvm show demo)
check_match 'show: the process' "process +${vm_pid[demo]} of root, up (<1|1) min, since 20" "$shown"
check_match 'show: the agent with its version' 'agent +answers, version [0-9]+\.[0-9]+' "$shown"
check_equal 'show: the kernel of the guest' "$(ssh demo uname -r 2>/dev/null)" \
	"$(sed -n 's/^ *kernel *\([^ ,]*\).*/\1/p' <<<"$shown")"
check_match 'show: what it calls itself' 'calls itself +demo' "$shown"
check_match 'show: the network card with its addresses' "network card +52:54:00:77:00:01, tap tap1: $ipv4 $ipv6" "$shown"
check_match 'show: the monitor' 'monitor +/run/e2e/demo\.qmp \(QMP\)' "$shown"
check_match 'show: an address that is left out, and why' '127\.0\.0\.1.*left out: loopback' "$shown"
check_match 'show: a lease' "lease says +no lease file|lease says +1 address" "$shown"
check_equal 'show: host keys as ssh-keygen has them' \
	"$(ssh demo 'cat /etc/ssh/ssh_host_*_key.pub' | sed 's/ [^ ]*$//' | ssh-keygen -l -f - | sort)" \
	"$(sed -n 's/^ *host key *//p' <<<"$shown" | sort)"
check_status 'show: none' 3 qemuvm show nosuch

qemuvm export --format ssh | sed "s|/usr/libexec/qemuvm/ssh-helper|$build/ssh-helper|" >"$world/exported"
: >"$HOME/.ssh/known_hosts"
check_equal 'export --format ssh: a host of a file alone, its key checked' demo \
	"$(ssh -F "$world/exported" -o User=root -o BatchMode=yes -o StrictHostKeyChecking=yes demo hostname 2>&1)"

output=$(qemuvm doctor demo 2>&1)
check_equal 'doctor: all is well' 0 "$?"
check_no_match 'and no line of a problem' $'\nproblem' "$output"
check_match 'doctor: the module' "ok +NSS module: the loader finds $build/libnss_qemuvm\.so\.2, glibc 2\." "$output"
check_match 'doctor: the VM and its socket' 'ok +VM: demo .process [0-9]+. of root, .*/run/qemuvm/demo\.qga' "$output"
check_match 'doctor: it is reached' "ok +demo.vm: $ipv4 is reached, and an ssh server answers" "$output"
check_match 'doctor: a real look-up' 'ok +lookup: getaddrinfo finds demo.vm' "$output"
check_match 'doctor: what ssh says' 'ok +ssh: ssh -G demo.vm names the helper' "$output"
check_status 'doctor: of all' 0 qemuvm doctor

guest_run demo stop_sshd
check_match 'no ssh server' 'skipped +demo.vm: .* no ssh server listens' "$(line_of 'is reached')"
guest_run demo start_sshd
guest_run demo 'signal_agent TERM; ip link set eth0 down'
sleep 1
ip neigh flush dev br0
check_match 'no agent: the guest has its port closed' 'has not opened its port.*apt install qemu-guest-agent' "$(qemuvm doctor demo)"
check_status 'which is a problem' 1 qemuvm doctor demo
guest_run demo 'ip link set eth0 up; start_agent' >/dev/null
wait_until 20 qemuvm ip demo
printf 'hosts: files dns qemuvm\n' >/etc/nsswitch.conf
check_match 'a hosts line in the wrong order' 'problem +nsswitch: .*too late' "$(line_of nsswitch)"
check_equal 'with which nothing is looked up' '' "$(line_of lookup:)"
printf 'hosts: files qemuvm [!UNAVAIL=return] dns\n' >/etc/nsswitch.conf
printf '192.0.2.9 demo.vm\n' >>/etc/hosts
check_match 'a look-up that leads elsewhere' 'problem +lookup: getaddrinfo finds another address for demo.vm' "$(line_of lookup:)"
sed -i '$d' /etc/hosts
printf 'Host *\n\tProxyCommand none\n' >>"$HOME/.ssh/config"
check_match 'an ssh configuration that comes first' 'problem +ssh: ssh -G demo.vm does not name the helper' "$(line_of 'ssh -G')"

# nscd's place is taken by somebody who runs as another user.
mkdir /run/nscd
chmod 777 /run/nscd
setpriv --reuid 4711 --clear-groups socat UNIX-LISTEN:/run/nscd/socket,fork,mode=666 EXEC:cat 2>/dev/null &
nscd=$!
wait_until 5 test -S /run/nscd/socket
check_match 'nscd as another user' 'problem +nscd: looks names up as another user' "$(line_of nscd)"
kill "$nscd"
check_no_leak
finish
