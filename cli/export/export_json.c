/* SPDX-License-Identifier: MIT */
#include "cli/answer_text.h"
#include "export.h"

void export_json(FILE *stream, const struct export_vms *vms)
{
	fputs("[\n", stream);
	for (int i = 0; i < vms->count; i++) {
		fputs("  ", stream);
		answer_json(stream, &vms->list[i], "  ");
		fputs(i + 1 < vms->count ? ",\n" : "\n", stream);
	}
	fputs("]\n", stream);
}
