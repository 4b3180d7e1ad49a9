/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "qemu/vm_argv.h"
#include "qemu/vm_nics.h"
#include "unit.h"

/* Command lines as these programs write them, each argument in a text of its own. */
static struct vm vm;
/* Where a template led to the agent's socket, or NULL. */
static const char *known_agent = "/run/qemu-server/100.qga";

static void read_argv(const char *const *arguments)
{
	static char cmdline[16384];
	size_t len = 0;

	for (; *arguments != NULL; arguments++)
		len += strlen(strcpy(cmdline + len, *arguments)) + 1;
	memset(&vm, 0, sizeof(vm));
	if (known_agent != NULL)
		endpoint_set_path(&vm.agent, known_agent);
	vm_argv_parse(&vm, &(struct argv){cmdline, len});
}

#define READ(...) read_argv((const char *const[]){"qemu-system-x86_64", __VA_ARGS__, NULL})

/* What the arguments alone tell, where no template led to the agent's socket. */
#define READ_UNKNOWN(...)                                                                          \
	do {                                                                                       \
		known_agent = NULL;                                                                \
		READ(__VA_ARGS__);                                                                 \
		known_agent = "/run/qemu-server/100.qga";                                          \
	} while (0)

#define AGENT_PORT(chardev)                                                                        \
	"-device", "virtio-serial", "-device",                                                     \
		"virtserialport,chardev=" chardev ",name=org.qemu.guest_agent.0"

/* The names, with '|' between. */
static const char *names(void)
{
	static char text[1024];

	text[0] = '\0';
	for (unsigned int i = 0; i < vm.name_count; i++)
		strcat(strcat(text, i > 0 ? "|" : ""), vm.names[i]);
	return text;
}

static void check_forward(unsigned int n, const char *host, unsigned int from, unsigned int to)
{
	char text[ADDRESS_TEXT_MAX];

	ck_assert_uint_lt(n, vm.forward_count);
	ck_assert_str_eq(address_format(&vm.forwards[n].host, text), host);
	ck_assert_uint_eq(vm.forwards[n].host_port, from);
	ck_assert_uint_eq(vm.forwards[n].guest_port, to);
}

static void check_nic(unsigned int n, const char *mac, enum vm_netdev netdev)
{
	char text[MAC_TEXT_MAX];

	ck_assert_uint_lt(n, vm.nic_count);
	ck_assert(vm.nics[n].has_mac);
	ck_assert_str_eq(mac_format(&vm.nics[n].mac, text), mac);
	ck_assert_int_eq(vm.nics[n].netdev, netdev);
}

START_TEST(the_arguments_of_aetherscale_are_understood)
{
	READ("-nographic", "-cpu", "host", "-m", "4096", "-accel", "kvm", "-hda", "/srv/a.qcow2",
		"-name", "qemu-vm-abcdefgh,process=vm-abcdefgh", "-qmp",
		"unix:/tmp/"
		"the_arguments_of_aetherscale_are_understood-qmp-abcdefgh.sock,server,nowait",
		"-chardev",
		"socket,path=/tmp/"
		"the_arguments_of_aetherscale_are_understood-qga-abcdefgh.sock,server,nowait,id="
		"qga0",
		"-device", "virtio-serial", "-device",
		"virtserialport,chardev=qga0,name=org.qemu.guest_agent.0", "-device",
		"virtio-net-pci,netdev=net0,mac=fe:24:38:01:4d:74", "-netdev",
		"tap,id=net0,ifname=pub-abcdefgh,script=no,downscript=no");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "fe:24:38:01:4d:74", VM_NETDEV_TAP);
	ck_assert_str_eq(vm.nics[0].ifname, "pub-abcdefgh");
	ck_assert(!vm.nics[0].mac_is_default);
	ck_assert(!vm.agent.is_serial);
	ck_assert(!vm_is_unreachable(&vm));
}
END_TEST

START_TEST(quickemu_is_behind_user_mode)
{
	READ("-name", "ubuntu-24.04,process=ubuntu-24.04", "-device", "virtio-net,netdev=nic",
		"-netdev", "user,hostname=ubuntu-24.04,hostfwd=tcp::22220-:22,id=nic");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:54:00:12:34:56", VM_NETDEV_USER);
	ck_assert(vm.nics[0].mac_is_default);
	ck_assert(vm_is_unreachable(&vm));
}
END_TEST

