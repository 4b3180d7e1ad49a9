/* SPDX-License-Identifier: MIT */
/* replay FILE...: a fuzz target fed with the files of its corpus, where there is no libFuzzer. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define INPUT_MAX ((size_t)4 * 1024 * 1024)

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "re");
		uint8_t *bytes = malloc(INPUT_MAX);
		size_t len;

		if (file == NULL || bytes == NULL) {
			perror(argv[i]);
			return 1;
		}
		len = fread(bytes, 1, INPUT_MAX, file);
		(void)fclose(file);
		LLVMFuzzerTestOneInput(bytes, len);
		free(bytes);
	}
	return 0;
}
