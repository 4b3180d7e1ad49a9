/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_NAME_H
#define QEMUVM_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Names of VMs as people type them and as host names can hold them.
 */

/* The domain below which VMs are found: a constant, so that a foreign name is rejected by
 * a suffix comparison, with no file read. */
#define NAME_DOMAIN QEMUVM_DOMAIN

/* Longest name of a host in text form (RFC 1035, 2.3.4), without its trailing dot. */
#define NAME_HOST_MAX 253
/* Longest label (RFC 1035, 2.3.4). */
#define NAME_LABEL_MAX 63
/* Longest name of a VM: a host name less ".vm". QEMU takes longer ones; nobody can type them. */
#define NAME_VM_MAX (NAME_HOST_MAX - sizeof("." NAME_DOMAIN) + 1)

/* A VM's name with its NUL. */
#define NAME_VM_SIZE (NAME_VM_MAX + 1)
/* A host name with its NUL. */
#define NAME_HOST_SIZE (NAME_HOST_MAX + 1)

/*
 * Is the host name under our domain ("web.vm", "WEB.VM", "web.vm.")? The rest may be malformed.
 * Inline, since it runs for every lookup on the machine.
 */
static inline bool name_is_ours(const char *host)
{
	size_t suffix = sizeof("." NAME_DOMAIN) - 1;
	size_t len = strlen(host);

	if (len > 0 && host[len - 1] == '.')
		len--;
	if (len < suffix)
		return false;
	/* The domain holds letters, digits and '-' only. */
	for (size_t i = 0; i < suffix; i++) {
		char typed = host[len - suffix + i], wanted = ("." NAME_DOMAIN)[i];
		bool has_case = wanted >= 'a' && wanted <= 'z';

		if (typed != wanted && !(has_case && typed == wanted - 'a' + 'A'))
			return false;
	}
	return true;
}

/*
 * The VM's name out of a host name that is ours: "web.vm" -> "web". It is as typed but for the
 * suffix; letters, digits, '-', '_' and dots between labels, so it never holds a '/' and is
 * neither empty nor "..". 0 or -EINVAL.
 */
int name_from_host(const char *host, char ret_name[static NAME_VM_SIZE]);

/* The same rules for a name typed with or without the domain: "web", "web.vm". 0 or -EINVAL. */
int name_from_typed(const char *typed, char ret_name[static NAME_VM_SIZE]);

/*
 * How a VM's own name is written in a host name: each character that a host name cannot hold
 * becomes one '-' (one for each UTF-8 character); case stays. Cut at NAME_VM_MAX. Returns the
 * length, 0 for an empty name.
 */
size_t name_spell(const char *raw, char ret_name[static NAME_VM_SIZE]);

/* Does what was typed name the VM whose own name is raw? Case does not count; what cannot be
 * typed, and a dot, may be typed as '-'. */
bool name_matches(const char *typed, const char *raw);

/*
 * The same with one of the prefixes left out by the person: "web" names "qemu-vm-web". prefixes
 * is an array of count strings. A prefix alone names nothing.
 */
bool name_matches_prefixed(
	const char *typed, const char *raw, const char *const *prefixes, size_t count);

#endif
