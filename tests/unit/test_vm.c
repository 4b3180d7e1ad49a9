/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "qemu/vm.h"
#include "unit.h"

static struct vm vm;

/* A NIC that ends with that byte, behind a netdev; last < 0: its MAC is not known. */
static void add_nic(int last, enum vm_netdev netdev)
{
	struct vm_nic *nic = &vm.nics[vm.nic_count++];

	memset(nic, 0, sizeof(*nic));
	nic->netdev = netdev;
	nic->has_mac = last >= 0;
	if (nic->has_mac)
		nic->mac = (struct mac){{0x52, 0x54, 0, 0, 0, (uint8_t)last}};
}

static void start(void)
{
	memset(&vm, 0, sizeof(vm));
	vm.has_argv = true;
}

START_TEST(a_nic_is_found_by_a_mac_that_is_known)
{
	static const struct mac second = {{0x52, 0x54, 0, 0, 0, 2}}, none = {{0}};

	start();
	add_nic(-1, VM_NETDEV_TAP);
	ck_assert(!vm_has_macs(&vm));
	ck_assert_ptr_null(vm_nic_by_mac(&vm, &none));
	add_nic(1, VM_NETDEV_TAP);
	add_nic(2, VM_NETDEV_TAP);
	ck_assert(vm_has_macs(&vm));
	ck_assert_ptr_eq(vm_nic_by_mac(&vm, &second), &vm.nics[2]);
}
END_TEST

START_TEST(a_vm_is_unreachable_behind_user_mode_alone)
{
	start();
	/* One may be plugged in later. */
	ck_assert(!vm_is_unreachable(&vm));
	add_nic(1, VM_NETDEV_USER);
	ck_assert(vm_is_unreachable(&vm));
	add_nic(2, VM_NETDEV_NONE);
	add_nic(3, VM_NETDEV_PASST);
	ck_assert(vm_is_unreachable(&vm));
	vm.has_argv = false;
	ck_assert(!vm_is_unreachable(&vm));
	vm.has_argv = true;
	add_nic(4, VM_NETDEV_UNKNOWN);
	ck_assert(!vm_is_unreachable(&vm));
}
END_TEST

START_TEST(a_path_is_as_long_as_a_socket_takes)
{
	static struct endpoint endpoint;
	static char path[ENDPOINT_PATH_SIZE + 1];

	memset(path, 'a', sizeof(path) - 1);
	ck_assert_int_eq(endpoint_set_path(&endpoint, path), -ENAMETOOLONG);
	ck_assert_int_eq(endpoint.kind, ENDPOINT_NONE);
	path[sizeof(path) - 2] = '\0';
	ck_assert_int_eq(endpoint_set_path(&endpoint, path), 0);
	ck_assert_int_eq(endpoint.kind, ENDPOINT_UNIX);
	ck_assert_uint_eq(endpoint.path_len, strlen(path));
	ck_assert_str_eq(endpoint.path, path);
	ck_assert_int_eq(endpoint_set_path(&endpoint, "/a"), 0);
	ck_assert_uint_eq(endpoint.path_len, 2);
}
END_TEST

START_TEST(a_forward_on_every_address_is_reached_on_loopback)
{
	static const char *const reached[][2] = {{"0.0.0.0", "127.0.0.1"}, {"::", "::1"},
		{"127.0.0.1", "127.0.0.1"}, {"192.0.2.1", "192.0.2.1"}};
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < sizeof(reached) / sizeof(reached[0]); i++) {
		struct vm_forward forward = {.host_port = 2222, .guest_port = 22};
		struct address address;

		ck_assert_int_eq(address_from_text(text_of(reached[i][0]), &forward.host), 0);
		address = vm_forward_address(&forward);
		ck_assert_str_eq(address_format(&address, text), reached[i][1]);
	}
}
END_TEST

START_TEST(a_vm_has_its_id_and_its_names_as_they_are_typed)
{
	memset(&vm, 0, sizeof(vm));
	strcpy(vm.id, "Web Server");
	vm_add_name(&vm, "other");
	ck_assert(vm_has_name(&vm, "web-server"));
	ck_assert(vm_has_name(&vm, "OTHER"));
	ck_assert(!vm_has_name(&vm, "web"));
}
END_TEST

int main(void)
{
	UNIT_RUN("vm", a_forward_on_every_address_is_reached_on_loopback,
		a_vm_has_its_id_and_its_names_as_they_are_typed,
		a_nic_is_found_by_a_mac_that_is_known, a_vm_is_unreachable_behind_user_mode_alone,
		a_path_is_as_long_as_a_socket_takes);
}
