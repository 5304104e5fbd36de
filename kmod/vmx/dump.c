// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VMCS holds, for the kernel log: after a failed entry or an exit that nobody
 * understands.
 */
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <vmx/private.h>

#define ROW(name, field)	{ name, field }

static const struct row {
	const char *name;
	u32 field;
} rows[] = {
	ROW("exit reason", VM_EXIT_REASON),
	ROW("qualification", EXIT_QUALIFICATION),
	ROW("exit interruption", VM_EXIT_INTR_INFO),
	ROW("exit error code", VM_EXIT_INTR_ERROR_CODE),
	ROW("IDT vectoring", IDT_VECTORING_INFO_FIELD),
	ROW("insn length", VM_EXIT_INSTRUCTION_LEN),
	ROW("insn information", VMX_INSTRUCTION_INFO),
	ROW("insn error", VM_INSTRUCTION_ERROR),
	ROW("guest linear", GUEST_LINEAR_ADDRESS),
	ROW("guest physical", GUEST_PHYSICAL_ADDRESS),
	ROW("pin controls", PIN_BASED_VM_EXEC_CONTROL),
	ROW("cpu controls", CPU_BASED_VM_EXEC_CONTROL),
	ROW("cpu controls 2", SECONDARY_VM_EXEC_CONTROL),
	ROW("exit controls", VM_EXIT_CONTROLS),
	ROW("entry controls", VM_ENTRY_CONTROLS),
	ROW("exception bitmap", EXCEPTION_BITMAP),
	ROW("entry event", VM_ENTRY_INTR_INFO_FIELD),
	ROW("entry error code", VM_ENTRY_EXCEPTION_ERROR_CODE),
	ROW("entry insn length", VM_ENTRY_INSTRUCTION_LEN),
	ROW("CR0", GUEST_CR0), ROW("CR0 shadow", CR0_READ_SHADOW),
	ROW("CR3", GUEST_CR3), ROW("EFER", GUEST_IA32_EFER),
	ROW("CR4", GUEST_CR4), ROW("CR4 shadow", CR4_READ_SHADOW),
	ROW("PDPTE0", GUEST_PDPTR0), ROW("PDPTE1", GUEST_PDPTR1),
	ROW("PDPTE2", GUEST_PDPTR2), ROW("PDPTE3", GUEST_PDPTR3),
	ROW("RIP", GUEST_RIP), ROW("RSP", GUEST_RSP), ROW("RFLAGS", GUEST_RFLAGS),
	ROW("DR7", GUEST_DR7), ROW("DEBUGCTL", GUEST_IA32_DEBUGCTL),
	ROW("pending debug", GUEST_PENDING_DBG_EXCEPTIONS),
	ROW("interruptibility", GUEST_INTERRUPTIBILITY_INFO),
	ROW("activity", GUEST_ACTIVITY_STATE),
	ROW("GDT base", GUEST_GDTR_BASE), ROW("GDT limit", GUEST_GDTR_LIMIT),
	ROW("IDT base", GUEST_IDTR_BASE), ROW("IDT limit", GUEST_IDTR_LIMIT),
	ROW("SYSENTER CS", GUEST_SYSENTER_CS), ROW("SYSENTER ESP", GUEST_SYSENTER_ESP),
	ROW("SYSENTER EIP", GUEST_SYSENTER_EIP), ROW("PAT", GUEST_IA32_PAT),
	ROW("TSC offset", TSC_OFFSET), ROW("EPTP", EPT_POINTER),
	ROW("host CR0", HOST_CR0), ROW("host CR3", HOST_CR3), ROW("host CR4", HOST_CR4),
	ROW("host EFER", HOST_IA32_EFER),
};

static const char *const segments[HULL_NR_SEGS] = {
	"ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR",
};

static void dump_segment(enum hull_seg seg)
{
	pr_err("hull:  %-4s sel %04lx base %016lx limit %08lx ar %05lx\n", segments[seg],
	       hull_vmcs_read(GUEST_ES_SELECTOR + 2 * seg),
	       hull_vmcs_read(GUEST_ES_BASE + 2 * seg),
	       hull_vmcs_read(GUEST_ES_LIMIT + 2 * seg),
	       hull_vmcs_read(GUEST_ES_AR_BYTES + 2 * seg));
}

/* No host address is among them but CR3, which is none. */
void hull_vmx_dump(struct hull_vmx_vcpu *v, const char *why)
{
	static DEFINE_RATELIMIT_STATE(limit, 60 * HZ, 3);
	int i;

	if (!__ratelimit(&limit))
		return;

	pr_err("hull: %s; last exit %#x%s, on CPU %d, VPID %u\n", why, v->exit_reason,
	       v->fail ? " (entry failed)" : "", v->cpu, v->vpid);
	for (i = 0; i + 1 < ARRAY_SIZE(rows); i += 2)
		pr_err("hull:  %-18s %16lx   %-18s %16lx\n",
		       rows[i].name, hull_vmcs_read(rows[i].field),
		       rows[i + 1].name, hull_vmcs_read(rows[i + 1].field));
	for (i = 0; i < HULL_NR_SEGS; i++)
		dump_segment(i);
	for (i = HULL_REG_RAX; i <= HULL_REG_R15; i += 4)
		pr_err("hull:  r%-2d %016lx %016lx %016lx %016lx\n", i,
		       v->regs[i], v->regs[i + 1], v->regs[i + 2], v->regs[i + 3]);
}
