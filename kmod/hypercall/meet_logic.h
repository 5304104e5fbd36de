/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guests say when they want to meet, checked: names, addresses, ways to be told.
 * Pure: selftests/unit builds it as it is.
 */
#ifndef HULL_HYPERCALL_MEET_LOGIC_H
#define HULL_HYPERCALL_MEET_LOGIC_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#include <uapi/linux/hull.h>
#include <uapi/linux/hull_hypercall.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <linux/hull.h>
#include <linux/hull_hypercall.h>
typedef __u8 u8; typedef __u32 u32; typedef __u64 u64;
#define PAGE_SHIFT	12
#define PAGE_SIZE	4096UL
#endif

#define HULL_EVENT_GSIS		4096	/* as many as routing tables may name */
#define HULL_SHARE_RIGHTS	(HULL_SHARE_READ | HULL_SHARE_WRITE)

/* Printable, and without blanks: it ends on people's terminals. */
static inline bool hull_guest_name_valid(const char *name, size_t bytes)
{
	size_t i;

	if (!bytes || bytes > HULL_GUEST_NAME_MAX)
		return false;
	for (i = 0; i < bytes; i++)
		if (name[i] < '!' || name[i] > '~')
			return false;
	return true;
}

/* hull_event_setup(): @what of vector: the vector, and the APIC id above it */
static inline int hull_event_setup_check(u64 gpa, u64 how, u64 what)
{
	switch (how) {
	case HULL_EVENT_POLL:
		break;
	case HULL_EVENT_GSI:
		if (what >= HULL_EVENT_GSIS)
			return -EINVAL;
		break;
	case HULL_EVENT_VECTOR:
		if ((what & 0xff) < 16 || what >> 8 >= HULL_VCPUS_MAX)
			return -EINVAL;
		break;
	default:
		return -EINVAL;
	}
	return gpa % PAGE_SIZE ? -EINVAL : 0;
}

/*
 * A copy of what the guest said; of it the name is cut at its NUL.
 * @gpa_bits: the guest's physical address width
 */
static inline int hull_share_check(const struct hull_share *share, unsigned int gpa_bits)
{
	u64 end = 1ULL << gpa_bits;

	if (!hull_guest_name_valid(share->name, strnlen(share->name, sizeof(share->name))))
		return -EINVAL;
	if (share->flags || share->rights & ~HULL_SHARE_RIGHTS ||
	    !(share->rights & HULL_SHARE_READ))
		return -EINVAL;
	if (share->gpa % PAGE_SIZE || share->bytes % PAGE_SIZE || !share->bytes ||
	    share->bytes > HULL_SHARE_BYTES_MAX)
		return -EINVAL;
	return share->gpa >= end || share->bytes > end - share->gpa ? -EINVAL : 0;
}

#endif
