/* SPDX-License-Identifier: MIT */
/*
 * look_up_many NAME THREADS TIMES: each thread looks NAME up so many times, with the module's own
 * function, which is linked into this program so that a sanitizer sees both. Prints how many times
 * there was one address, and how many times something else.
 */
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS_MAX 256

enum nss_status _nss_qemuvm_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat,
	char *buffer, size_t buflen, int *errnop, int *h_errnop, int32_t *ttlp);

struct worker {
	const char *name;
	int times, found, other;
};

static void *look_up(void *context)
{
	struct worker *worker = context;

	for (int i = 0; i < worker->times; i++) {
		struct gaih_addrtuple *tuple = NULL;
		int error, h_error;
		_Alignas(max_align_t) char buffer[1024];
		enum nss_status status = _nss_qemuvm_gethostbyname4_r(
			worker->name, &tuple, buffer, sizeof(buffer), &error, &h_error, NULL);

		if (status == NSS_STATUS_SUCCESS && tuple != NULL && tuple->next == NULL)
			worker->found++;
		else
			worker->other++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static struct worker workers[THREADS_MAX];
	static pthread_t threads[THREADS_MAX];
	int count = argc > 2 ? atoi(argv[2]) : 0, found = 0, other = 0;

	if (argc < 4 || count < 1 || count > THREADS_MAX) {
		fputs("usage: look_up_many NAME THREADS TIMES\n", stderr);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		workers[i] = (struct worker){.name = argv[1], .times = atoi(argv[3])};
		if (pthread_create(&threads[i], NULL, look_up, &workers[i]) != 0)
			return 2;
	}
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		found += workers[i].found;
		other += workers[i].other;
	}
	printf("%d found, %d other\n", found, other);
	return other > 0;
}
