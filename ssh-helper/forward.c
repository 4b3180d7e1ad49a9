/* SPDX-License-Identifier: MIT */
#include "forward.h"

#include <errno.h>
#include <signal.h>

static volatile sig_atomic_t is_cancelled;

static void cancel(int number)
{
	(void)number;
	is_cancelled = 1;
}

bool forward_is_cancelled(void)
{
	return is_cancelled != 0;
}

int forward_add(struct forward *forward, const struct config *config, const struct vm *vm,
	uint16_t guest_port)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	/* Without SA_RESTART, so that poll() returns. */
	struct sigaction action = {.sa_handler = cancel};
	int r;

	if (!config->add_forward)
		return -EPERM;
	forward->vm = *vm;
	trust_init(config, &forward->trust);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	r = vm_forward_add(&forward->trust, &forward->vm, guest_port, &forward->added);
	forward->is_added = r == 0;
	return r;
}

void forward_remove(struct forward *forward)
{
	if (forward->is_added)
		(void)vm_forward_remove(&forward->trust, &forward->vm, &forward->added);
	forward->is_added = false;
}
