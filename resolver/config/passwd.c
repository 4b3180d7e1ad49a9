/* SPDX-License-Identifier: MIT */
#include "config/passwd.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/text.h"
#include "host/file.h"

/* More than any local password file. */
#define PASSWD_FILE_MAX ((size_t)1024 * 1024)

unsigned int passwd_uids(const char *names, size_t size, unsigned int count, uid_t *ret_uids)
{
	bool is_found[PASSWD_NAMES_MAX] = {false};
	struct text rest, line, name, field;
	unsigned int found = 0;
	char *text = NULL;
	size_t len;

	if (file_read_path(PASSWD_FILE, PASSWD_FILE_MAX, &text, &len) < 0)
		return 0;
	rest = (struct text){text, text + len};
	/* "name:password:uid:..." (passwd(5)). Of two lines of one name the first is valid. */
	while (found < count && text_take_line(&rest, &line)) {
		uint64_t uid;

		if (!text_take_field(&line, ':', &name))
			continue;
		for (unsigned int i = 0; i < count && i < PASSWD_NAMES_MAX; i++) {
			if (is_found[i] || !text_equals(name, names + i * size) ||
				!text_take_field(&line, ':', &field) ||
				!text_take_field(&line, ':', &field) ||
				text_number(field, 10, (uid_t)-2, &uid) < 0)
				continue;
			is_found[i] = true;
			ret_uids[found++] = (uid_t)uid;
			break;
		}
	}
	free(text);
	return found;
}
