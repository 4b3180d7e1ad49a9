/* SPDX-License-Identifier: MIT */
#include "agent/agent_line.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* Byte for byte as it was sent: 5.0, 5e0 and "5" are not 5. */
static bool is_spelled(const struct json *json, int node, enum json_kind kind, const char *text)
{
	return json_kind(json, node) == (int)kind && text_equals(json_raw(json, node), text);
}

/* An error of the agent: what it means. */
static int read_error(const struct json *json, int error)
{
	int class = json_member(json, error, "class");
	struct text desc = json_raw(json, json_member(json, error, "desc"));

	if (json_kind(json, class) != JSON_STRING ||
		json_kind(json, json_member(json, error, "desc")) != JSON_STRING)
		return -EBADMSG;
	/* "QMP input object member 'id' is unexpected" (QEMU 2.x, qmp_dispatch_check_obj): nothing
	 * was done. */
	if (text_find(desc, "member 'id' is unexpected") != NULL)
		return AGENT_LINE_REFUSES_ID;
	/* Before QEMU 4.0 a blocked command was a GenericError like others (qapi/qmp-dispatch.c).
	 */
	return json_string_equals(json, class, "CommandNotFound") ||
			       json_string_equals(json, class, "CommandDisabled") ||
			       text_find(desc, "has been disabled") != NULL
		       ? -EOPNOTSUPP
		       : -EREMOTEIO;
}

/* A line that is the reply to our question: exactly one of "return" and "error". */
static int read_reply(const struct json *json)
{
	int value = json_member(json, JSON_ROOT, "return");
	int error = json_member(json, JSON_ROOT, "error");

	if ((value < 0) == (error < 0))
		return -EBADMSG;
	return value >= 0 ? AGENT_LINE_REPLY : read_error(json, error);
}

static int classify(const struct json *json, const char *id, bool is_synced)
{
	int echoed = json_member(json, JSON_ROOT, "id");

	if (json_kind(json, JSON_ROOT) != JSON_OBJECT)
		return -EBADMSG;
	/* What a tty echoes is a request; events answer nothing. */
	if (json_member(json, JSON_ROOT, "execute") >= 0 ||
		json_member(json, JSON_ROOT, "event") >= 0)
		return AGENT_LINE_FOREIGN;
	if (echoed >= 0)
		return is_spelled(json, echoed, JSON_STRING, id) ? read_reply(json)
								 : AGENT_LINE_FOREIGN;
	if (is_spelled(json, json_member(json, JSON_ROOT, "return"), JSON_NUMBER, id))
		return AGENT_LINE_SYNC;
	return is_synced ? read_reply(json) : AGENT_LINE_FOREIGN;
}

int agent_line_read(
	const char *text, size_t len, const char *id, bool is_synced, struct json **ret_json)
{
	/* 0xFF ends whatever came before (guest-sync-delimited), and no reply of an agent holds
	 * one. */
	const char *flush = memrchr(text, 0xff, len);
	struct text line = text_trim((struct text){flush != NULL ? flush + 1 : text, text + len});
	struct json *json;
	int r;

	if (line.at == line.end || !(is_synced || text_find(line, id) != NULL))
		return AGENT_LINE_FOREIGN;
	r = json_parse(line.at, text_len(line), &json);
	if (r == -ENOMEM)
		return r;
	/* An echo behind a login prompt, or with characters lost. */
	if (r < 0)
		return text_find(line, "\"execute\"") != NULL ? AGENT_LINE_FOREIGN : -EBADMSG;
	r = classify(json, id, is_synced);
	if (r == AGENT_LINE_REPLY)
		*ret_json = json;
	else
		json_free(json);
	return r;
}
