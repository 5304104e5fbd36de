// SPDX-License-Identifier: GPL-2.0-only
/* The vocabulary as tables. Pure; userland builds this file, too. */

#include <hull/policy_group.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif

#define HULL_CLASS(ID, text, of_kind, errno_of, help) \
	[HULL_CLASS_##ID] = { .name = text, .kind = HULL_KIND_##of_kind, .error = errno_of },
const struct hull_class_row hull_class_rows[HULL_CLASSES] = {
#include <hull/policy_vocabulary.def>
};

#define HULL_PERM(ID, PERM, bit, text, help)	.name[HULL_CLASS_##ID][bit] = text,
static const struct {
	const char *name[HULL_CLASSES][HULL_CELL_PERMS];
} perms_of = {
#include <hull/policy_vocabulary.def>
};

u32 hull_class_perms(u32 class)
{
	u32 bit, perms = 0;

	for (bit = 0; bit < HULL_CELL_PERMS; bit++)
		if (perms_of.name[class][bit])
			perms |= 1u << bit;
	return perms;
}

/*
 * Nobody waits with a lock of the kernel held, or where a directory is locked that who
 * answers may look into.
 */
static const u32 asks[HULL_CLASSES] = {
	[HULL_CLASS_FILE] = HULL_FILE_READ | HULL_FILE_WRITE | HULL_FILE_APPEND | HULL_FILE_LIST |
			    HULL_FILE_EXECUTE,
	[HULL_CLASS_DEVICE] = HULL_DEVICE_READ | HULL_DEVICE_WRITE,
	[HULL_CLASS_SOCKET] = HULL_SOCKET_CREATE | HULL_SOCKET_BIND | HULL_SOCKET_CONNECT |
			      HULL_SOCKET_LISTEN | HULL_SOCKET_ACCEPT | HULL_SOCKET_SEND,
	[HULL_CLASS_INET] = ~0u,
	[HULL_CLASS_VSOCK] = ~0u,
	[HULL_CLASS_MOUNT] = ~0u,
	[HULL_CLASS_NAMESPACE] = HULL_NAMESPACE_CREATE,
	[HULL_CLASS_BPF] = ~0u,
	[HULL_CLASS_PERF] = HULL_PERF_OPEN,
	[HULL_CLASS_MODULE] = HULL_MODULE_LOAD,
	[HULL_CLASS_KEXEC] = ~0u,
	[HULL_CLASS_URING] = HULL_URING_SETUP,
	[HULL_CLASS_TASK] = ~0u,
	[HULL_CLASS_HANDLE] = ~0u,
};

u32 hull_class_asks(u32 class)
{
	return asks[class] & hull_class_perms(class);
}

const char *hull_perm_name(u32 class, u32 bit)
{
	return class < HULL_CLASSES && bit < HULL_CELL_PERMS ? perms_of.name[class][bit] : NULL;
}
