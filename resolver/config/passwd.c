/* SPDX-License-Identifier: MIT */
#include "config/passwd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/file.h"

/* More than any local password file. */
#define PASSWD_FILE_MAX ((size_t)1024 * 1024)

int passwd_uid(const char *name, uid_t *ret_uid)
{
	struct text rest, line, field;
	char *text = NULL;
	uint64_t uid;
	size_t len;
	int r = -ENOENT;

	if (file_read_path(PASSWD_FILE, PASSWD_FILE_MAX, &text, &len) < 0)
		return -ENOENT;
	rest = (struct text){text, text + len};
	/* "name:password:uid:..." (passwd(5)) */
	while (r < 0 && text_take_line(&rest, &line)) {
		if (!text_take(&line, name) || !text_take_char(&line, ':') ||
			!text_take_field(&line, ':', &field) ||
			!text_take_field(&line, ':', &field))
			continue;
		if (text_number(field, 10, (uid_t)-2, &uid) < 0)
			continue;
		*ret_uid = (uid_t)uid;
		r = 0;
	}
	free(text);
	return r;
}
