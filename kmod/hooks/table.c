// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: a row a function of the kernel. All functions are there on every kernel that
 * Hull is built for unless a row says OPTIONAL; what is missing at run time after all
 * refuses the policies that need it.
 */

#include <linux/kernel.h>
#include <hull/policy_blob.h>
#include <hooks/checks.h>
#include <hooks/hook.h>

#define ROW(name, fn, whose, what, without, ...)					\
	{										\
		.function = name, .check = fn, .who = HULL_WHO_##whose, .flags = what,	\
		.needs = { __VA_ARGS__ }, .lost = without,				\
		.missing = "this kernel has no " name "() to hook; lost: " without,	\
		.busy = "a BPF program or a live patch holds " name "(), which this policy needs; detach it first", \
	}
#define HOOK(name, fn, without, ...)	ROW(name, fn, CURRENT, 0, without, __VA_ARGS__)
#define PEER(name, fn, without, ...)	ROW(name, fn, PEER, 0, without, __VA_ARGS__)
#define NEED(class, perms)		{ HULL_CLASS_##class, perms }
#define ANY				(~0u)

struct hull_hook hull_hooks[] = {
	HOOK("security_file_open", hull_on_file_open, "opening files, executing programs",
	     NEED(FILE, HULL_FILE_READ | HULL_FILE_WRITE | HULL_FILE_APPEND | HULL_FILE_LIST |
			HULL_FILE_EXECUTE),
	     NEED(DEVICE, HULL_DEVICE_READ | HULL_DEVICE_WRITE),
	     NEED(MEMORY, HULL_MEMORY_MEMFD_EXEC)),
	HOOK("security_socket_connect", hull_on_socket_connect, "connecting sockets",
	     NEED(SOCKET, HULL_SOCKET_CONNECT), NEED(INET, ANY), NEED(VSOCK, HULL_VSOCK_CONNECT)),
	ROW("security_task_kill", hull_on_task_kill, PEER, HULL_HOOK_ALWAYS, "signals",
	    NEED(SIGNAL, ANY)),
};

const unsigned int hull_hooks_n = ARRAY_SIZE(hull_hooks);
