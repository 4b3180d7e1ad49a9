/* SPDX-License-Identifier: MIT */
#include "lease_format.h"

#include <stddef.h>
#include <string.h>

#include "json.h"

/*
 * The files that are JSON: libvirt's BRIDGE.status and BRIDGE.macs, systemd-networkd's leases. In
 * each a lease is an object without another in it, so that these are read one by one: a file of any
 * length needs no more memory than one lease, and one that is half-written spoils only its last.
 */

/* Of one object; the longest, in .macs, names a domain's NICs. */
#define OBJECT_MAX ((size_t)64 * 1024)
/* A name of libvirt's may be longer than one that can be typed. */
#define NAME_SIZE    256
#define USEC_PER_SEC 1000000

/* A walk over the objects that hold no other. */
struct objects {
	const char *at, *end;
	bool is_open; /* the text ended within one */
};

static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	return at;
}

static bool next_object(struct objects *objects, struct lease_field *ret_object)
{
	const char *begin = NULL;

	for (; objects->at < objects->end; objects->at++) {
		if (*objects->at == '"') {
			objects->at = skip_string(objects->at, objects->end);
		} else if (*objects->at == '{') {
			begin = objects->at;
		} else if (*objects->at == '}' && begin != NULL) {
			*ret_object = (struct lease_field){begin, (size_t)(++objects->at - begin)};
			return true;
		}
		if (objects->at >= objects->end)
			break;
	}
	objects->is_open = begin != NULL;
	return false;
}

static int member_text(const struct json *json, const char *key, char *ret_text, size_t size)
{
	return json_string(json, json_member(json, JSON_ROOT, key), ret_text, size);
}

/* The elements of an array of octets. Their number, or a negative errno. */
static int member_octets(const struct json *json, const char *key, uint8_t *ret_octets, size_t size)
{
	int array = json_member(json, JSON_ROOT, key), node = json_first(json, array);
	size_t len = 0;
	int64_t value;

	for (; node >= 0 && len < size; node = json_next(json, array, node)) {
		if (json_int(json, node, &value) < 0 || value < 0 || value > UINT8_MAX)
			return -1;
		ret_octets[len++] = (uint8_t)value;
	}
	return node >= 0 ? -1 : (int)len;
}

static int64_t member_number(const struct json *json, const char *key)
{
	int64_t value;

	if (json_int(json, json_member(json, JSON_ROOT, key), &value) < 0 || value < 0)
		return 0;
	return value;
}

/* src/network/leaseshelper.c: an infinite lease has the time 0 or none. */
static bool read_libvirt(const struct json *json, struct lease *ret_lease)
{
	char mac[MAC_TEXT_MAX], address[INET6_ADDRSTRLEN];

	if (member_text(json, "mac-address", mac, sizeof(mac)) < 0 ||
		member_text(json, "ip-address", address, sizeof(address)) < 0 ||
		mac_parse(mac, &ret_lease->mac) < 0 ||
		address_parse(address, &ret_lease->address) < 0)
		return false;
	ret_lease->expires = member_number(json, "expiry-time");
	if (ret_lease->expires == 0)
		ret_lease->expires = LEASE_INFINITE;
	return true;
}

/* src/network/networkd-dhcp-server-lease.c, dhcp_server_lease_append_json(). The other time that it
 * has is that of a clock which begins anew at each boot. */
static bool read_networkd(const struct json *json, struct lease *ret_lease)
{
	uint8_t octets[16];
	int64_t usec = member_number(json, "ExpirationRealtimeUSec");

	if (member_octets(json, "HardwareAddress", octets, sizeof(octets)) !=
		sizeof(ret_lease->mac.byte))
		return false;
	memcpy(ret_lease->mac.byte, octets, sizeof(ret_lease->mac.byte));
	ret_lease->address = (struct address){.family = AF_INET};
	if (member_octets(json, "Address", ret_lease->address.bytes, 16) != 4)
		return false;
	/* A lease without an end has the largest number there is (USEC_INFINITY). */
	ret_lease->expires = usec / USEC_PER_SEC;
	if (usec == 0 && json_member(json, JSON_ROOT, "ExpirationRealtimeUSec") >= 0)
		ret_lease->expires = LEASE_INFINITE;
	return true;
}

/*
 * Most leases are others': a look at the text of the MAC saves reading them. Only what is surely
 * that, and not wanted, is passed over.
 */
static bool is_surely_anothers(struct lease_field object, const struct lease_query *query)
{
	static const char key[] = "\"mac-address\"";
	const char *at = memmem(object.text, object.len, key, sizeof(key) - 1);
	const char *end = object.text + object.len;
	struct mac mac;

	if (at == NULL)
		return false;
	at += sizeof(key) - 1;
	while (at < end && (*at == ' ' || *at == ':'))
		at++;
	if (end - at <= MAC_TEXT_MAX || at[0] != '"' || at[MAC_TEXT_MAX] != '"')
		return false;
	return lease_field_mac((struct lease_field){at + 1, MAC_TEXT_MAX - 1}, &mac) == 0 &&
	       !query->wants(query->context, &mac);
}

static void take_object(struct lease_field object, const struct lease_query *query)
{
	struct lease lease;
	struct json *json;

	if (object.len > OBJECT_MAX || is_surely_anothers(object, query) ||
		json_parse(object.text, object.len, &json) < 0)
		return;
	if ((read_libvirt(json, &lease) || read_networkd(json, &lease)) &&
		query->wants(query->context, &lease.mac))
		query->visit(query->context, &lease);
	json_free(json);
}

bool lease_json_parse(const char *text, size_t len, const struct lease_query *query)
{
	struct objects objects = {.at = text, .end = text + len};
	struct lease_field object;

	for (unsigned int left = LEASE_LINES_MAX; left > 0 && next_object(&objects, &object);
		left--)
		take_object(object, query);
	return len == 0 || objects.is_open;
}

/* {"domain": "web", "macs": ["52:54:00:12:34:56"]} */
static void take_domain(const struct json *json, const struct lease_macs_query *query)
{
	int macs = json_member(json, JSON_ROOT, "macs");
	char name[NAME_SIZE], text[MAC_TEXT_MAX];
	struct mac mac;

	if (member_text(json, "domain", name, sizeof(name)) < 0 ||
		!query->is_domain(query->context, name))
		return;
	for (int node = json_first(json, macs); node >= 0; node = json_next(json, macs, node))
		if (json_string(json, node, text, sizeof(text)) >= 0 && mac_parse(text, &mac) == 0)
			query->visit(query->context, &mac);
}

void lease_parse_macs(const char *text, size_t len, const struct lease_macs_query *query)
{
	struct objects objects = {.at = text, .end = text + len};
	struct lease_field object;
	struct json *json;

	for (unsigned int left = LEASE_LINES_MAX; left > 0 && next_object(&objects, &object);
		left--) {
		if (object.len > OBJECT_MAX || json_parse(object.text, object.len, &json) < 0)
			continue;
		take_domain(json, query);
		json_free(json);
	}
}
