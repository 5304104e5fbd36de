/* SPDX-License-Identifier: GPL-2.0-only */
/* What the storming guest and its host agree on. */
#ifndef HULL_SELFTESTS_STORM_H
#define HULL_SELFTESTS_STORM_H

#define STORM_READONLY	0x10000		/* below: code, not writable for the guest and its calls */
#define STORM_STATE	0x200000	/* struct storm_state of vCPU 0, then of vCPU 1 */
#define STORM_STACK	0x204000	/* top of vCPU 0's; vCPU 1's is 0x1000 above */
#define STORM_ARENA	0x300000	/* where structures are made for calls to read */
#define STORM_BATCH	1000		/* calls between two writes to the port */
#define STORM_PORT	0x81		/* 16 bits: how many of them were answered by an error */

struct storm_state {
	unsigned long long seed;
};

#endif
