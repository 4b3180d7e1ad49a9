# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Names of VMs among the hosts that bash-completion offers for ssh, scp, sftp, rsync and the like.
# bash-completion reads this file once it has defined its functions.

# Of the options of both, what is put before and behind a name: prefix and suffix of who calls it, and OPTIND.
_qemuvm_read_options() {
	local OPTARG option
	# shellcheck disable=SC2213 # the others say where hosts are looked for
	while getopts ac46F:p: option "$@"; do
		case $option in
		c) suffix=: ;;
		p) prefix=$OPTARG ;;
		*) ;;
		esac
	done
}

# 2.11 and before: _known_hosts_real [-a] [-c] [-F FILE] [-p PREFIX] [-4] [-6] WORD
if declare -F _known_hosts_real >/dev/null && ! declare -F _qemuvm_other_hosts >/dev/null; then
	eval "_qemuvm_other_hosts()$(declare -f _known_hosts_real | tail -n +2)"
	_known_hosts_real() {
		local OPTIND=1 prefix='' suffix='' status=0
		_qemuvm_other_hosts "$@" || status=$?
		_qemuvm_read_options "$@"
		shift $((OPTIND - 1))
		# What is typed may begin with "user@".
		local word=${1-} user=''
		[[ $word != *@* ]] || user=${word%"${word##*@}"}
		local IFS=$'\n'
		# shellcheck disable=SC2207 # a line is a name
		COMPREPLY+=($(compgen -P "$prefix$user" -S "$suffix" \
			-W "$(qemuvm list --names 2>/dev/null)" -- "${word#"$user"}"))
		return "$status"
	}
fi

# 2.12 and later: it fills the array known_hosts of who calls it.
if declare -F _comp_compgen_known_hosts__impl >/dev/null && ! declare -F _qemuvm_other_known_hosts >/dev/null; then
	eval "_qemuvm_other_known_hosts()$(declare -f _comp_compgen_known_hosts__impl | tail -n +2)"
	_comp_compgen_known_hosts__impl() {
		local OPTIND=1 prefix='' suffix='' status=0 name
		_qemuvm_other_known_hosts "$@" || status=$?
		_qemuvm_read_options "$@"
		while IFS= read -r name; do
			[[ $prefix$name != "${cur-}"* ]] || known_hosts+=("$prefix$name$suffix")
		done < <(qemuvm list --names 2>/dev/null)
		[ ${#known_hosts[@]} != 0 ] || return "$status"
	}
fi