START_TEST(proxmox_has_chardev_and_device_of_one_id)
{
	READ("-id", "100", "-name", "web,debug-threads=on", "-no-shutdown", "-chardev",
		"socket,path=/var/run/qemu-server/100.qga,server=on,wait=off,id=qga0", "-device",
		"virtio-serial,id=qga0,bus=pci.0,addr=0x8", "-device",
		"virtserialport,chardev=qga0,name=org.qemu.guest_agent.0", "-netdev",
		"type=tap,id=net0,ifname=tap100i0,script=/usr/libexec/qemu-server/pve-bridge",
		"-device", "virtio-net-pci,mac=BC:24:11:AA:BB:CC,netdev=net0,bus=pci.0,id=net0");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "bc:24:11:aa:bb:cc", VM_NETDEV_TAP);
	ck_assert_str_eq(vm.nics[0].ifname, "tap100i0");
	ck_assert(!vm.agent.is_serial);
}
END_TEST

START_TEST(proxmox_with_an_isa_agent)
{
	READ("-chardev", "socket,path=/var/run/qemu-server/100.qga,server=on,wait=off,id=qga0",
		"-device", "isa-serial,chardev=qga0");
	ck_assert(vm.agent.is_serial);
	READ("-serial", "unix:/run/qemu-server/100.qga,server=on,wait=off");
	ck_assert(vm.agent.is_serial);
	READ("-chardev", "socket,id=c,path=100.qga,server=on", "-serial", "chardev:c");
	ck_assert(vm.agent.is_serial);
	READ("-serial", "unix:/run/other.sock,server=on,wait=off");
	ck_assert(!vm.agent.is_serial);
}
END_TEST

START_TEST(the_json_of_libvirt_is_understood)
{
	READ("-name", "guest=web 1,debug-threads=on", "-S", "-netdev",
		"{\"type\":\"tap\",\"fd\":\"36\",\"vhost\":true,\"id\":\"hostnet0\"}", "-device",
		"{\"driver\":\"virtio-net-pci\",\"netdev\":\"hostnet0\",\"id\":\"net0\","
		"\"mac\":\"52:54:00:aa:bb:cc\",\"bus\":\"pci.1\",\"addr\":\"0x0\"}");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:54:00:aa:bb:cc", VM_NETDEV_TAP);
}
END_TEST

START_TEST(multipass_has_a_nic_in_one_word)
{
	READ("--enable-kvm", "-cpu", "host", "-nic",
		"tap,ifname=tap-1a2b3c4d5e6,script=no,model=virtio-net-pci,mac=52:54:00:12:34:58",
		"-device", "virtio-scsi-pci,id=scsi0", "-nographic");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:54:00:12:34:58", VM_NETDEV_TAP);
	ck_assert_str_eq(vm.nics[0].ifname, "tap-1a2b3c4d5e6");
}
END_TEST

START_TEST(nixos_writes_net_nic_with_a_netdev)
{
	READ("-net", "nic,netdev=user.0,model=virtio", "-netdev",
		"user,id=user.0,hostfwd=tcp::2221-:22,");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:54:00:12:34:56", VM_NETDEV_USER);
}
END_TEST

START_TEST(net_nic_without_a_netdev_is_on_the_hub)
{
	READ("-net", "nic,macaddr=52:54:00:01:02:03", "-net", "bridge,br=lan0");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:54:00:01:02:03", VM_NETDEV_BRIDGE);
	ck_assert_str_eq(vm.nics[0].bridge, "lan0");
}
END_TEST

