/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "qemu/vm_argv.h"
#include "qemu/vm_id.h"
#include "unit.h"

static struct config config;
static struct vm vm;

/* The id that a command line gets in the folder /home/u/vms. */
static const char *id_of(const char *const *arguments)
{
	static char cmdline[4096];
	struct argv argv = {cmdline, 0};

	for (; *arguments != NULL; arguments++)
		argv.len += strlen(strcpy(cmdline + argv.len, *arguments)) + 1;
	config_init(&config);
	memset(&vm, 0, sizeof(vm));
	vm.pid = 4711;
	vm_argv_parse(&vm, &argv);
	vm_choose_id(&vm, &argv, "/home/u/vms", &config);
	return vm.id;
}

#define ID(...) id_of((const char *const[]){"qemu-system-x86_64", __VA_ARGS__, NULL})

#define AGENT(path)                                                                                \
	"-chardev", "socket,id=a,server=on,path=" path, "-device",                                 \
		"virtserialport,chardev=a,name=org.qemu.guest_agent.0"

START_TEST(a_template_gives_the_id)
{
	ck_assert_str_eq(ID("-name", "qemu-vm-x", AGENT("/tmp/aetherscale-qga-abc.sock")), "abc");
	ck_assert_str_eq(
		ID("-name", "web", "-id", "100", AGENT("/var/run/qemu-server/100.qga")), "100");
	ck_assert_str_eq(ID("-name", "web", AGENT("/elsewhere/100.qga")), "web");
}
END_TEST

START_TEST(a_name_gives_the_id)
{
	ck_assert_str_eq(ID("-name", "process=p,guest=g"), "g");
	ck_assert_str_eq(ID("-id", "100"), "100");
	ck_assert_uint_eq(vm.name_count, 1);
}
END_TEST

START_TEST(an_unnamed_vm_is_called_after_its_socket)
{
	ck_assert_str_eq(ID(AGENT("/tmp/qga-123456.sock")), "qga-123456");
	ck_assert_str_eq(ID(AGENT("u/ubuntu-24.04-agent.sock")), "ubuntu-24.04");
	ck_assert_str_eq(ID(AGENT("/alloc/web/qemu-guest-agent.sock")), "web");
	ck_assert_str_eq(ID(AGENT("/run/libvirt/3-db/org.qemu.guest_agent.0")), "3-db");
	ck_assert_str_eq(ID(AGENT("/tmp/qga.sock")), "pid-4711");
	ck_assert_str_eq(vm.names[0], "pid-4711");
}
END_TEST

START_TEST(an_unnamed_vm_without_a_socket_is_called_after_its_disks_folder)
{
	ck_assert_str_eq(ID("-drive", "file=/usr/share/OVMF/code.fd,if=pflash,format=raw", "-drive",
				 "file=/vault/instances/primary/ubuntu.img,if=none,id=hda"),
		"primary");
	ck_assert_str_eq(vm.names[1], "pid-4711");
	ck_assert_str_eq(ID("-hda", "/srv/web/disk.qcow2"), "web");
	ck_assert_str_eq(ID("disk.qcow2"), "vms");
	ck_assert_str_eq(ID("-enable-kvm", "db/disk.qcow2"), "db");
	ck_assert_str_eq(
		ID("-blockdev", "{\"driver\":\"file\",\"filename\":\"/i/one/d.img\"}"), "one");
	ck_assert_str_eq(
		ID("-blockdev", "driver=qcow2,node-name=d,file.filename=/i/two/d.img"), "two");
	ck_assert_str_eq(
		ID("-uuid", "11111111-2222-3333-4444-555555555555", "-hda", "/x/a/b"), "a");
}
END_TEST

START_TEST(an_unnamed_vm_without_either_is_called_after_its_pid)
{
	ck_assert_str_eq(ID("-cdrom", "/iso/x.iso"), "pid-4711");
	ck_assert_str_eq(ID("-drive", "file=/iso/x.iso,media=cdrom"), "pid-4711");
	ck_assert_str_eq(ID("-hda", "/disk.img"), "pid-4711");
}
END_TEST

int main(void)
{
	UNIT_RUN("vm_id", a_template_gives_the_id, a_name_gives_the_id,
		an_unnamed_vm_is_called_after_its_socket,
		an_unnamed_vm_without_a_socket_is_called_after_its_disks_folder,
		an_unnamed_vm_without_either_is_called_after_its_pid);
}
