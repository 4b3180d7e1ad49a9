#!/bin/bash
# SPDX-License-Identifier: MIT
# VMs that were started in every way that a command line allows are found, by all their names and
# with their agent's socket.
# shellcheck source=tests/find/lib.sh
. "$(dirname "$0")/lib.sh"
begin_world "$@"

# Each VM: the id and the names under which it must be found, and its agent's socket.
vms=()
vm() { # ID SOCKET NAME...
	vms+=("$*")
}

mkdir -p ubuntu /run/qemu-server instances/primary "/run/My VM"
mapfile -t aport < <(port a)
mapfile -t qport < <(port qga0)

start_qemu -name qemu-vm-abcdefgh,process=vm-abcdefgh \
	-chardev socket,path="$world/aether.sock",server=on,wait=off,id=qga0 "${qport[@]}"
vm qemu-vm-abcdefgh "$world/aether.sock" qemu-vm-abcdefgh vm-abcdefgh abcdefgh QEMU-VM-ABCDEFGH

start_qemu -name ubuntu-24.04,process=ubuntu-24.04,debug-threads=on \
	-chardev socket,id=a,path=ubuntu/ubuntu-agent.sock,server=on,wait=off "${aport[@]}"
vm ubuntu-24.04 "$world/ubuntu/ubuntu-agent.sock" ubuntu-24.04 ubuntu-24-04

# Proxmox adds -id to QEMU; what is said by -uuid is common to all.
start_qemu -name web,debug-threads=on -uuid 6e1a5a4c-0b0b-4a4a-9a9a-010203040506 \
	-chardev socket,path=/var/run/qemu-server/100.qga,server=on,wait=off,id=qga0 \
	-device virtio-serial,id=qga0 -device virtserialport,chardev=qga0,name=org.qemu.guest_agent.0
vm 100 /run/qemu-server/100.qga 100 web WEB 6e1a5a4c-0b0b-4a4a-9a9a-010203040506

start_qemu -name 'guest=my vm 1' -chardev 'socket,id=a,path=/run/My VM/a,,b.sock,server=on,wait=off' \
	-device virtio-serial -device \
	'{"driver":"virtserialport","chardev":"a","name":"org.qemu.guest_agent.0"}'
vm 'my vm 1' '/run/My VM/a,b.sock' my-vm-1

start_qemu --name merged -name process=barproc
vm merged null merged barproc

start_qemu -name first -name second
vm second null second

start_qemu -name 'a,,b'
vm a,b null a-b

start_qemu -chardev socket,id=a,path=hidden,abstract=on,server=on,wait=off -name abstract \
	"${aport[@]}"
vm abstract @hidden abstract

start_qemu -chardev socket,id=a,host=127.0.0.1,port=4711,server=on,wait=off -name tcp "${aport[@]}"
vm tcp 127.0.0.1:4711 tcp

start_qemu -name serial -serial "unix:$world/serial.qga,server=on,wait=off"
vm serial "$world/serial.qga" serial

cat >vm.conf <<'CONF'
[name]
  guest = "fromconf"
[chardev "g"]
  backend = "socket"
  path = "/run/world/conf.sock"
  server = "on"
  wait = "off"
[device "vs"]
  driver = "virtio-serial"
[device "p"]
  driver = "virtserialport"
  chardev = "g"
  name = "org.qemu.guest_agent.0"
CONF
start_qemu -readconfig vm.conf
vm fromconf "$world/conf.sock" fromconf

# libvirt hands QEMU the listening socket: only its descriptor is on the command line.
start "$build/tests/give_socket" "$world/fd.sock" 33 \
	qemu-system-x86_64 -name guest=libvirt,debug-threads=on \
	-chardev socket,id=a,fd=33,server=on,wait=off "${aport[@]}"
vm libvirt "$world/fd.sock" libvirt

truncate -s 1M instances/primary/disk.img
start_qemu -drive file=instances/primary/disk.img,if=none,format=raw,id=hda
unnamed=$started
vm primary null primary "pid-$unnamed"

# Not QEMU's agent, in spite of the chardev's id.
start_qemu -name lima-default -netdev user,id=n,hostfwd=tcp:127.0.0.1:60022-:22 \
	-device virtio-net-pci,netdev=n \
	-chardev "socket,path=$world/ga.sock,server=on,wait=off,id=qga0" -device virtio-serial \
	-device virtserialport,chardev=qga0,name=io.lima-vm.guest_agent.0
vm lima-default null lima-default default

# 4,000 arguments, and the name behind them.
many=()
for _ in {1..2000}; do
	many+=(-global 'isa-fdc.fallback=288')
done
start_qemu "${many[@]}" -name long
vm long null long

# By another name, as Proxmox and NixOS start it.
ln -s "$(command -v qemu-system-x86_64)" kvm
start ./kvm -name bykvm
vm bykvm null bykvm

# An unlinked executable: QEMU was upgraded while it ran.
cp "$(command -v qemu-system-x86_64)" qemu-system-old
modules=(/usr/lib/*-linux-*/qemu)
QEMU_MODULE_DIR=${modules[0]} \
	start ./qemu-system-old -name upgraded -L /usr/share/seabios -L /usr/share/qemu
sleep 0.2
rm qemu-system-old
vm upgraded null upgraded

# These are no VMs.
sleep 100 -name nosuch 2>/dev/null &
(exec -a 'qemu-system-x86_64' sleep 100) &
bash -c 'sleep 100; : qemu-system-x86_64 -name decoy' qemu-system-x86_64 -name decoy &

await_qemus
listed=$(qemuvm list --json)
check_equal 'all are listed, and nothing else' "${#vms[@]}" "$(jq length <<<"$listed")"
for each in "${vms[@]}"; do
	case $each in
	'my vm 1'*) id='my vm 1' rest=${each#my vm 1 } ;;
	*) id=${each%% *} rest=${each#* } ;;
	esac
	case $rest in
	'/run/My VM/'*) socket='/run/My VM/a,b.sock' names=${rest#*.sock } ;;
	*) socket=${rest%% *} names=${rest#* } ;;
	esac
	check_equal "$id: its agent's socket" "$socket" "$(of_vm "$id" '."agent-socket"')"
	for name in $names; do
		check_status "$id is found by the name $name" 1 qemuvm ip "$name"
	done
done
check_equal 'an unnamed VM has its pid for a name' "$unnamed" "$(of_vm primary .pid)"
check_match 'a forward to ssh is told' 'ssh -p 60022 127.0.0.1' "$(of_vm lima-default .hint)"
check_equal 'a VM is no host of another name' 3 "$(qemuvm ip decoy 2>/dev/null; echo $?)"

start_qemu -name twin
one=$started
start_qemu -name Twin
await_qemus
check_status 'the exact name of one of two' 1 qemuvm ip twin
check_match 'a name that fits both alike is refused, and both are named' \
	"\"twin\" \\(pid $one\\) and \"Twin\" \\(pid $started\\)|\"Twin\" \\(pid $started\\) and \"twin\" \\(pid $one\\)" \
	"$(qemuvm ip TWIN 2>&1)"
start_qemu -name vm-solo
start_qemu -name qemu-vm-solo
await_qemus
check_match 'so is one with a prefix left out' 'two VMs have' "$(qemuvm ip solo 2>&1)"
start_qemu -name solo
await_qemus
check_match 'an exact name comes before' 'no guest agent socket' "$(qemuvm ip solo 2>&1)"

start_qemu -name $'evil\e[31m\xff'
await_qemus
check_no_match 'no escape of a name reaches the terminal' $'\e' \
	"$(qemuvm list; qemuvm list --json; qemuvm doctor)"
finish
