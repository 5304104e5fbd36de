/* SPDX-License-Identifier: GPL-2.0-only */
/* hull_guest.ko: a module of guests. It knows the host by its UAPI headers alone. */
#ifndef HULL_GUEST_PRIVATE_H
#define HULL_GUEST_PRIVATE_H

#include <linux/fs.h>
#include <linux/sysfs.h>
#include <uapi/linux/hull_guest.h>
#include <uapi/linux/hull_hypercall.h>

/* What CPUID says of the host; read once, when the module is loaded. */
struct hull_guest_host {
	u32 abi;
	u32 features;
	u32 first;
	u32 numbers;
};

extern struct hull_guest_host hull_guest_host;

/* calls.c */

/* hull_guest_user_call - a call for a program: 0, or -errno: it was not made */
int hull_guest_user_call(struct hull_guest_call *call);
/* hull_guest_user_list - the names of the calls that programs may make, for sysfs */
int hull_guest_user_list(char *buf);

/* main.c */

/* hull_guest_handlers - may programs call handlers of the host? */
bool hull_guest_handlers(void);

/* sysfs.c: attributes of the device */
extern const struct attribute_group *hull_guest_groups[];

#endif
