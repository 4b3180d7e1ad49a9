/* SPDX-License-Identifier: MIT */
/*
 * read_leases FILE [MAC...]: the leases in a lease file, of these MACs or of all, by
 * resolver/lease/lease.c. Prints a line "ADDRESS MAC EXPIRES" for each, where EXPIRES is seconds
 * since 1970, "never" or "unknown"; or the name of the errno.
 *
 * read_leases --macs FILE DOMAIN: the MACs of a domain in libvirt's file of MACs.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lease/lease.h"

/* MACs on the command line that are taken. */
#define MACS_MAX 16

static int read_leases(int fd, const char *path, char **mac_texts, int count)
{
	struct mac macs[MACS_MAX];
	struct lease_wanted wanted = {count > 0 ? macs : NULL, 0};
	struct lease_table *table = NULL;
	char address[ADDRESS_TEXT_MAX], mac[MAC_TEXT_MAX];
	const char *slash = strrchr(path, '/');
	unsigned int at = 0;
	struct lease lease;
	int r;

	for (int i = 0; i < count && i < MACS_MAX; i++)
		if (mac_from_text(text_of(mac_texts[i]), &macs[wanted.count]) == 0)
			wanted.count++;
	r = lease_read(fd, slash != NULL ? slash + 1 : path, wanted, &table);
	while (lease_table_next(table, &at, &lease)) {
		printf("%s %s ", address_format(&lease.address, address),
			mac_format(&lease.mac, mac));
		if (lease.expires == LEASE_INFINITE)
			printf("never\n");
		else if (lease.expires == 0)
			printf("unknown\n");
		else
			printf("%" PRId64 "\n", lease.expires);
	}
	lease_table_free(table);
	return r;
}

static int read_macs(int fd, const char *domain)
{
	struct mac macs[LEASE_MACS_MAX];
	char text[MAC_TEXT_MAX];
	int count = lease_macs_read(fd, domain, macs);

	for (int i = 0; i < count; i++)
		printf("%s\n", mac_format(&macs[i], text));
	return count;
}

int main(int argc, char **argv)
{
	bool is_macs = argc == 4 && strcmp(argv[1], "--macs") == 0;
	const char *path = is_macs ? argv[2] : argv[1];
	int fd, r;

	if (argc < 2) {
		fprintf(stderr, "usage: read_leases FILE [MAC...] | --macs FILE DOMAIN\n");
		return 2;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		perror(path);
		return 1;
	}
	r = is_macs ? read_macs(fd, argv[3]) : read_leases(fd, path, argv + 2, argc - 2);
	close(fd);
	if (r < 0)
		printf("%s\n", strerrorname_np(-r));
	return r < 0;
}
