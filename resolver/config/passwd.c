/* SPDX-License-Identifier: MIT */
#include "config/passwd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "host/file.h"

/* More than any local password file. */
#define PASSWD_FILE_MAX ((size_t)1024 * 1024)

/* The third field of the line "name:password:uid:..." (passwd(5)). */
static int uid_in_line(const char *line, const char *name, uid_t *ret_uid)
{
	size_t len = strlen(name);
	char digits[16];
	unsigned long uid;
	const char *field;

	if (strncmp(line, name, len) != 0 || line[len] != ':')
		return -ENOENT;
	field = line + len + 1;
	field += strcspn(field, ":\n");
	if (*field != ':')
		return -ENOENT;
	len = strcspn(++field, ":\n");
	if (len >= sizeof(digits))
		return -ENOENT;
	memcpy(digits, field, len);
	digits[len] = '\0';
	if (number_parse(digits, (uid_t)-2, &uid) < 0)
		return -ENOENT;
	*ret_uid = (uid_t)uid;
	return 0;
}

int passwd_uid(const char *name, uid_t *ret_uid)
{
	char *text = NULL;
	size_t len;
	int r = -ENOENT;

	if (file_read_path(PASSWD_FILE, PASSWD_FILE_MAX, &text, &len) < 0)
		return -ENOENT;
	for (const char *line = text; r < 0 && line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		r = uid_in_line(line, name, ret_uid);
	}
	free(text);
	return r;
}
