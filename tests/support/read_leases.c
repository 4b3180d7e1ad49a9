/* SPDX-License-Identifier: MIT */
/*
 * read_leases FILE [MAC...]: the leases in a lease file, of these MACs or of all, by
 * resolver/lease/lease.c. Prints a line "ADDRESS MAC EXPIRES" for each, where EXPIRES is seconds since
 * 1970, "never" or "unknown"; or the name of the errno.
 *
 * read_leases --macs FILE DOMAIN: the MACs of a domain in libvirt's file of MACs.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lease/lease.h"

/* The MACs on the command line. */
struct macs {
	char **texts;
	int count;
};

static bool wants(void *context, const struct mac *mac)
{
	const struct macs *macs = context;
	struct mac wanted;

	for (int i = 0; i < macs->count; i++)
		if (mac_parse(macs->texts[i], &wanted) == 0 && mac_equals(&wanted, mac))
			return true;
	return macs->count == 0;
}

static void print_lease(void *context, const struct lease *lease)
{
	char address[ADDRESS_TEXT_MAX], mac[MAC_TEXT_MAX];

	(void)context;
	printf("%s %s ", address_format(&lease->address, address), mac_format(&lease->mac, mac));
	if (lease->expires == LEASE_INFINITE)
		printf("never\n");
	else if (lease->expires == 0)
		printf("unknown\n");
	else
		printf("%" PRId64 "\n", lease->expires);
}

static void print_mac(void *context, const struct mac *mac)
{
	char text[MAC_TEXT_MAX];

	(void)context;
	printf("%s\n", mac_format(mac, text));
}

static int read_leases(int fd, const char *path, struct macs *macs)
{
	const struct lease_visitor visitor = {
		.wants = wants, .visit = print_lease, .context = macs};
	const char *slash = strrchr(path, '/');

	return lease_read(fd, slash != NULL ? slash + 1 : path, &visitor);
}

static int read_macs(int fd, const char *domain)
{
	const struct lease_macs_visitor visitor = {.visit = print_mac};

	return lease_macs_read(fd, domain, &visitor);
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
	r = is_macs ? read_macs(fd, argv[3])
		    : read_leases(fd, path, &(struct macs){argv + 2, argc - 2});
	close(fd);
	if (r < 0)
		printf("%s\n", strerrorname_np(-r));
	return r < 0;
}
