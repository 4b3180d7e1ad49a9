#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Typing into real shells on a terminal: commands, options, values and names of VMs, for qemuvm itself
# and for ssh, scp, sftp and rsync.
# shellcheck source=tests/cache/lib.sh
. "$(dirname "$0")/../cache/lib.sh"
# shellcheck source=tests/support/terminal.sh
. "$checkout/tests/support/terminal.sh"
begin_cache_world "$@"
need_commands script zsh fish make

start_agent webserver accept read-request reply "$(interfaces 10.66.0.5)" close loop
start_agent build accept read-request reply "$(interfaces 10.66.0.6)" close loop

# The shells' own ways to hosts (getent) know none, so each name comes from here.
printf 'hosts: files\n' >etc/nsswitch.conf
root=$world/root
make -s -C "$checkout" install DESTDIR="$root" B=build/install PREFIX=/usr SYSCONFDIR=/etc >/dev/null || fail 'it installs'
export PATH=$world:$PATH HOME=$world/home TERM=xterm
mkdir -p "$HOME/.config/fish" "$world/zsh" "$world/folder"
# What a program was given, in place of the program.
for program in ssh scp sftp rsync told; do
	cat >"$world/$program" <<-END
		#!/bin/sh
		printf '$program<'; printf '[%s]' "\$@"; echo '>'
	END
	chmod 755 "$world/$program"
done

cat >"$world/bashrc" <<-END
	BASH_COMPLETION_COMPAT_DIR=$root/etc/bash_completion.d
	BASH_COMPLETION_USER_DIR=$root/usr/share/bash-completion
	. /usr/share/bash-completion/bash_completion
END
cat >"$world/zsh/.zshrc" <<-END
	fpath=($root/usr/share/zsh/vendor-completions \$fpath)
	autoload -Uz compinit && compinit -u -D
	setopt no_beep
END

# type_into SHELL-COMMAND LINE...: each line is typed and ends with Enter; what the terminal showed.
type_into() {
	local shell=$1 line
	shift
	rm -f "$world/shell.pid"
	{
		rest
		for line; do
			printf '%b' "$line"
			rest
			printf '\r'
			rest
		done
		printf 'exit\r'
		rest
	} | timeout 120 script -qec "stty cols 200; echo \$\$ >$world/shell.pid; exec $shell" /dev/null 2>&1 |
		sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g; s/\x1b\][^\a]*\a//g; s/\x1b(B//g; s/\r//g'
}

# In each the name is cut short, so that a shell has but one way to go on.
lines=('qemuvm ip we\t' 'qemuvm do\t--help' 'qemuvm ip --so\t' 'qemuvm ip --source nei\t build' 'qemuvm export --format an\t'
	'ssh we\t' 'scp file we\t' 'sftp we\t' 'rsync file we\t' 'ssh root@we\t' 'scp file root@we\t' 'told qemuvm')
cd "$world/folder" || exit
for shell in bash zsh fish; do
	case $shell in
	bash) command="bash --noprofile --rcfile $world/bashrc -i" ;;
	zsh) command="env ZDOTDIR=$world/zsh zsh -i" ;;
	fish) command="env XDG_DATA_DIRS=$root/usr/share:/usr/share fish -i" ;;
	esac
	shown=$(type_into "$command" "${lines[@]}")
	printf '%s\n' "$shown" >"$world/$shell.shown"
	check_match "$shell: a VM's name" '10\.66\.0\.5' "$shown"
	check_match "$shell: a command" 'usage: qemuvm doctor' "$shown"
	check_match "$shell: an option" 'ip --source' "$shown"
	check_match "$shell: a value" 'build: no MAC' "$shown"
	check_match "$shell: a format" '"qemuvm": \{"hosts": \["build", "webserver"\]' "$shown"
	check_match "$shell: ssh" 'ssh<\[webserver\]>' "$shown"
	check_match "$shell: scp, with a colon" 'scp<\[file\]\[webserver:\]>' "$shown"
	check_match "$shell: sftp" 'sftp<\[webserver:?\]>' "$shown"
	check_match "$shell: rsync, with a colon" 'rsync<\[file\]\[webserver:\]>' "$shown"
	check_match "$shell: behind a user's name" 'ssh<\[root@webserver\]>' "$shown"
	[ "$shell" != bash ] ||
		check_match "$shell: behind a user's name, with a colon" 'scp<\[file\]\[root@webserver:\]>' "$shown"
done
finish