START_TEST(default_macs_are_counted_as_qemu_does)
{
	READ("-device", "virtio-net-pci,netdev=a", "-netdev", "tap,id=a", "-nic", "bridge",
		"-device", "e1000,netdev=b,mac=52:54:00:aa:bb:cc", "-netdev", "bridge,id=b",
		"-device", "rtl8139,netdev=c", "-netdev", "vde,id=c");
	ck_assert_uint_eq(vm.nic_count, 4);
	check_nic(0, "52:54:00:12:34:56", VM_NETDEV_BRIDGE);
	check_nic(1, "52:54:00:12:34:57", VM_NETDEV_TAP);
	check_nic(2, "52:54:00:aa:bb:cc", VM_NETDEV_BRIDGE);
	check_nic(3, "52:54:00:12:34:58", VM_NETDEV_VDE);
	ck_assert_str_eq(vm.nics[0].bridge, "br0");
	ck_assert(!vm.nics[2].mac_is_default);
}
END_TEST

START_TEST(an_explicit_mac_takes_its_number)
{
	READ("-nic", "tap,mac=52:54:00:12:34:56", "-nic", "tap");
	check_nic(1, "52:54:00:12:34:57", VM_NETDEV_TAP);
}
END_TEST

START_TEST(a_mac_of_zeros_is_none)
{
	READ("-nic", "tap,mac=00:00:00:00:00:00");
	check_nic(0, "52:54:00:12:34:56", VM_NETDEV_TAP);
	ck_assert(vm.nics[0].mac_is_default);
}
END_TEST

START_TEST(devices_in_json_come_last)
{
	READ("-nodefaults", "-device", "{\"driver\":\"e1000\",\"netdev\":\"a\"}", "-device",
		"e1000,netdev=b", "-netdev", "user,id=a", "-netdev", "tap,id=b");
	ck_assert_uint_eq(vm.nic_count, 2);
	check_nic(0, "52:54:00:12:34:56", VM_NETDEV_TAP);
	check_nic(1, "52:54:00:12:34:57", VM_NETDEV_USER);
}
END_TEST

START_TEST(a_nic_alone_on_the_hub_is_plugged_into_nothing)
{
	READ("-net", "nic");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:54:00:12:34:56", VM_NETDEV_NONE);
}
END_TEST

START_TEST(texts_that_are_too_long_are_not_known)
{
	static char id[200], device[256], netdev[256];

	memset(id, 'n', sizeof(id) - 1);
	snprintf(device, sizeof(device), "e1000,netdev=%s", id);
	snprintf(netdev, sizeof(netdev), "user,id=%s", id);
	READ("-device", device, "-netdev", netdev, "-nic", "tap,ifname=abcdefghijklmnopqrstuvwxyz");
	ck_assert_uint_eq(vm.nic_count, 2);
	ck_assert_str_eq(vm.nics[0].ifname, "");
	check_nic(1, "52:54:00:12:34:57", VM_NETDEV_UNKNOWN);
	ck_assert(!vm_is_unreachable(&vm));
}
END_TEST

START_TEST(lima_is_behind_user_mode)
{
	READ("-m", "4096", "-netdev",
		"user,id=net0,net=192.168.5.0/24,dhcpstart=192.168.5.15,"
		"hostfwd=tcp:127.0.0.1:60022-:22",
		"-device", "virtio-net-pci,netdev=net0,mac=52:55:55:11:22:33", "-chardev",
		"socket,id=char-qmp,path=/home/u/.lima/default/qmp.sock,server=on,wait=off", "-qmp",
		"chardev:char-qmp", "-name", "lima-default");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:55:55:11:22:33", VM_NETDEV_USER);
	ck_assert(vm_is_unreachable(&vm));
}
END_TEST

START_TEST(the_pairs_of_older_libvirt_are_understood)
{
	READ("-name", "guest=web,debug-threads=on", "-netdev",
		"tap,fd=26,id=hostnet0,vhost=on,vhostfd=28", "-device",
		"virtio-net-pci,netdev=hostnet0,id=net0,mac=52:54:00:aa:bb:cc");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:54:00:aa:bb:cc", VM_NETDEV_TAP);
	ck_assert_str_eq(vm.nics[0].ifname, "");
}
END_TEST

