/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/cache_entry.h"
#include "unit.h"

static struct cache_entry entry, read_back;
static char text[CACHE_FILE_MAX], text_again[CACHE_FILE_MAX];

#define HEAD  "qemuvm 1\nvm web\nprocess 4711 938271 0 0\n"
#define WHOLE HEAD "network 1\nconfig 2 5000\n"

static void fill(void)
{
	memset(&entry, 0, sizeof(entry));
	memcpy(entry.vm, "web", 4);
	memcpy(entry.names[entry.name_count++], "web", 4);
	entry.process =
		(struct cache_process){4711, 938271, 1000, 1000, {0x15, 40193, 176395000000000}};
	entry.socket = (struct cache_socket){"/run/My VMs/web.qga", {0x1f, 83421, 176395000000001}};
	entry.network = 4026531840;
	entry.config = UINT64_MAX;
	entry.cache_ms = 5000;
	entry.agent.at_ms = 1212345;
	for (unsigned int i = 0; i < CACHE_CLAIMS_MAX; i++) {
		struct cache_claim *claim = &entry.agent.claims[entry.agent.count++];

		ck_assert_int_eq(address_from_text(text_of("2001:db8::1"), &claim->address), 0);
		claim->address.bytes[15] = (uint8_t)i;
		claim->has_mac = i % 2 == 0;
		if (claim->has_mac)
			ck_assert_int_eq(
				mac_from_text(text_of("52:54:00:12:34:56"), &claim->mac), 0);
	}
	entry.answer = (struct cache_answer){
		.at_ms = 1212346, .source = SOURCE_NEIGHBOUR, .agent_error = -112};
	for (unsigned int i = 0; i < ANSWER_ADDRESSES_MAX; i++) {
		struct address *address = &entry.answer.addresses[entry.answer.count++];

		ck_assert_int_eq(address_from_text(text_of("fe80::1"), address), 0);
		address->scope_id = i + 1;
	}
	entry.failed_ms = 1213456;
	entry.agent_error = -112;
	entry.unanswered_ms = 1213457;
}

START_TEST(an_entry_is_read_as_it_was_written)
{
	fill();
	ck_assert_int_gt(cache_entry_write(&entry, text, sizeof(text)), 0);
	ck_assert_int_eq(cache_entry_read(text, &read_back), 0);
	/* By what is written of it: bytes between the members may differ. */
	ck_assert_int_gt(cache_entry_write(&read_back, text_again, sizeof(text_again)), 0);
	ck_assert_str_eq(text, text_again);
}
END_TEST

START_TEST(the_longest_entry_fits_the_limit_of_a_file)
{
	fill();
	memset(entry.vm, 'a', NAME_VM_MAX);
	for (entry.name_count = 0; entry.name_count < CACHE_NAMES_MAX; entry.name_count++)
		memset(entry.names[entry.name_count], 'b', NAME_VM_MAX);
	memset(entry.socket.path + 1, 'c', ENDPOINT_PATH_SIZE - 2);
	ck_assert_int_gt(cache_entry_write(&entry, text, sizeof(text)), 0);
	ck_assert_int_eq(cache_entry_read(text, &read_back), 0);
}
END_TEST

START_TEST(a_buffer_that_is_too_small_is_refused_and_not_overrun)
{
	int len;

	fill();
	len = cache_entry_write(&entry, text, sizeof(text));
	for (int size = 1; size <= len; size++) {
		char *buffer = malloc((size_t)size);

		ck_assert_int_eq(cache_entry_write(&entry, buffer, (size_t)size), -E2BIG);
		free(buffer);
	}
}
END_TEST

START_TEST(an_entry_that_is_cut_anywhere_is_refused)
{
	int len;

	fill();
	len = cache_entry_write(&entry, text, sizeof(text));
	for (int cut = len - 1; cut >= 0; cut--) {
		text[cut] = '\0';
		ck_assert_int_eq(cache_entry_read(text, &read_back), -EBADMSG);
	}
}
END_TEST

