/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "qemu/readconfig.h"
#include "unit.h"

/* The arguments as one text, with '|' for the NULs. */
static const char *arguments_of(const char *text, size_t size)
{
	static char out[4096];
	size_t len = readconfig_to_arguments(text, strlen(text), out, size);

	ck_assert_uint_le(len, size);
	for (size_t i = 0; i < len; i++)
		if (out[i] == '\0')
			out[i] = '|';
	out[len] = '\0';
	return out;
}

static void check(const char *text, const char *wanted)
{
	ck_assert_str_eq(arguments_of(text, 4000), wanted);
}

START_TEST(groups_become_options)
{
	check("# a comment\n[chardev \"qga0\"]\n  backend = \"socket\"\n  path = \"/run/a,b.qga\"\n"
	      "\n[name]\n  guest = \"fromconf\"\n[device \"x\"]\ndriver=\"virtserialport\"\r\n",
		"-chardev|id=qga0,backend=socket,path=/run/a,,b.qga|-name|guest=fromconf|"
		"-device|id=x,driver=virtserialport|");
	check("[machine]\n", "-machine||");
}
END_TEST

START_TEST(what_is_malformed_is_skipped_alone)
{
	check("path = \"early\"\n[name\n[]\n[name]\nguest = unquoted\nguest\n= \"x\"\n"
	      "process = \"p\"",
		"-name|process=p|");
	check("[chardev \"open]\nid = \"x\"\n[netdev \"n\"]\ntype = \"user\"\n",
		"-netdev|id=n,type=user|");
	check("", "");
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_whole)
{
	static const char text[] = "[name]\nguest = \"one\"\nprocess = \"two\"\n[uuid]\n";

	for (size_t size = 0; size < 40; size++) {
		const char *out = arguments_of(text, size);
		size_t len = strlen(out);

		ck_assert(len == 0 || out[len - 1] == '|');
		ck_assert_ptr_null(strstr(out, "process=t|"));
	}
}
END_TEST

int main(void)
{
	UNIT_RUN("readconfig", groups_become_options, what_is_malformed_is_skipped_alone,
		what_does_not_fit_is_left_out_whole);
}