/* The longest command line that is read, of one argument over and over. */
static clock_t time_of(const char *option, const char *value)
{
	static char text[512 * 1024 + 1];
	size_t unit = strlen(option) + strlen(value) + 2, len = 4;
	clock_t begin;

	memcpy(text, "kvm", 4);
	for (; len + unit < sizeof(text); len += unit) {
		strcpy(text + len, option);
		strcpy(text + len + strlen(option) + 1, value);
	}
	memset(&vm, 0, sizeof(vm));
	endpoint_set_path(&vm.agent, "/run/qemu-server/100.qga");
	begin = clock();
	vm_argv_parse(&vm, &(struct argv){text, len});
	return clock() - begin;
}

START_TEST(a_long_command_line_takes_no_time)
{
	static const char *const arguments[][2] = {{"-device", "e1000,netdev=n"},
		{"-device", "{\"driver\":\"e1000\",\"netdev\":\"n\"}"}, {"-net", "nic"},
		{"-device", "isa-serial,chardev=c"}, {"-serial", "chardev:c"},
		{"-chardev", "socket,id=c,path=100.qga"}, {"-netdev", "tap,id=n"}, {"-S", "x"},
		{"", ""}};

	for (size_t i = 0; i < COUNT_OF(arguments); i++)
		ck_assert_msg(time_of(arguments[i][0], arguments[i][1]) < CLOCKS_PER_SEC / 4, "%s",
			arguments[i][1]);
}
END_TEST

START_TEST(without_a_network_option_there_is_one_nic)
{
	READ("-hda", "disk.qcow2");
	ck_assert_uint_eq(vm.nic_count, 1);
	check_nic(0, "52:54:00:12:34:56", VM_NETDEV_USER);
	READ("-hda", "disk.qcow2", "-nodefaults");
	ck_assert_uint_eq(vm.nic_count, 0);
	ck_assert(!vm_is_unreachable(&vm));
	READ("-nic", "none");
	ck_assert_uint_eq(vm.nic_count, 0);
}
END_TEST

START_TEST(a_word_behind_an_option_that_takes_none_is_read_anew)
{
	READ("-enable-kvm", "-nic", "tap,mac=52:54:00:01:02:03", "-S", "-snapshot", "--nographic",
		"-nic", "tap,mac=52:54:00:01:02:04");
	ck_assert_uint_eq(vm.nic_count, 2);
	/* The value of an option may look like another. */
	READ("-nodefaults", "-append", "-nic", "tap,mac=52:54:00:01:02:03");
	ck_assert_uint_eq(vm.nic_count, 0);
}
END_TEST

START_TEST(what_is_malformed_is_skipped_alone)
{
	READ("-device", "{\"driver\":", "-netdev", "tap,id=", "-device",
		"virtio-net-pci,netdev=n,mac=nonsense", "-netdev", "tap,id=n", "-device", "",
		"-device", "virtio-net-pci,netdev=nowhere,mac=52:54:00:01:02:03", "-nic");
	ck_assert_uint_eq(vm.nic_count, 2);
	ck_assert(!vm.nics[0].has_mac);
	check_nic(1, "52:54:00:01:02:03", VM_NETDEV_UNKNOWN);
}
END_TEST

START_TEST(more_nics_than_there_is_room_for_are_left_out)
{
	static const char *arguments[100] = {"kvm"};

	for (int i = 1; i < 98; i += 2) {
		arguments[i] = "-nic";
		arguments[i + 1] = "tap";
	}
	read_argv(arguments);
	ck_assert_uint_eq(vm.nic_count, VM_NICS_MAX);
}
END_TEST

START_TEST(hostile_text_does_no_harm)
{
	static char text[65536];

	for (int seed = 0; seed < 200; seed++) {
		srand((unsigned int)seed);
		for (size_t i = 0; i < sizeof(text) - 1; i++)
			text[i] = "-nicdeva=,{}\":0\0\xff"[rand() % 17];
		memset(&vm, 0, sizeof(vm));
		vm_argv_parse(&vm, &(struct argv){text, (size_t)(rand() % 4096) + 1});
		ck_assert_uint_le(vm.nic_count, VM_NICS_MAX);
	}
}
END_TEST

