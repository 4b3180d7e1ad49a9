/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CONFIG_H
#define QEMUVM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The values of qemuvm.conf(5), or the defaults. config_file.h reads the file: the library keeps
 * nothing between calls.
 */

/* More of a repeated key than any host was seen to need. */
#define CONFIG_SOCKETS_MAX  16
#define CONFIG_PREFIXES_MAX 16
#define CONFIG_LEASES_MAX   32
#define CONFIG_USERS_MAX    16
/* Longest template or path: as much again as a socket's path can hold. */
#define CONFIG_PATH_SIZE   216
#define CONFIG_PREFIX_SIZE 32
/* useradd(8) makes no longer names than 32 bytes. */
#define CONFIG_USER_SIZE 33

/* Where addresses come from; the order of the values is that of the default. */
enum source_id { SOURCE_AGENT, SOURCE_LEASE, SOURCE_NEIGHBOUR, SOURCE_COUNT };

struct config {
	/* Templates of agent sockets: %s the VM, %U the caller's uid. */
	char sockets[CONFIG_SOCKETS_MAX][CONFIG_PATH_SIZE];
	unsigned int socket_count;
	/* Prefixes that a person leaves out when typing a VM's name. */
	char prefixes[CONFIG_PREFIXES_MAX][CONFIG_PREFIX_SIZE];
	unsigned int prefix_count;
	/* Which sources are asked, the most believed first; each at most once. */
	enum source_id sources[SOURCE_COUNT];
	unsigned int source_count;
	/* Lease files; glob(7) patterns. */
	char leases[CONFIG_LEASES_MAX][CONFIG_PATH_SIZE];
	unsigned int lease_count;
	/* Whose VMs are trusted beside root's and the caller's own: names or uids. */
	char trusted_users[CONFIG_USERS_MAX][CONFIG_USER_SIZE];
	unsigned int trusted_count;
	int timeout_ms;    /* budget of one lookup: 1 to 60,000 */
	int cache_s;       /* how long an answer serves: 0 to 86,400 */
	int stale_s;       /* how long an old one may replace a new one: 0 to 86,400 */
	int wait_s;        /* how long after QEMU's start connect waits for a VM: 0 to 86,400 */
	bool routed;       /* may an address behind a gateway be in an answer */
	bool add_forward;  /* may connect ask the monitor for a forward */
	bool containers;   /* do VMs in another pid or user namespace have names */
	uint64_t identity; /* config_identity() of the file that it was read from */
};

/* The defaults alone. */
void config_init(struct config *ret_config);

/* The uid of one of trusted_users if it is written as a number: 0, or -EINVAL for a name. */
int config_user_uid(const char *user, uid_t *ret_uid);

/* "agent", "lease", "neighbour", as the file spells them. */
const char *config_source_name(enum source_id source);

/*
 * The socket's path for a VM: template with %s and %U filled in. 0, -ENAMETOOLONG, or -EINVAL if
 * name holds a '/' or is empty, "." or "..".
 */
int config_socket_path(
	const char *template, const char *name, uid_t uid, char ret_path[static CONFIG_PATH_SIZE]);

/* The other way round: the VM's name in the path of a socket that follows the template. 0, or
 * -ENOENT if it does not. */
int config_socket_name(
	const char *template, const char *path, uid_t uid, char *ret_name, size_t size);

#endif
