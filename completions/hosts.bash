# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Names of VMs among the hosts that bash-completion offers for ssh, scp, sftp, rsync and the like.
# bash-completion reads this file once it has defined its functions.

# _qemuvm_hosts [-a] [-c] [-F FILE] [-p PREFIX] [-4] [-6] WORD: names of VMs that continue the word, a line
# each. The word may begin with "user@"; what is put before and behind a name is as the options say.
_qemuvm_hosts() {
	local OPTIND=1 OPTARG option prefix='' suffix='' word user=''
	# shellcheck disable=SC2213 # the others say where hosts are looked for
	while getopts ac46F:p: option "$@"; do
		case $option in
		c) suffix=: ;;
		p) prefix=$OPTARG ;;
		*) ;;
		esac
	done
	word=${!OPTIND-}
	[[ $word != *@* ]] || user=${word%"${word##*@}"}
	compgen -P "$prefix$user" -S "$suffix" -W "$(qemuvm list --names 2>/dev/null)" -- "${word#"$user"}"
}

# 2.11 and before: the words go to COMPREPLY.
if declare -F _known_hosts_real >/dev/null && ! declare -F _qemuvm_other_hosts >/dev/null; then
	eval "_qemuvm_other_hosts()$(declare -f _known_hosts_real | tail -n +2)"
	_known_hosts_real() {
		local status=0 names
		_qemuvm_other_hosts "$@" || status=$?
		mapfile -t names < <(_qemuvm_hosts "$@")
		COMPREPLY+=("${names[@]}")
		return "$status"
	}
fi

# 2.12 and later: they go to known_hosts, an array of the caller's.
if declare -F _comp_compgen_known_hosts__impl >/dev/null && ! declare -F _qemuvm_other_known_hosts >/dev/null; then
	eval "_qemuvm_other_known_hosts()$(declare -f _comp_compgen_known_hosts__impl | tail -n +2)"
	_comp_compgen_known_hosts__impl() {
		local status=0 names
		_qemuvm_other_known_hosts "$@" || status=$?
		mapfile -t names < <(_qemuvm_hosts "$@")
		known_hosts+=("${names[@]}")
		[ ${#known_hosts[@]} != 0 ] || return "$status"
	}
fi