START_TEST(every_kind_of_name_is_read)
{
	READ("-name", "qemu-vm-abcdefgh,process=vm-abcdefgh");
	ck_assert_str_eq(names(), "qemu-vm-abcdefgh|vm-abcdefgh");
	READ("-name", "process=vm-x,guest=web");
	ck_assert_str_eq(names(), "web|vm-x");
	READ("-name", "a,,b");
	ck_assert_str_eq(names(), "a,b");
	READ("--name", "my vm,debug-threads=on");
	ck_assert_str_eq(names(), "my vm");
	READ("-name", "foo", "-name", "process=barproc");
	ck_assert_str_eq(names(), "foo|barproc");
	READ("-name", "first", "-name", "second");
	ck_assert_str_eq(names(), "second");
	READ("-id", "100", "-name", "web,debug-threads=on");
	ck_assert_str_eq(names(), "web|100");
	READ("-name", "web,process=web");
	ck_assert_str_eq(names(), "web");
	ck_assert(vm.is_named);
	READ("-uuid", "11111111-2222-3333-4444-555555555555");
	ck_assert_str_eq(names(), "11111111-2222-3333-4444-555555555555");
	ck_assert(!vm.is_named);
	READ("-m", "16");
	ck_assert_uint_eq(vm.name_count, 0);
}
END_TEST

START_TEST(a_name_that_nobody_can_type_is_left_out)
{
	static char name[400] = "guest=";

	memset(name + 6, 'n', sizeof(name) - 7);
	READ("-name", name, "-uuid", "");
	ck_assert_uint_eq(vm.name_count, 0);
	READ("-name", "we\xffird\x1b[31m");
	ck_assert_uint_eq(vm.name_count, 1);
}
END_TEST

START_TEST(the_agent_is_known_by_its_port)
{
	READ_UNKNOWN(
		"-chardev", "socket,id=ga,path=/d/a,,b.sock,server=on,wait=off", AGENT_PORT("ga"));
	ck_assert_int_eq(vm.agent.kind, ENDPOINT_UNIX);
	ck_assert_str_eq(vm.agent.path, "/d/a,b.sock");
	READ_UNKNOWN("-chardev", "socket,path=rel.sock,server,nowait,id=ga", AGENT_PORT("ga"));
	ck_assert_str_eq(vm.agent.path, "rel.sock");
	/* Another program's agent, under the id that everybody uses. */
	READ_UNKNOWN("-chardev", "socket,path=/l/ga.sock,server=on,wait=off,id=qga0", "-device",
		"virtserialport,chardev=qga0,name=io.lima-vm.guest_agent.0");
	ck_assert_int_eq(vm.agent.kind, ENDPOINT_NONE);
	/* QEMU is the client there. */
	READ_UNKNOWN("-chardev", "socket,id=ga,path=/a.sock,reconnect=1", AGENT_PORT("ga"));
	ck_assert_int_eq(vm.agent.kind, ENDPOINT_NONE);
	READ_UNKNOWN("-chardev", "pipe,id=ga,path=/a", AGENT_PORT("ga"));
	ck_assert_int_eq(vm.agent.kind, ENDPOINT_NONE);
	READ_UNKNOWN(AGENT_PORT("nowhere"));
	ck_assert_int_eq(vm.agent.kind, ENDPOINT_NONE);
}
END_TEST

