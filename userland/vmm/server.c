// SPDX-License-Identifier: GPL-2.0-only
/* The thread that executes what the guest puts into its rings: Hull's engine alone has them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>

#include "confine.h"
#include "machine.h"

#define STACK_BYTES	(128u << 10)
#define KICK_NS		10000000

static int serve(const struct vmm_machine *machine, uint64_t flags)
{
	struct hull_vm_serve serve = { .size = sizeof(serve), .flags = flags };

	return ioctl(machine->engine.vm, HULL_VM_SERVE, &serve);
}

static void *server_thread(void *data)
{
	struct vmm_machine *machine = data;
	struct vmm_error error = { 0 };
	sigset_t kick;

	prctl(PR_SET_NAME, "rings");
	sigemptyset(&kick);
	sigaddset(&kick, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &kick, NULL);
	if (confine_thread(CONFINE_SERVER, &error))
		vmm_machine_end(machine, HULL_STOP_VMM_ERROR, 0, "%s", error.text);
	pthread_barrier_wait(&machine->gate);
	while (!atomic_load(&machine->ending)) {
		/* Killed: the vCPUs hear of it, too. */
		if (!serve(machine, 0) || errno == EIO)
			break;
		if (errno != EINTR)
			vmm_machine_end(machine, HULL_STOP_ENGINE_ERROR, 0, "rings: %s",
					vmm_errno_text(errno));
	}
	return NULL;
}

void vmm_server_offer(struct vmm_machine *machine)
{
	machine->serves = machine->options->engine == VMM_ENGINE_HULL &&
			  !serve(machine, HULL_VM_SERVE_OFFER);
}

int vmm_server_start(struct vmm_machine *machine, struct vmm_error *error)
{
	pthread_attr_t attr;

	if (!machine->serves)
		return 0;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	errno = pthread_create(&machine->server, &attr, server_thread, machine);
	pthread_attr_destroy(&attr);
	return errno ? vmm_fail_errno(error, "thread for rings") : 0;
}

void vmm_server_join(struct vmm_machine *machine)
{
	struct timespec until;

	if (!machine->serves)
		return;
	do {
		/* A kick that comes just before the call is lost: once more. */
		pthread_kill(machine->server, SIGUSR1);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += KICK_NS;
		if (until.tv_nsec >= 1000000000) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
	} while (pthread_timedjoin_np(machine->server, NULL, &until));
	machine->serves = false;
}
