// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "control.h"

static void kill_machine(struct vmm_machine *machine)
{
	vmm_machine_end(machine, HULL_STOP_KILLED, 0, "the VM was killed");
}

static const struct {
	const char *command;
	void (*run)(struct vmm_machine *machine);
} commands[] = {
	{ CONTROL_POWER_BUTTON, vmm_machine_power_button },
	{ CONTROL_KILL, kill_machine },
};

static const char *run(struct vmm_machine *machine, const char *command)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(command, commands[i].command))
			continue;
		commands[i].run(machine);
		return CONTROL_OK;
	}
	return "unknown command";
}

bool control_answer(struct vmm_machine *machine, int fd)
{
	char command[CONTROL_MAX];
	const char *answer;
	ssize_t n;

	n = recv(fd, command, sizeof(command) - 1, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!n)
		return false;
	command[n] = 0;
	answer = run(machine, command);
	return send(fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}
