# SPDX-License-Identifier: MIT
# fish completion of qemuvm: commands, options and values as its --help has them, names of VMs.

function __qemuvm_commands
    qemuvm --help 2>/dev/null | awk '/^  [a-z]/ { name = $1 } /^      / { sub(/^ */, ""); print name "\t" $0 }'
end

function __qemuvm_options
    set -l words (commandline -opc)
    qemuvm $words[2] --help 2>/dev/null | head -n 1 | grep -oE -- '-(-[a-z]+|[0-9])'
    echo -- --help
end

function __qemuvm_takes_name
    set -l words (commandline -opc)
    test (count $words) -ge 2; or return
    not contains -- $words[-1] --source --format --user --watch --host
    and not contains -- $words[2] export args
    and qemuvm $words[2] --help 2>/dev/null | head -n 1 | string match -q '*NAME*'
end

complete -c qemuvm -f
complete -c qemuvm -n __fish_use_subcommand -a '(__qemuvm_commands)'
complete -c qemuvm -n __fish_use_subcommand -a '--help --version'
complete -c qemuvm -n 'not __fish_use_subcommand; and string match -q -- "-*" (commandline -ct)' -a '(__qemuvm_options)'
complete -c qemuvm -n __qemuvm_takes_name -a '(qemuvm list --names 2>/dev/null)' -d VM
complete -c qemuvm -n '__fish_seen_subcommand_from ip' -l source -x -a 'agent lease neighbour all'
complete -c qemuvm -n '__fish_seen_subcommand_from export' -l format -x -a 'hosts dnsmasq ssh ansible json'
complete -c qemuvm -n '__fish_seen_subcommand_from export' -l watch -x -a '(__fish_complete_directories)'
complete -c qemuvm -n '__fish_seen_subcommand_from export' -l host -x -a '(qemuvm list --names 2>/dev/null)'
complete -c qemuvm -n '__fish_seen_subcommand_from authorize' -F
