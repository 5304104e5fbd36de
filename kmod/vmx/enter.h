/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What C and assembly know together about the world switch.
 */
#ifndef HULL_VMX_ENTER_H
#define HULL_VMX_ENTER_H

/* Offsets into struct hull_vmx_vcpu, checked by static_assert in switch.c */
#define HULL_V_RAX		0
#define HULL_V_RCX		8
#define HULL_V_RDX		16
#define HULL_V_RBX		24
#define HULL_V_RBP		40
#define HULL_V_RSI		48
#define HULL_V_RDI		56
#define HULL_V_R8		64
#define HULL_V_R9		72
#define HULL_V_R10		80
#define HULL_V_R11		88
#define HULL_V_R12		96
#define HULL_V_R13		104
#define HULL_V_R14		112
#define HULL_V_R15		120
#define HULL_V_HOST_RSP		144
#define HULL_V_RUN_FLAGS	152
#define HULL_V_SPEC_CTRL	156
#define HULL_V_EXIT_REASON	160
#define HULL_V_LANE		164

/* hull_vmx_vcpu.run_flags */
#define HULL_RUN_LAUNCHED_BIT	0
#define HULL_RUN_LAUNCHED	0x001	/* VMRESUME, not VMLAUNCH */
#define HULL_RUN_VERW		0x002	/* clear CPU buffers before entry */
#define HULL_RUN_RSB		0x004	/* fill the return stack after exit */
#define HULL_RUN_SPEC_CTRL	0x008	/* IA32_SPEC_CTRL is the guest's while it runs */
#define HULL_RUN_SPEC_SAVE	0x010	/* the guest writes it itself: read it after exit */
#define HULL_RUN_SPEC_ALWAYS	0x020	/* legacy IBRS: write the host's after every exit */
#define HULL_RUN_BHB		0x040	/* clear the branch history after exit */
#define HULL_RUN_L1D_COND	0x080	/* flush L1D before entry where kernel code ran */
#define HULL_RUN_L1D_ALWAYS	0x100
#define HULL_RUN_CLEAR_REGS	0x200	/* no guest value stays in a register after exit */
#define HULL_RUN_TIMER		0x400	/* the preemption timer needs a look before entry */
#define HULL_RUN_RSB_ONE	0x800	/* enhanced IBRS: one call after exit is enough */
#define HULL_RUN_DEBUGCTL	0x1000	/* the host's is not zero, which an exit makes it */

/* Any of these needs the entry and exit code that cares about speculation. */
#define HULL_RUN_SAFE		(HULL_RUN_VERW | HULL_RUN_RSB | HULL_RUN_SPEC_CTRL | \
				 HULL_RUN_BHB | HULL_RUN_CLEAR_REGS | HULL_RUN_RSB_ONE)
#define HULL_RUN_L1D		(HULL_RUN_L1D_COND | HULL_RUN_L1D_ALWAYS)

/* What hull_vmx_switch_*() returns in EAX. */
#define HULL_SWITCH_EXIT	0	/* the guest came out */
#define HULL_SWITCH_FAILED	1	/* the entry failed before it began */
#define HULL_SWITCH_ANSWERED	2	/* it came out, and the lane has seen to it */

/* What the lane says of an exit. */
#define HULL_LANE_PASS		0	/* nothing was done: the ordinary way */
#define HULL_LANE_ENTER		1	/* answered; enter again */
#define HULL_LANE_LEAVE		2	/* answered; there is something to do before entry */

#endif
