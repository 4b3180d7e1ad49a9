/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "find/vm_find.h"
#include "unit.h"

/* Two folders with sockets, which two templates name; the listeners are of this process. */
static char folder[32];
static struct config config;
static struct host host;
static struct vm_finder finder = {.host = &host};
static struct vm_found found;
static struct vm_rivals rivals;

static void begin(void)
{
	strcpy(folder, "/tmp/test_find.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	config_init(&config);
	config.socket_count = 2;
	snprintf(config.sockets[0], CONFIG_PATH_SIZE, "%s/one-%%s.sock", folder);
	snprintf(config.sockets[1], CONFIG_PATH_SIZE, "%s/two-%%s.qga", folder);
	host_init(&host, &config);
	host_begin(&host, 10000);
	/* Nothing but sockets is looked at: whoever runs the tests may have VMs of his own. */
	host.proc_root = folder;
}

static int offer(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", folder, name);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static enum reason find(const char *name)
{
	enum reason reason = vm_find_by_name(&finder, name, &found, &rivals);

	if (reason == REASON_OK)
		vm_found_close(&found);
	return reason;
}

START_TEST(the_first_template_with_a_socket_wins)
{
	begin();
	offer("two-web.qga");
	ck_assert_int_eq(find("web"), 0);
	ck_assert_ptr_nonnull(strstr(found.vm.agent.path, "two-web.qga"));
	offer("one-web.sock");
	ck_assert_int_eq(find("web"), 0);
	ck_assert_ptr_nonnull(strstr(found.vm.agent.path, "one-web.sock"));
	ck_assert_int_eq(found.vm.pid, getpid());
	ck_assert_uint_eq(found.vm.uid, geteuid());
	end();
}
END_TEST

START_TEST(an_exact_name_comes_before_another_spelling_and_a_prefix)
{
	begin();
	offer("one-vm-web.sock");
	ck_assert_int_eq(find("web"), 0);
	ck_assert_str_eq(found.vm.id, "vm-web");
	offer("two-WEB.qga");
	ck_assert_int_eq(find("web"), 0);
	ck_assert_str_eq(found.vm.id, "WEB");
	offer("two-web.qga");
	ck_assert_int_eq(find("web"), 0);
	ck_assert_str_eq(found.vm.id, "web");
	end();
}
END_TEST

START_TEST(two_of_one_name_are_refused_and_named)
{
	begin();
	offer("one-my vm.sock");
	offer("one-my.vm.sock");
	ck_assert_int_eq(find("my-vm"), REASON_AMBIGUOUS);
	ck_assert_str_ne(rivals.id[0], rivals.id[1]);
	ck_assert_int_eq(find("my.vm"), 0);
	end();
}
END_TEST

START_TEST(a_dead_socket_is_passed_over_and_told)
{
	begin();
	close(offer("one-web.sock"));
	ck_assert_int_eq(find("web"), REASON_VM_GONE);
	offer("two-web.qga");
	ck_assert_int_eq(find("web"), 0);
	ck_assert_int_eq(find("other"), REASON_NO_SUCH_VM);
	end();
}
END_TEST

START_TEST(a_strangers_socket_is_passed_over_and_told)
{
	begin();
	offer("one-web.sock");
	host.trust.count = 1;
	host.trust.uids[0] = geteuid() + 1;
	ck_assert_int_eq(find("web"), REASON_STRANGER);
	end();
}
END_TEST

START_TEST(what_is_no_socket_is_none)
{
	char command[160];

	begin();
	snprintf(command, sizeof(command), "touch %s/one-web.sock; mkdir %s/two-web.qga", folder,
		folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(find("web"), REASON_NO_SUCH_VM);
	end();
}
END_TEST

START_TEST(a_full_backlog_is_a_vm_if_nothing_else_is_and_its_file_is_ours)
{
	int fds[8];

	begin();
	offer("one-web.sock");
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		ck_assert_int_eq(
			vm_find_by_name(&finder, "web", &found, &rivals), REASON_OK);
		fds[i] = found.agent_fd;
	}
	ck_assert_int_ge(fds[0], 0);
	ck_assert_int_eq(fds[7], -1);
	ck_assert(!found.is_running);
	offer("two-web.qga");
	ck_assert_int_eq(find("web"), 0);
	ck_assert_ptr_nonnull(strstr(found.vm.agent.path, "two-web.qga"));
	end();
}
END_TEST

START_TEST(all_are_found_sorted_and_with_what_is_the_matter)
{
	struct vm_founds founds;

	begin();
	offer("two-b.qga");
	offer("one-a.sock");
	offer("one-b.sock");
	close(offer("two-c.qga"));
	offer("three-d.qga");
	ck_assert_int_eq(vm_find_all(&finder, &founds), 0);
	ck_assert_uint_eq(founds.count, 4);
	ck_assert_str_eq(founds.list[0]->vm.id, "a");
	ck_assert_str_eq(founds.list[1]->vm.id, "b");
	ck_assert_uint_eq(founds.list[1]->template_index, 0);
	ck_assert_uint_eq(founds.list[2]->template_index, 1);
	ck_assert_int_eq(founds.list[2]->reason, 0);
	ck_assert_int_eq(founds.list[3]->reason, REASON_VM_GONE);
	vm_founds_free(&founds);
	end();
}
END_TEST

START_TEST(a_template_may_name_a_folder)
{
	char command[128];

	begin();
	snprintf(config.sockets[0], CONFIG_PATH_SIZE, "%s/%%s/agent.sock", folder);
	snprintf(command, sizeof(command), "mkdir %s/Web", folder);
	ck_assert_int_eq(system(command), 0);
	offer("Web/agent.sock");
	ck_assert_int_eq(find("Web"), 0);
	ck_assert_int_eq(find("web"), 0);
	ck_assert_str_eq(found.vm.id, "Web");
	end();
}
END_TEST

int main(void)
{
	UNIT_RUN("vm_find", the_first_template_with_a_socket_wins,
		an_exact_name_comes_before_another_spelling_and_a_prefix,
		two_of_one_name_are_refused_and_named, a_dead_socket_is_passed_over_and_told,
		a_strangers_socket_is_passed_over_and_told, what_is_no_socket_is_none,
		a_full_backlog_is_a_vm_if_nothing_else_is_and_its_file_is_ours, all_are_found_sorted_and_with_what_is_the_matter,
		a_template_may_name_a_folder);
}
