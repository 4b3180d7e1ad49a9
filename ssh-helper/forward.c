/* SPDX-License-Identifier: MIT */
#include "forward.h"

#include <errno.h>
#include <signal.h>

#include "resolver.h"

static volatile sig_atomic_t is_cancelled;

static void note_signal(int number)
{
	(void)number;
	is_cancelled = 1;
}

/* Without SA_RESTART: poll() is to end. */
static void catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	struct sigaction action = {.sa_handler = note_signal};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

bool forward_is_cancelled(void)
{
	return is_cancelled != 0;
}

int forward_add(
	struct forward *forward, const struct config *config, const char *name, uint16_t guest_port)
{
	int r;

	if (!config->add_forward)
		return -EPERM;
	if (forward->is_added)
		return 0;
	r = resolver_locate(config, name, &forward->vm);
	if (r < 0)
		return r;
	trust_init(config, &forward->trust);
	catch_signals();
	r = vm_forward_add(&forward->trust, &forward->vm, guest_port, &forward->added);
	forward->is_added = r == 0;
	return r;
}

bool forward_is_possible(const struct forward *forward)
{
	return forward->vm.monitor.kind == VM_ENDPOINT_UNIX;
}

void forward_remove(struct forward *forward)
{
	if (forward->is_added)
		(void)vm_forward_remove(&forward->trust, &forward->vm, &forward->added);
	forward->is_added = false;
}
