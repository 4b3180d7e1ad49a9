/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CONFIG_H
#define QEMUVM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What qemuvm.conf(5) says, or the defaults. Lines of `key = value`, '#' begins a comment.
 * Read anew for each look-up: the library keeps nothing between calls.
 */

#define CONFIG_FILE QEMUVM_SYSCONFDIR "/qemuvm.conf"

/* A file longer than this is refused: it is no configuration. */
#define CONFIG_FILE_MAX ((size_t)64 * 1024)
/* More of a repeated key than any host was seen to need. */
#define CONFIG_SOCKETS_MAX  16
#define CONFIG_PREFIXES_MAX 16
#define CONFIG_LEASES_MAX   32
#define CONFIG_USERS_MAX    16
/* Longest template or path: as much again as a socket's path can hold. */
#define CONFIG_PATH_SIZE    216
#define CONFIG_PREFIX_SIZE  32
#define CONFIG_PROBLEMS_MAX 16
#define CONFIG_PROBLEM_SIZE 160

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
	/* Whose VMs count beside root's and the caller's own. */
	uid_t trusted_uids[CONFIG_USERS_MAX];
	unsigned int trusted_count;
	bool trusts_default_users; /* and theirs who run libvirt's: config_is_default_user() */
	int timeout_ms;            /* budget of one look-up: 1 to 60,000 */
	int cache_s;               /* how long an answer serves: 0 to 86,400 */
	int stale_s;               /* how long an old one may stand in: 0 to 86,400 */
	int wait_s;        /* how long after QEMU's start connect waits for a VM: 0 to 86,400 */
	bool routed;       /* may an address behind a gateway count */
	bool add_forward;  /* may connect ask the monitor for a forward */
	uint64_t identity; /* config_identity() before it was read */
};

/* A line that was not taken; the value before it, or the default, stays. line is 0 where the
 * file as a whole is meant. */
struct config_problem {
	unsigned int line;
	char text[CONFIG_PROBLEM_SIZE];
};

struct config_problems {
	struct config_problem problem[CONFIG_PROBLEMS_MAX];
	unsigned int count;
};

/* The file that config_load() reads: QEMUVM_CONFIG (never in a set-uid program), or CONFIG_FILE. */
const char *config_path(void);

/* A number for the file that config_load() would read now: device, inode, size and when it was
 * changed. Another number is another configuration; 0: there is no file. */
uint64_t config_identity(void);

/*
 * Fills *ret_config, always usable afterwards. A file that is not there is no problem unless
 * QEMUVM_CONFIG named it. ret_problems may be NULL (the NSS module goes on with what it has).
 * Returns the number of problems, those beyond CONFIG_PROBLEMS_MAX included.
 */
int config_load(struct config *ret_config, struct config_problems *ret_problems);

/* The defaults alone. */
void config_init(struct config *ret_config);

/* One text in the file's format on top of what *config holds; the numbers of config_load(). */
int config_parse(
	struct config *config, const char *text, size_t len, struct config_problems *ret_problems);

/* Is it one of the users who are trusted where the configuration names none? Reads /etc/passwd,
 * which most look-ups need not. */
bool config_is_default_user(uid_t uid);

/* Leaves all sources out but one. */
void config_keep_source(struct config *config, enum source_id source);

/* Lets nothing serve that was learned before, nor keeps anything: for who wants to know what is so
 * now. */
void config_drop_cache(struct config *config);

/* "agent", "lease", "neighbour", as the file spells them. */
const char *config_source_name(enum source_id source);

/*
 * The socket's path for a VM: template with %s and %U filled in. 0, -ENAMETOOLONG, or -EINVAL
 * where name holds a '/' or is empty, "." or "..".
 */
int config_socket_path(
	const char *template, const char *name, uid_t uid, char ret_path[static CONFIG_PATH_SIZE]);

/* The other way round: the VM's name in the path of a socket that follows the template. 0, or
 * -ENOENT where it does not. */
int config_socket_name(
	const char *template, const char *path, uid_t uid, char *ret_name, size_t size);

#endif
