# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# bash completion of qemuvm: commands, options and values as its --help has them, names of VMs.

# _qemuvm_reply WORD...: those that begin with what was typed.
_qemuvm_reply() {
	mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur")
}

_qemuvm_commands() {
	qemuvm --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# _qemuvm_usage COMMAND
_qemuvm_usage() {
	qemuvm "$1" --help 2>/dev/null | head -n 1
}

_qemuvm() {
	local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} usage
	# "--source=lease" comes as three words.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ "$COMP_CWORD" = 1 ]; then
		_qemuvm_reply "$(_qemuvm_commands)" --help --version
		return
	fi
	usage=$(_qemuvm_usage "$command")
	case $before in
	--source) _qemuvm_reply agent lease neighbour all ;;
	--format) _qemuvm_reply hosts dnsmasq ssh ansible json ;;
	--host) _qemuvm_reply "$(qemuvm list --names 2>/dev/null)" ;;
	--user) COMPREPLY=() ;;
	*)
		if [ "$before" = --watch ] && [ "$command" = export ]; then
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		elif [[ $cur == -* ]]; then
			_qemuvm_reply "$(grep -oE -- '-(-[a-z]+|[0-9])' <<<"$usage")" --help
		elif [ "$command" = authorize ] && [ "$COMP_CWORD" -gt 2 ] && [ "${before:0:1}" != - ]; then
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		elif [[ $usage == *NAME* && $command != export && $command != args ]]; then
			_qemuvm_reply "$(qemuvm list --names 2>/dev/null)"
		fi
		;;
	esac
}
complete -F _qemuvm qemuvm