START_TEST(a_name_with_a_space_or_newline_is_not_written)
{
	fill();
	memcpy(entry.socket.path, "/run/a\nvm b", 12);
	ck_assert_int_eq(cache_entry_write(&entry, text, sizeof(text)), -EINVAL);
	fill();
	memcpy(entry.vm, "a b", 4);
	ck_assert_int_eq(cache_entry_write(&entry, text, sizeof(text)), -EINVAL);
	fill();
	entry.vm[0] = '\0';
	ck_assert_int_eq(cache_entry_write(&entry, text, sizeof(text)), -EINVAL);
}
END_TEST

static int read_lines(const char *lines)
{
	snprintf(text, sizeof(text), WHOLE "%send\n", lines);
	return cache_entry_read(text, &read_back);
}

START_TEST(one_wrong_line_makes_the_entry_invalid)
{
	static const char *const wrong[] = {"nonsense\n", "claim\n", "agent 1\nclaim 192.0.2\n",
		"claim 192.0.2.1\n", "agent 1\nclaim 192.0.2.1 52:54\n",
		"agent 1\nclaim 192.0.2.1 52:54:00:12:34:56 x\n", "agent 1\nclaim fe80::1%eth0\n",
		"claim fe80::1%0\n", "claim fe80::1%4294967296\n", "agent 0\n", "agent -1\n",
		"agent 9223372036854775808\n", "agent 1 2\n", "answer 1 agent 0\n",
		"answer 1 nobody 0 192.0.2.1\n", "answer 1 agent x 192.0.2.1\n",
		"answer 1 agent 4096 192.0.2.1\n", "failed 1 0\n", "failed 1\n",
		"process 0 1 0 0\n", "process 2147483648 1 0 0\n", "process 1 1 0\n",
		"socket 1 2 3\n", "proc 1 2\n", "proc 1 2 -3\n", "socket 1 2 3 relative\n",
		"socket xyz 2 3 /a\n", "vm \n", "name a b\n", "\n", " \n", "network  1\n",
		"network 0x1\n", "network +1\n", "config 1\n"};

	ck_assert_int_eq(read_lines(""), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(read_lines(wrong[i]) == -EBADMSG, "%s", wrong[i]);
}
END_TEST

START_TEST(too_many_claims_or_names_are_refused)
{
	static char lines[8192] = "agent 1\n";
	size_t len = strlen(lines);

	for (int i = 0; i < CACHE_CLAIMS_MAX; i++)
		len += (size_t)snprintf(lines + len, sizeof(lines) - len, "claim 192.0.2.1\n");
	ck_assert_int_eq(read_lines(lines), 0);
	snprintf(lines + len, sizeof(lines) - len, "claim 192.0.2.1\n");
	ck_assert_int_eq(read_lines(lines), -EBADMSG);
	len = 0;
	for (int i = 0; i <= CACHE_NAMES_MAX; i++)
		len += (size_t)snprintf(lines + len, sizeof(lines) - len, "name n%d\n", i);
	ck_assert_int_eq(read_lines(lines), -EBADMSG);
}
END_TEST

START_TEST(a_missing_line_or_one_behind_the_end_is_refused)
{
	ck_assert_int_eq(cache_entry_read("qemuvm 1\nend\n", &read_back), -EBADMSG);
	ck_assert_int_eq(cache_entry_read("qemuvm 1\nvm web\nend\n", &read_back), -EBADMSG);
	ck_assert_int_eq(cache_entry_read("qemuvm 2\nvm web\nend\n", &read_back), -EBADMSG);
	ck_assert_int_eq(cache_entry_read(HEAD "end\nmore\n", &read_back), -EBADMSG);
	ck_assert_int_eq(cache_entry_read("", &read_back), -EBADMSG);
}
END_TEST

int main(void)
{
	UNIT_RUN("cache_entry", an_entry_is_read_as_it_was_written,
		the_longest_entry_fits_the_limit_of_a_file,
		a_buffer_that_is_too_small_is_refused_and_not_overrun,
		an_entry_that_is_cut_anywhere_is_refused,
		a_name_with_a_space_or_newline_is_not_written,
		one_wrong_line_makes_the_entry_invalid, too_many_claims_or_names_are_refused,
		a_missing_line_or_one_behind_the_end_is_refused);
}
