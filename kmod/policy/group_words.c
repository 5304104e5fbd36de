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

const char *hull_perm_name(u32 class, u32 bit)
{
	return class < HULL_CLASSES && bit < HULL_CELL_PERMS ? perms_of.name[class][bit] : NULL;
}
