/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMX instructions. Field encodings and control bits are the kernel's own,
 * <asm/vmx.h>; SDM Vol. 3, appendix B.
 *
 * An instruction may fault: when the machine goes down VMX is taken away under our
 * feet. Faults are caught by the exception table. A VMREAD then gives the value it
 * was told to, other instructions have no effect; the next entry fails, and that
 * VM with it.
 */
#ifndef HULL_VMX_VMCS_H
#define HULL_VMX_VMCS_H

#include <linux/instrumentation.h>
#include <linux/io.h>
#include <linux/types.h>
#include <asm/asm.h>
#include <asm/vmx.h>

struct hull_vmcs {
	u32 revision;
	u32 abort;
	u8 data[];
};

#define HULL_VMX_FIELD_TYPE(field)	((field) & 0x6000)

/**
 * hull_vmcs_read_or - VMREAD
 * @field: encoding
 * @otherwise: the result when there is no such field, or no VMCS
 *
 * No branch: the register keeps what it held when the instruction fails.
 */
static __always_inline unsigned long hull_vmcs_read_or(unsigned long field,
						       unsigned long otherwise)
{
	unsigned long value = otherwise;

	asm volatile("1: vmread %[field], %[value]\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : [value] "+r" (value) : [field] "r" (field) : "cc");
	return value;
}

static __always_inline unsigned long hull_vmcs_read(unsigned long field)
{
	return hull_vmcs_read_or(field, 0);
}

void hull_vmcs_write_failed(unsigned long field, unsigned long value);

static __always_inline void hull_vmcs_write(unsigned long field, unsigned long value)
{
	asm goto("1: vmwrite %[value], %[field]\n\t"
		 "jna %l[failed]\n"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : [field] "r" (field), [value] "rm" (value) : "cc" : failed, fault);
	return;
failed:
	instrumentation_begin();
	hull_vmcs_write_failed(field, value);
	instrumentation_end();
fault:
	return;
}

static inline void hull_vmcs_set_bits(unsigned long field, unsigned long bits)
{
	hull_vmcs_write(field, hull_vmcs_read(field) | bits);
}

static inline void hull_vmcs_clear_bits(unsigned long field, unsigned long bits)
{
	hull_vmcs_write(field, hull_vmcs_read(field) & ~bits);
}

/* Instructions on a physical address. Return: 0, -EINVAL: VMfail, -EIO: fault */
#define HULL_VMX_INSN(insn)						\
static inline int hull_insn_##insn(u64 phys)				\
{									\
	asm goto("1: " #insn " %[mem]\n\t"				\
		 "jna %l[failed]\n"					\
		 _ASM_EXTABLE(1b, %l[fault])				\
		 : : [mem] "m" (phys) : "cc", "memory" : failed, fault);	\
	return 0;							\
failed:									\
	return -EINVAL;							\
fault:									\
	return -EIO;							\
}

HULL_VMX_INSN(vmxon)
HULL_VMX_INSN(vmclear)
HULL_VMX_INSN(vmptrld)

static inline int hull_vmcs_clear(struct hull_vmcs *vmcs)
{
	return hull_insn_vmclear(__pa(vmcs));
}

static inline int hull_vmcs_load(struct hull_vmcs *vmcs)
{
	return hull_insn_vmptrld(__pa(vmcs));
}

/* An error means that there was no VMX to leave, which is as well. */
static inline void hull_vmxoff(void)
{
	asm volatile("1: vmxoff\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : : : "cc", "memory");
}

/* descriptor of INVEPT and INVVPID */
struct hull_inv {
	u64 context;
	u64 address;
};

/* Return: 0, or -EINVAL: no such type, or a fault */
#define HULL_VMX_INV(insn)						\
static inline int hull_##insn(unsigned long type, u64 context)		\
{									\
	struct hull_inv inv = { .context = context };			\
									\
	asm goto("1: " #insn " %[inv], %[type]\n\t"			\
		 "jna %l[failed]\n"					\
		 _ASM_EXTABLE(1b, %l[failed])				\
		 : : [inv] "m" (inv), [type] "r" (type)			\
		 : "cc", "memory" : failed);				\
	return 0;							\
failed:									\
	return -EINVAL;							\
}

HULL_VMX_INV(invept)
HULL_VMX_INV(invvpid)

#endif
