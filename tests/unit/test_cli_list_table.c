/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/list_table.h"
#include "unit.h"

#define VMS 4
/* Below it even two columns of the least widths do not fit. */
#define NARROWEST 12
#define WIDEST    320

static struct resolver_answer vms[VMS];

static void set(struct resolver_answer *vm, const char *id, size_t addresses)
{
	memset(vm, 0, sizeof(*vm));
	snprintf(vm->vm.id, sizeof(vm->vm.id), "%s", id);
	snprintf(vm->host, sizeof(vm->host), "%s.vm", id);
	vm->outcome = addresses > 0 ? RESOLVER_ADDRESSES : RESOLVER_NOT_YET;
	vm->reason = addresses > 0 ? REASON_OK : REASON_AGENT_SILENT;
	vm->address_count = addresses;
	for (size_t i = 0; i < addresses; i++) {
		vm->addresses[i].family = i % 2 == 0 ? AF_INET : AF_INET6;
		memset(vm->addresses[i].bytes, (int)(0xa0 + i), sizeof(vm->addresses[i].bytes));
	}
}

static char *print(int width)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	list_table_print(stream, &(struct answer_list){vms, VMS}, width);
	fclose(stream);
	return text;
}

static void check_lines(const char *text, int width)
{
	int lines = 0;

	for (const char *line = text; *line != '\0'; lines++) {
		size_t len = strcspn(line, "\n");

		ck_assert_msg((int)len <= width, "%d columns hold %.*s", width, (int)len, line);
		/* A blank at the end of a line is a column that should not be there. */
		ck_assert_msg(
			len > 0 && line[len - 1] != ' ', "at %d: \"%.*s\"", width, (int)len, line);
		line += len + 1;
	}
	ck_assert_int_eq(lines, VMS + 1);
}

START_TEST(no_line_of_the_table_is_wider_than_the_terminal)
{
	for (int width = NARROWEST; width <= WIDEST; width++) {
		char *text = print(width);

		check_lines(text, width);
		free(text);
	}
}
END_TEST

START_TEST(a_narrow_table_keeps_the_best_address)
{
	for (int width = 30; width <= WIDEST; width++) {
		char *text = print(width);

		ck_assert_msg(strstr(text, "160.160.160.160") != NULL, "at %d: %s", width, text);
		free(text);
	}
}
END_TEST

START_TEST(nothing_is_cut_where_there_is_no_width)
{
	char *text = print(0);

	ck_assert_ptr_eq(strstr(text, "..."), NULL);
	ck_assert_ptr_eq(strstr(text, " +1"), NULL);
	ck_assert_ptr_ne(strstr(text, "does not answer"), NULL);
	free(text);
}
END_TEST

int main(void)
{
	set(&vms[0], "web", 2);
	set(&vms[1], "a-name-that-is-much-longer-than-any-screen-is-wide", 1);
	set(&vms[2], "none", 0);
	set(&vms[3], "many", ANSWER_ADDRESSES_MAX);
	UNIT_RUN("list_table", no_line_of_the_table_is_wider_than_the_terminal,
		a_narrow_table_keeps_the_best_address, nothing_is_cut_where_there_is_no_width);
}