START_TEST(the_agent_is_behind_any_kind_of_socket)
{
	char text[ENDPOINT_PATH_SIZE], address[ADDRESS_TEXT_MAX];

	READ_UNKNOWN("-chardev", "socket,id=ga,path=name,abstract=on,server=on", AGENT_PORT("ga"));
	ck_assert_str_eq(endpoint_format(&vm.agent, text), "@name");
	ck_assert_uint_eq(vm.agent.path_len, 5);
	READ_UNKNOWN("-chardev", "socket,id=ga,path=name,abstract=on,tight=off,server=on",
		AGENT_PORT("ga"));
	ck_assert_uint_eq(vm.agent.path_len, ENDPOINT_SUN_PATH_SIZE);
	READ_UNKNOWN("-chardev", "socket,id=ga,host=127.0.0.1,port=4444,server=on,wait=off",
		AGENT_PORT("ga"));
	ck_assert_str_eq(endpoint_format(&vm.agent, text), "127.0.0.1:4444");
	READ_UNKNOWN("-chardev", "socket,id=ga,host=0.0.0.0,port=4444,server=on", AGENT_PORT("ga"));
	ck_assert_str_eq(address_format(&vm.agent.host, address), "127.0.0.1");
	READ_UNKNOWN("-chardev", "socket,id=ga,host=::,port=4444,server=on", AGENT_PORT("ga"));
	ck_assert_str_eq(address_format(&vm.agent.host, address), "::1");
	READ_UNKNOWN("-chardev", "socket,id=ga,port=99999,server=on", AGENT_PORT("ga"));
	ck_assert_int_eq(vm.agent.kind, ENDPOINT_NONE);
	READ_UNKNOWN("-chardev", "socket,id=ga,fd=33,server=on,wait=off", "-device",
		"{\"driver\":\"virtserialport\",\"bus\":\"virtio-serial0.0\",\"nr\":1,"
		"\"chardev\":\"ga\",\"id\":\"channel0\",\"name\":\"org.qemu.guest_agent.0\"}");
	ck_assert_int_eq(vm.agent.kind, ENDPOINT_FD);
	ck_assert_int_eq(vm.agent.fd, 33);
	READ_UNKNOWN("-chardev",
		"{\"id\":\"ga\",\"backend\":{\"type\":\"socket\",\"data\":{\"addr\":"
		"{\"type\":\"unix\",\"data\":{\"path\":\"/j.sock\"}},\"server\":true}}}",
		AGENT_PORT("ga"));
	ck_assert_str_eq(vm.agent.path, "/j.sock");
}
END_TEST

START_TEST(an_agent_on_a_serial_port_is_known_by_its_sockets_name)
{
	READ_UNKNOWN("-chardev", "socket,path=/var/run/qemu-server/100.qga,server=on,id=qga0",
		"-device", "isa-serial,chardev=qga0");
	ck_assert_str_eq(vm.agent.path, "/var/run/qemu-server/100.qga");
	ck_assert(vm.agent.is_serial);
	READ_UNKNOWN("-serial", "unix:/d/guest_agent.sock,server=on,wait=off");
	ck_assert(vm.agent.is_serial);
	READ_UNKNOWN("-serial", "mon:unix:/d/console.sock,server=on,wait=off");
	ck_assert_int_eq(vm.agent.kind, ENDPOINT_NONE);
	READ_UNKNOWN("-serial", "unix:/d/x.qga,server", "-chardev",
		"socket,id=ga,path=/real.sock,server=on", AGENT_PORT("ga"));
	ck_assert_str_eq(vm.agent.path, "/real.sock");
	ck_assert(!vm.agent.is_serial);
}
END_TEST

START_TEST(a_monitor_is_read_in_every_form)
{
	READ("-qmp", "unix:/tmp/q.sock,server,nowait");
	ck_assert_str_eq(vm.monitor.path, "/tmp/q.sock");
	ck_assert_int_eq(vm.monitor_protocol, VM_MONITOR_QMP);
	READ("-monitor", "unix:u/m.socket,server,nowait");
	ck_assert_str_eq(vm.monitor.path, "u/m.socket");
	ck_assert_int_eq(vm.monitor_protocol, VM_MONITOR_HMP);
	READ("-chardev", "socket,id=qmp,path=/q,server=on", "-mon", "chardev=qmp,mode=control");
	ck_assert_str_eq(vm.monitor.path, "/q");
	ck_assert_int_eq(vm.monitor_protocol, VM_MONITOR_QMP);
	READ("-chardev", "socket,id=m,path=/m,server=on", "-mon", "m,mode=readline", "-qmp",
		"unix:/q,server=on");
	ck_assert_str_eq(vm.monitor.path, "/m");
	ck_assert_int_eq(vm.monitor_protocol, VM_MONITOR_HMP);
	READ("-qmp", "tcp:localhost:4444,server=on,wait=off");
	ck_assert_int_eq(vm.monitor.kind, ENDPOINT_TCP);
	ck_assert_uint_eq(vm.monitor.port, 4444);
	READ("-monitor", "tcp::4444,server", "-qmp", "chardev:none");
	ck_assert_uint_eq(vm.monitor.port, 4444);
	READ("-monitor", "stdio", "-qmp", "unix:/client", "-monitor", "tcp:h:1", "-monitor",
		"telnet::4,server");
	ck_assert_int_eq(vm.monitor.kind, ENDPOINT_NONE);
}
END_TEST

