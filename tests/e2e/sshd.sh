# shellcheck shell=bash disable=SC2154 # world and build are of lib.sh
# SPDX-License-Identifier: MIT
#
# An ssh server on the host, for tests in lib.sh's world: the guest's own, out of
# its initramfs, so that none need be installed.

# sshd_unpack: into $world/sshd.
sshd_unpack() {
	mkdir -p "$world/sshd" /run/sshd
	gzip -dc "$QEMUVM_E2E_GUEST/initramfs.gz" | (cd "$world/sshd" &&
		cpio -idm --quiet usr/sbin/sshd usr/lib/openssh/sftp-server 'usr/lib/openssh/sshd-*' 'usr/lib/*-linux-gnu/*')
	# The host's own C library goes with its loader.
	rm -f "$world"/sshd/usr/lib/*-linux-gnu/lib{c,m,resolv}.so.*
	ssh-keygen -q -t ed25519 -N '' -f "$world/sshd/key"
	grep -q '^sshd:' /etc/passwd || printf 'sshd:x:74:74:sshd:/run/sshd:/bin/false\n' >>/etc/passwd
	grep '^sshd:' /etc/shadow || printf 'sshd:*:19000:0:99999:7:::\n' >>/etc/shadow
	install -m 600 "$QEMUVM_E2E_GUEST/key.pub" "$HOME/.ssh/authorized_keys"
} >/dev/null

# sshd_start ADDRESS PORT: until it listens. It finds the module as every program does.
sshd_start() {
	local libraries programs=() there=$world/sshd/usr/lib/openssh
	libraries=$(echo "$world"/sshd/usr/lib/*-linux-gnu)
	# Since 9.8 sshd runs programs of its own, and may be told where they are.
	[ ! -e "$there/sshd-session" ] || programs+=(-o SshdSessionPath="$there/sshd-session")
	[ ! -e "$there/sshd-auth" ] || programs+=(-o SshdAuthPath="$there/sshd-auth")
	LD_LIBRARY_PATH=$build:$libraries "$world/sshd/usr/sbin/sshd" -f /dev/null -D -e -r \
		-h "$world/sshd/key" -o ListenAddress="$1" -p "$2" -o PidFile=none -o UsePAM=no \
		-o PermitRootLogin=prohibit-password -o StrictModes=no -o UseDNS=no \
		"${programs[@]}" -o Subsystem="sftp $world/sshd/usr/lib/openssh/sftp-server" >"$world/sshd.log" 2>&1 &
	wait_until 10 bash -c ": </dev/tcp/$1/$2"
}
