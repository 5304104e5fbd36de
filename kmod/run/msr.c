// SPDX-License-Identifier: GPL-2.0-only
/*
 * RDMSR and WRMSR: look-up in the table, then the row's accessor. What no row knows
 * is #GP, or ignored where the VM's owner asked for that.
 */

#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/msr-index.h>
#include <run/loop.h>

#define MSR_LIST_MAX	256

/* [I] after hull_msr_init(): the rows to be saved, number by number */
static u32 msr_list[MSR_LIST_MAX];
static u32 msr_list_n;

/* The table is in order. */
static const struct hull_msr_row *row_find(u32 msr)
{
	unsigned int low = 0, high = hull_msr_rows_n, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (hull_msr_rows[middle].last < msr)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == hull_msr_rows_n || msr < hull_msr_rows[low].first)
		return NULL;
	return &hull_msr_rows[low];
}

static u64 *row_value(struct hull_vcpu *vcpu, const struct hull_msr_row *row)
{
	return (void *)vcpu->msrs + row->offset;
}

static int row_get(struct hull_vcpu *vcpu, const struct hull_msr_row *row, u32 msr, u64 *val,
		   bool by_host)
{
	if (row->get)
		return row->get(vcpu, msr, val, by_host);
	*val = row->offset == HULL_MSR_NO_STORE ? row->valid : *row_value(vcpu, row);
	return 0;
}

static int row_set(struct hull_vcpu *vcpu, const struct hull_msr_row *row, u32 msr, u64 val,
		   bool by_host)
{
	if ((row->flags & HULL_MSR_HOST_SET) && !by_host)
		return -EINVAL;
	if (row->set)
		return row->set(vcpu, msr, val, by_host);
	if (row->flags & HULL_MSR_DROP)
		return 0;
	if (row->offset == HULL_MSR_NO_STORE)
		return by_host && val == row->valid ? 0 : -EINVAL;
	if (val & ~row->valid)
		return -EINVAL;
	*row_value(vcpu, row) = val;
	return 0;
}

int hull_msr_get(struct hull_vcpu *vcpu, u32 msr, u64 *val, bool by_host)
{
	const struct hull_msr_row *row = row_find(msr);
	int ret = -EINVAL;

	*val = 0;
	if (row)
		ret = row_get(vcpu, row, msr, val, by_host);
	if (ret && !row && !by_host && (vcpu->vm->flags & HULL_VM_F_MSR_IGNORE))
		return 0;
	return ret;
}

int hull_msr_set(struct hull_vcpu *vcpu, u32 msr, u64 val, bool by_host)
{
	const struct hull_msr_row *row = row_find(msr);

	if (row)
		return row_set(vcpu, row, msr, val, by_host);
	return !by_host && (vcpu->vm->flags & HULL_VM_F_MSR_IGNORE) ? 0 : -EINVAL;
}

bool hull_rdmsr_fast(struct hull_vcpu *vcpu)
{
	unsigned long *regs = vcpu->vmx.regs;
	u32 msr = regs[HULL_REG_RCX];
	const struct hull_msr_row *row = row_find(msr);
	u64 val;

	if (unlikely(!row || !(row->flags & HULL_MSR_FAST_GET)) ||
	    row_get(vcpu, row, msr, &val, false))
		return false;
	regs[HULL_REG_RAX] = (u32)val;
	regs[HULL_REG_RDX] = val >> 32;
	return true;
}

bool hull_wrmsr_fast(struct hull_vcpu *vcpu)
{
	unsigned long *regs = vcpu->vmx.regs;
	u64 val = (u32)regs[HULL_REG_RAX] | regs[HULL_REG_RDX] << 32;
	u32 msr = regs[HULL_REG_RCX];
	const struct hull_msr_row *row = row_find(msr);

	if (unlikely(!row || !(row->flags & HULL_MSR_FAST_SET)) ||
	    row_set(vcpu, row, msr, val, false))
		return false;
	if (row->flags & HULL_MSR_TIMER)
		hull_timer_arm(vcpu);
	return true;
}

/* ---- life ----------------------------------------------------------------- */

u32 hull_msr_list(const u32 **list)
{
	*list = msr_list;
	return msr_list_n;
}

/* Rows out of order would make MSRs disappear: refuse to load rather. */
int hull_msr_init(void)
{
	const struct hull_msr_row *row;
	unsigned int i;
	u32 msr;

	msr_list_n = 0;
	for (i = 0; i < hull_msr_rows_n; i++) {
		row = &hull_msr_rows[i];
		if (row->last < row->first || (i && row->first <= row[-1].last))
			return -EINVAL;
		if (!(row->flags & HULL_MSR_SAVE))
			continue;
		for (msr = row->first; msr <= row->last && msr_list_n < MSR_LIST_MAX; msr++)
			msr_list[msr_list_n++] = msr;
	}
	return 0;
}

int hull_msr_create(struct hull_vcpu *vcpu)
{
	vcpu->msrs = kvzalloc(sizeof(*vcpu->msrs), GFP_KERNEL_ACCOUNT);
	return vcpu->msrs ? 0 : -ENOMEM;
}

void hull_msr_destroy(struct hull_vcpu *vcpu)
{
	kvfree(vcpu->msrs);
}