START_TEST(a_forward_is_read_in_every_form)
{
	READ("-netdev", "user,id=n,hostfwd=tcp::22220-:22,hostfwd=udp::53-:53,", "-device",
		"e1000,netdev=n", "-nic",
		"user,hostfwd=tcp:127.0.0.1:60022-:22,hostfwd=:[::1]:80-:8080", "-net", "nic",
		"-net", "user,hostfwd=tcp:0.0.0.0:5022-10.0.2.15:22");
	ck_assert_uint_eq(vm.forward_count, 4);
	check_forward(0, "127.0.0.1", 60022, 22);
	check_forward(1, "::1", 80, 8080);
	check_forward(2, "0.0.0.0", 5022, 22);
	check_forward(3, "0.0.0.0", 22220, 22);
	READ("-nic", "{\"type\":\"user\"}", "-netdev",
		"{\"type\":\"user\",\"id\":\"n\",\"hostfwd\":[{\"str\":\"tcp::1-:2\"}]}", "-device",
		"e1000,netdev=n");
	ck_assert_uint_eq(vm.forward_count, 1);
	check_forward(0, "0.0.0.0", 1, 2);
}
END_TEST

START_TEST(a_malformed_forward_is_left_out)
{
	static const char *const bad[] = {"tcp", "tcp:", "tcp::22", "tcp::22-",
		"tcp::22-:", "tcp::0-:22", "tcp::65536-:22", "tcp::22-:22x", "tcp:name:22-:22",
		"tcp:[::1:22-:22", "sctp::1-:2", "tcp::1-:2-:3", ""};
	struct vm_forward forward;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(vm_forward_parse(bad[i], &forward) < 0, "%s", bad[i]);
}
END_TEST

START_TEST(a_vsock_device_is_read_in_both_grammars)
{
	READ("-device", "vhost-vsock-pci,guest-cid=42,vhostfd=3");
	ck_assert_uint_eq(vm.vsock_cid, 42);
	READ("-device", "{\"driver\":\"vhost-vsock-pci\",\"id\":\"v\",\"guest-cid\":7}");
	ck_assert_uint_eq(vm.vsock_cid, 7);
	READ("-device", "virtio-net,guest-cid=9", "-device", "vhost-vsock-pci,guest-cid=x");
	ck_assert_uint_eq(vm.vsock_cid, 0);
}
END_TEST

int main(void)
{
	UNIT_RUN("vm_argv", every_kind_of_name_is_read, a_name_that_nobody_can_type_is_left_out,
		the_agent_is_known_by_its_port, the_agent_is_behind_any_kind_of_socket,
		an_agent_on_a_serial_port_is_known_by_its_sockets_name,
		a_monitor_is_read_in_every_form, a_forward_is_read_in_every_form,
		a_malformed_forward_is_left_out, a_vsock_device_is_read_in_both_grammars,
		the_arguments_of_aetherscale_are_understood, quickemu_is_behind_user_mode,
		proxmox_has_chardev_and_device_of_one_id, proxmox_with_an_isa_agent,
		the_json_of_libvirt_is_understood, multipass_has_a_nic_in_one_word,
		nixos_writes_net_nic_with_a_netdev, net_nic_without_a_netdev_is_on_the_hub,
		default_macs_are_counted_as_qemu_does, an_explicit_mac_takes_its_number,
		without_a_network_option_there_is_one_nic,
		a_word_behind_an_option_that_takes_none_is_read_anew,
		what_is_malformed_is_skipped_alone, a_mac_of_zeros_is_none,
		devices_in_json_come_last, a_nic_alone_on_the_hub_is_plugged_into_nothing,
		texts_that_are_too_long_are_not_known, lima_is_behind_user_mode,
		the_pairs_of_older_libvirt_are_understood, a_long_command_line_takes_no_time,
		more_nics_than_there_is_room_for_are_left_out, hostile_text_does_no_harm);
}
