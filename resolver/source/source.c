/* SPDX-License-Identifier: MIT */
#include "source/source.h"

static const struct source *const sources[] = {
	&source_lease,
	&source_neighbour,
};

const struct source *source_by_id(enum source_id id)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (sources[i]->id == id)
			return sources[i];
	return NULL;
}
