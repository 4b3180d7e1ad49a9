#!/bin/bash
# SPDX-License-Identifier: MIT
# ssh reaches a VM whatever network it has, whether or not it is up yet.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
need_commands script
helper=$build/ssh-helper
: >"$HOME/.ssh/known_hosts"
forwards() { vm_qmp_hmp "$1" 'info usernet' | grep -o 'HOST_FORWARD[^\\]*' | grep -c .; }
vm_qmp_hmp() {
	converse "$world/$1.qmp" \
		'{"execute":"qmp_capabilities"}{"execute":"human-monitor-command","arguments":{"command-line":"'"$2"'"},"id":"last"}' \
		'*"id": "last"*' | tail -n 1
}

# A forward takes every connection from the first moment, and says nothing until sshd is up.
vm_nics=(-nic 'user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:2222-:22')
vm_start given qemuvm.sshd=late:2
check_equal 'a forward of the command line, while the VM boots' given "$(ssh given hostname 2>&1)"
vm_nics=(-nic 'user,model=virtio-net-pci')
vm_start made
check_equal 'a forward that the monitor is asked for' made "$(ssh made hostname 2>&1)"
check_equal 'is taken back as soon as the connection stands' '1 0' \
	"$( (ssh made 'sleep 2; echo 1' & sleep 1.5; n=$(forwards made); wait; echo "$n") | xargs)"
check_equal 'many at once' 20 "$(for _ in {1..20}; do ssh made hostname & done 2>/dev/null | grep -c made)"
check_equal 'no forward is left' 0 "$(forwards made)"
ssh made 'kill $(cat /run/sshd.pid)' 2>/dev/null
timeout -s TERM 4 "$helper" connect made 22 2>"$world/errors" </dev/null | cat
check_equal 'a helper that is ended leaves none, either' 0 "$(forwards made)"
printf 'add_forward = no\n' >>/etc/qemuvm.conf
output=$(ssh made true 2>&1)
check_equal 'where the configuration forbids it there is no way' 255 "$?"
check_match 'which is told' 'made.*user-mode' "$output"
vm_kill made
vm_kill given

# On the bridge, with room for large files.
vm_memory=512
vm_start demo qemuvm.sshd=no
wait_until "$BOOT_SECONDS" guest_has_addresses demo
guest_run demo '(sleep 3; start_sshd) >/dev/null 2>&1 &' >/dev/null
script -qec 'ssh demo hostname' "$world/terminal" >/dev/null 2>&1 </dev/null
check_match 'on a terminal a person sees what is missing' 'qemuvm: demo.*waited [0-9]+ s' "$(cat "$world/terminal")"
check_match 'and then gets in' demo "$(tr '\r' '\n' <"$world/terminal" | grep -x '.*demo')"
check_equal '20 sessions at once' 20 "$(for _ in {1..20}; do ssh demo hostname & done 2>/dev/null | grep -c demo)"
check_match '--explain tells each step' 'VM: demo.vm.*addresses from: agent.*10\.77\.0\.1[0-9]+ port 22: an ssh server answers.*host keys: 1 known' \
	"$("$helper" connect --explain demo 22 | tr '\n' ' ')"
check_match '--explain of none' 'nosuch: no such VM' "$("$helper" connect --explain nosuch 22 2>&1)"

head -c 100000000 /dev/urandom >"$world/big"
check 'scp of 100 MB' scp -q "$world/big" demo:/tmp/big
check_equal 'arrives whole' "$(sha256sum <"$world/big")" "$(ssh demo 'sha256sum </tmp/big; rm /tmp/big')"
head -c 1000000 /dev/urandom >"$world/sent"
mkdir "$world/tree"
cp "$world/sent" "$world/tree/a"
check 'rsync' rsync -a "$world/tree/" demo:/tmp/tree/
check_equal 'what arrives by rsync' "$(sha256sum <"$world/sent")" "$(ssh demo 'sha256sum </tmp/tree/a')"
check_equal 'ControlMaster' demo "$(ssh -o ControlMaster=auto -o ControlPersist=2 -o ControlPath="$world/%C" demo hostname 2>&1)"
check_equal 'a second session over it' demo "$(ssh -o ControlPath="$world/%C" demo hostname 2>&1)"
printf 'all:\n  hosts:\n    demo:\n' >"$world/inventory.yml"
check_match 'ansible' 'demo.*CHANGED' \
	"$(ANSIBLE_HOME=$world/ansible ANSIBLE_LOCAL_TEMP=$world/ansible ansible -i "$world/inventory.yml" -m raw -a hostname all 2>&1)"
# The modules of ansible are programs in Python: the host's goes into the guest.
python_files() {
	local python
	python=$(readlink -f /usr/bin/python3)
	printf '%s\n' "$python" /usr/lib/python3*/ /usr/lib/x86_64-linux-gnu/lib{crypto,ssl}.so.3
	ldd "$python" | awk '$2 == "=>" && $1 !~ /^libc\./ { print $3 }'
}
# shellcheck disable=SC2046 # a list of files
check 'Python by rsync' rsync -aRL --exclude=__pycache__ --exclude=dist-packages --exclude='config-*' --exclude=lib2to3 \
	--exclude=idlelib --exclude=pydoc_data --exclude=test $(python_files) demo:/
guest_run demo "ln -s $(readlink -f /usr/bin/python3) /usr/bin/python3" >/dev/null
check_match 'ansible ping' 'demo.*SUCCESS.*"ping": "pong"' \
	"$(ANSIBLE_HOME=$world/ansible ANSIBLE_LOCAL_TEMP=$world/ansible ansible -i "$world/inventory.yml" \
		-m ping all 2>&1 | tr '\n' ' ')"
printf '#!/bin/sh\nexec qemuvm export --format ansible "$@"\n' >"$world/inventory"
chmod 755 "$world/inventory"
check_match 'ansible, with the inventory that export makes' 'demo.*CHANGED' \
	"$(ANSIBLE_HOME=$world/ansible ANSIBLE_LOCAL_TEMP=$world/ansible ansible -i "$world/inventory" -m raw -a hostname all 2>&1)"
check_equal 'paramiko, which takes no descriptor' demo "$(timeout 60 /usr/bin/python3 - "$helper" "$HOME/.ssh/id_ed25519" <<'PYTHON'
import sys, paramiko
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
proxy = paramiko.ProxyCommand(sys.argv[1] + " connect demo 22")
client.connect("demo", username="root", key_filename=sys.argv[2], sock=proxy)
print(client.exec_command("hostname")[1].read().decode().strip())
client.close()
PYTHON
)"

# What goes wrong.
printf 'wait_s = 0\n' >>/etc/qemuvm.conf
guest_run demo stop_sshd
start=$(now_ms)
output=$(ssh demo true 2>&1)
check_match 'no server: each way is told, and why it failed' '10\.77\.0\.1[0-9]+ port 22: ' "$output"
check_at_most 'and the waiting ends' 9000 $(($(now_ms) - start))
(
	ssh demo true >/dev/null 2>"$world/errors" &
	sleep 1
	kill -KILL $!
)
sleep 1
check_equal 'an ssh that goes away leaves no helper' '' "$(pgrep -x ssh-helper)"
ssh demo true >/dev/null 2>"$world/errors" &
waiting=$!
sleep 1
vm_kill demo
start=$(now_ms)
wait "$waiting"
check_at_most 'a VM that stops ends the waiting' 2000 $(($(now_ms) - start))
check_match 'with a word' 'ended|no QEMU|no VM' "$(cat "$world/errors")"
check_no_leak
finish
