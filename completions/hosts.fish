# SPDX-License-Identifier: MIT
# Names of VMs among the hosts that fish offers for ssh, sftp, scp and rsync.
status is-interactive; or exit

# __qemuvm_hosts SUFFIX: each behind the "user@" that is typed already.
function __qemuvm_hosts
    set -l user (commandline -ct | string match -r '.*@'; or echo '')
    for name in (qemuvm list --names 2>/dev/null)
        echo -- $user$name$argv[1]
    end
end

complete -c ssh -a "(__qemuvm_hosts '')" -d VM
complete -c sftp -a "(__qemuvm_hosts '')" -d VM
complete -c scp -a '(__qemuvm_hosts :)' -d VM
complete -c rsync -a '(__qemuvm_hosts :)' -d VM
