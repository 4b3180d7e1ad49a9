/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "monitor/monitor_text.h"
#include "unit.h"

static struct vm vm;

static void begin(void)
{
	memset(&vm, 0, sizeof(vm));
}

START_TEST(forwards_are_read_from_info_usernet)
{
	char text[ADDRESS_TEXT_MAX];

	begin();
	monitor_read_usernet(&vm,
		"Hub -1 (n):\n"
		"  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\n"
		"  TCP[HOST_FORWARD]  11       127.0.0.1 22990       10.0.2.15    22     0     0\n"
		"  UDP[HOST_FORWARD]  12               * 53          10.0.2.15    53     0     0\n"
		"  TCP[ESTABLISHED]   13       10.0.2.15 40000       192.0.2.1   443     0     0\n"
		"Hub -1 (m):\n"
		"  TCP[HOST_FORWARD]   9               * 22991       10.0.2.15    80     0     0\n"
		"  TCP[HOST_FORWARD]   9               * 0           10.0.2.15    80     0     0\n"
		"  TCP[HOST_FORWARD]   9\n");
	ck_assert_uint_eq(vm.forward_count, 2);
	ck_assert_str_eq(address_format(&vm.forwards[0].host, text), "127.0.0.1");
	ck_assert_uint_eq(vm.forwards[0].host_port, 22990);
	ck_assert_uint_eq(vm.forwards[0].guest_port, 22);
	ck_assert_str_eq(address_format(&vm.forwards[1].host, text), "0.0.0.0");
	ck_assert_uint_eq(vm.forwards[1].host_port, 22991);
}
END_TEST

START_TEST(nics_are_read_from_info_network)
{
	begin();
	monitor_read_network(&vm,
		"virtio-net-pci.0: "
		"index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:12:34:56\n"
		" \\ n: index=0,type=user,net=10.0.2.0,restrict=off\n"
		"x: index=0,type=nic,model=e1000,macaddr=52:54:00:01:02:03\n"
		" \\ m: index=0,type=tap,ifname=tap7,script=no,downscript=no\n"
		"bad: index=0,type=nic,model=e1000,macaddr=nonsense\n"
		" \\ k: index=0,type=tap,ifname=tap8\n"
		"hub 0\n");
	ck_assert_uint_eq(vm.nic_count, 2);
	ck_assert_int_eq(vm.nics[0].netdev, VM_NETDEV_USER);
	ck_assert_int_eq(vm.nics[1].netdev, VM_NETDEV_TAP);
	ck_assert_str_eq(vm.nics[1].ifname, "tap7");
	ck_assert_uint_eq(vm.nics[1].mac.byte[5], 3);
}
END_TEST

START_TEST(a_name_and_a_uuid_that_is_not_zero_are_names)
{
	begin();
	monitor_read_name(&vm, "");
	monitor_read_uuid(&vm, "00000000-0000-0000-0000-000000000000\n");
	ck_assert_uint_eq(vm.name_count, 0);
	ck_assert(!vm.is_named);
	monitor_read_name(&vm, "my vm\n");
	monitor_read_uuid(&vm, "6e1a5a4c-0b0b-4a4a-9a9a-010203040506\n");
	ck_assert(vm.is_named);
	ck_assert_str_eq(vm.names[0], "my vm");
	ck_assert_str_eq(vm.names[1], "6e1a5a4c-0b0b-4a4a-9a9a-010203040506");
}
END_TEST

START_TEST(the_cid_is_read_below_its_vsock_device)
{
	begin();
	monitor_read_qtree(
		&vm, "bus: pci.0\n  dev: virtio-net-pci, id \"\"\n    guest-cid = 9 (0x9)\n");
	ck_assert_uint_eq(vm.vsock_cid, 0);
	monitor_read_qtree(&vm, "bus: pci.0\n  dev: vhost-vsock-pci, id \"v\"\n    vectors = 3\n"
				"        guest-cid = 42 (0x2a)\n");
	ck_assert_uint_eq(vm.vsock_cid, 42);
}
END_TEST

START_TEST(a_port_is_open_only_if_the_guest_opened_the_one_of_that_name)
{
	static const char text[] =
		"dev: virtserialport, id \"\"\n    chardev = \"a\"\n"
		"    name = \"com.redhat.spice.0\"\n"
		"    port 1, guest on, host on, throttle off\n"
		"dev: virtserialport, id \"\"\n    name = \"org.qemu.guest_agent.0\"\n"
		"    port 2, guest off, host off, throttle off\n";

	ck_assert_int_eq(monitor_read_port(text, "org.qemu.guest_agent.0"), 0);
	ck_assert_int_eq(monitor_read_port(text, "com.redhat.spice.0"), 1);
	ck_assert_int_eq(monitor_read_port(text, "none"), -ENOENT);
	/* A port that is gone lends its name to no other. */
	ck_assert_int_eq(
		monitor_read_port("dev: a\n name = \"x\"\ndev: b\n port 1, guest on, \n", "x"),
		-ENOENT);
}
END_TEST

int main(void)
{
	UNIT_RUN("monitor_text", forwards_are_read_from_info_usernet,
		nics_are_read_from_info_network, a_name_and_a_uuid_that_is_not_zero_are_names,
		the_cid_is_read_below_its_vsock_device,
		a_port_is_open_only_if_the_guest_opened_the_one_of_that_name);
}
