// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's local APIC: its life, its modes and the two ways to its registers.
 * SDM Vol. 3, 11.4 (xAPIC) and 11.12 (x2APIC).
 */

#include <linux/nospec.h>
#include <linux/slab.h>
#include <asm/apicdef.h>
#include <asm/msr-index.h>
#include <irq/irq_private.h>

#define XAPIC_SIZE	0x1000
#define X2APIC_MSR	0x800

/* how a register can be reached */
#define XR	BIT(0)	/* xAPIC page */
#define XW	BIT(1)
#define MR	BIT(2)	/* x2APIC MSR */
#define MW	BIT(3)

/**
 * struct reg_row - a register
 * @how: XR etc.; none: reserved
 * @bits: what WRMSR may set without a #GP (table 11-6)
 */
struct reg_row {
	u8 how;
	u32 bits;
};

static const struct reg_row rows[HULL_APIC_NR_REGS] = {
	[HULL_APIC_ID]		= { XR | XW | MR },
	[HULL_APIC_VERSION]	= { XR | XW | MR },
	[HULL_APIC_TPR]		= { XR | XW | MR | MW, 0xff },
	[HULL_APIC_APR]		= { XR | XW },
	[HULL_APIC_PPR]		= { XR | XW | MR },
	[HULL_APIC_EOI]		= { XW | MW, 0 },
	[HULL_APIC_RRD]		= { XR | XW },
	[HULL_APIC_LDR]		= { XR | XW | MR },
	[HULL_APIC_DFR]		= { XR | XW },
	[HULL_APIC_SVR]		= { XR | XW | MR | MW, 0xff | HULL_SVR_ENABLE |
						       HULL_SVR_EOI_SUPPRESS },
	[HULL_APIC_ISR ... HULL_APIC_ESR - 1] = { XR | XW | MR },
	[HULL_APIC_ESR]		= { XR | XW | MR | MW, 0 },
	[HULL_APIC_ICR]		= { XR | XW | MR | MW, HULL_ICR_LOW_BITS | HULL_ICR_BUSY },
	[HULL_APIC_ICR2]	= { XR | XW },
	/* the status bits of an LVT are read-only, not reserved */
	[HULL_APIC_LVT + HULL_LVT_TIMER]   = { XR | XW | MR | MW, 0x710ff },
	[HULL_APIC_LVT + HULL_LVT_THERMAL] = { XR | XW | MR | MW, 0x117ff },
	[HULL_APIC_LVT + HULL_LVT_PERF]	   = { XR | XW | MR | MW, 0x117ff },
	[HULL_APIC_LVT + HULL_LVT_LINT0]   = { XR | XW | MR | MW, 0x1f7ff },
	[HULL_APIC_LVT + HULL_LVT_LINT1]   = { XR | XW | MR | MW, 0x1f7ff },
	[HULL_APIC_LVT + HULL_LVT_ERROR]   = { XR | XW | MR | MW, 0x110ff },
	[HULL_APIC_TMICT]	= { XR | XW | MR | MW, ~0U },
	[HULL_APIC_TMCCT]	= { XR | XW | MR },
	[HULL_APIC_TDCR]	= { XR | XW | MR | MW, 0xb },
	[HULL_APIC_SELF_IPI]	= { MW, 0xff },
};

static const struct reg_row *reg_row(unsigned int reg)
{
	if (reg >= HULL_APIC_NR_REGS)
		return NULL;
	return &rows[array_index_nospec(reg, HULL_APIC_NR_REGS)];
}

/* --- life ------------------------------------------------------------------ */

struct hull_lapic *hull_lapic_create(struct hull_irqchip *chip, void *vcpu, u32 id)
{
	struct hull_lapic *apic;
	int ret = 0;

	static_assert(offsetof(struct hull_lapic, head) == 0);
	if (id > chip->max_id)
		return ERR_PTR(-EINVAL);
	apic = kzalloc(sizeof(*apic), GFP_KERNEL_ACCOUNT);
	if (!apic)
		return ERR_PTR(-ENOMEM);
	apic->chip = chip;
	apic->ops = chip->ops;
	apic->vcpu = vcpu;
	apic->id = id;
	apic->features = HULL_LAPIC_F_X2APIC | HULL_LAPIC_F_TSC_DEADLINE;
	apic->maxphyaddr = boot_cpu_data.x86_phys_bits;
	apic->base = id ? 0 : HULL_APIC_BASE_BSP;
	hull_lapic_timer_init(apic);
	hull_lapic_reset(apic, false);

	mutex_lock(&chip->lock);
	if (rcu_dereference_protected(chip->lapics[id], lockdep_is_held(&chip->lock))) {
		ret = -EEXIST;
	} else {
		rcu_assign_pointer(chip->lapics[id], apic);
		if (id >= chip->nr_ids)
			WRITE_ONCE(chip->nr_ids, id + 1);
	}
	mutex_unlock(&chip->lock);
	if (ret) {
		kfree(apic);
		return ERR_PTR(ret);
	}
	return apic;
}

void hull_lapic_destroy(struct hull_lapic *apic)
{
	struct hull_irqchip *chip = apic->chip;

	mutex_lock(&chip->lock);
	RCU_INIT_POINTER(chip->lapics[apic->id], NULL);
	mutex_unlock(&chip->lock);
	hull_lapic_timer_stop(apic);
	if (!chip->quiet)
		synchronize_rcu();
	kfree(apic);
}

void hull_lapic_reset(struct hull_lapic *apic, bool init)
{
	if (!init)
		WRITE_ONCE(apic->base, (apic->base & HULL_APIC_BASE_BSP) |
				       HULL_APIC_BASE_ENABLE | APIC_DEFAULT_PHYS_BASE);
	hull_lapic_regs_reset(apic);
	/*
	 * Virtual wire: firmware hands the boot processor over with LINT0 open to the
	 * PIC, and guests here may start without any.
	 */
	if (!init && (apic->base & HULL_APIC_BASE_BSP))
		WRITE_ONCE(apic->lvt[HULL_LVT_LINT0], HULL_IRQ_EXTINT << 8);
}

void hull_lapic_features_set(struct hull_lapic *apic, u32 features, unsigned int maxphyaddr)
{
	apic->features = features;
	apic->maxphyaddr = clamp(maxphyaddr, 32U, 52U);
}

/* --- IA32_APIC_BASE -------------------------------------------------------- */

u64 hull_lapic_base_get(struct hull_lapic *apic)
{
	return apic->base;
}

int hull_lapic_base_set(struct hull_lapic *apic, u64 base, bool by_host)
{
	u64 changed = apic->base ^ base;

	if (!hull_apic_base_check(apic->base, base, apic->maxphyaddr,
				  apic->features & HULL_LAPIC_F_X2APIC, by_host))
		return -EINVAL;
	if (!changed)
		return 0;
	/* A disabled APIC forgets (11.4.3); the destination half of ICR has two layouts. */
	if (!(base & HULL_APIC_BASE_ENABLE) && (changed & HULL_APIC_BASE_ENABLE))
		hull_lapic_regs_reset(apic);
	if (changed & HULL_APIC_BASE_X2APIC)
		apic->icr &= ~0U;
	WRITE_ONCE(apic->base, base);
	hull_lapic_reevaluate(apic);
	return 0;
}

/* --- the xAPIC page -------------------------------------------------------- */

static void page_read(struct hull_lapic *apic, unsigned int offset, unsigned int len, void *data)
{
	const struct reg_row *row = reg_row(offset >> 4);
	u32 val = 0;

	memset(data, 0, len);
	if ((offset & 15) + len > 4)
		return;
	if (row && (row->how & XR))
		val = hull_lapic_reg_get(apic, offset >> 4);
	else
		hull_lapic_error(apic, HULL_ESR_REGISTER);
	memcpy(data, (u8 *)&val + (offset & 15), len);
}

static void page_write(struct hull_lapic *apic, unsigned int offset, unsigned int len,
		       const void *data)
{
	const struct reg_row *row = reg_row(offset >> 4);
	u32 val;

	if ((offset & 15) || len != 4)	/* all accesses must be of 32 bits, aligned */
		return;
	memcpy(&val, data, 4);
	if (row && (row->how & XW))
		hull_lapic_reg_set(apic, offset >> 4, val);
	else
		hull_lapic_error(apic, HULL_ESR_REGISTER);
}

bool hull_lapic_mmio(struct hull_lapic *apic, u64 gpa, unsigned int len, void *data, bool write)
{
	u64 offset = gpa - (apic->base & ~(u64)(XAPIC_SIZE - 1));

	if ((apic->base & HULL_APIC_BASE_MODE) != HULL_APIC_BASE_ENABLE)
		return false;
	if (offset >= XAPIC_SIZE)
		return false;
	if (write)
		page_write(apic, offset, len, data);
	else
		page_read(apic, offset, len, data);
	return true;
}

/* --- MSRs ------------------------------------------------------------------ */

static const struct reg_row *msr_row(const struct hull_lapic *apic, u32 msr, u8 how)
{
	const struct reg_row *row = reg_row(msr - X2APIC_MSR);

	if (!row || !(row->how & how) || !hull_lapic_x2apic(apic))
		return NULL;
	return row;
}

int hull_lapic_msr_get(struct hull_lapic *apic, u32 msr, u64 *val)
{
	if (msr == MSR_IA32_TSC_DEADLINE) {
		if (!(apic->features & HULL_LAPIC_F_TSC_DEADLINE))
			return -EINVAL;
		*val = hull_lapic_tsc_deadline_get(apic);
		return 0;
	}
	if (!msr_row(apic, msr, MR))
		return -EINVAL;
	if (msr == X2APIC_MSR + HULL_APIC_ICR)
		*val = apic->icr;
	else
		*val = hull_lapic_reg_get(apic, msr - X2APIC_MSR);
	return 0;
}

int hull_lapic_msr_set(struct hull_lapic *apic, u32 msr, u64 val)
{
	const struct reg_row *row;

	if (msr == MSR_IA32_TSC_DEADLINE) {
		if (!(apic->features & HULL_LAPIC_F_TSC_DEADLINE))
			return -EINVAL;
		hull_lapic_tsc_deadline_set(apic, val);
		return 0;
	}
	row = msr_row(apic, msr, MW);
	if (!row || ((u32)val & ~row->bits))
		return -EINVAL;
	if (msr == X2APIC_MSR + HULL_APIC_ICR) {
		hull_lapic_icr_send(apic, val, val >> 32);
		apic->icr = val & ~(u64)HULL_ICR_BUSY;
		return 0;
	}
	if (val >> 32)
		return -EINVAL;
	hull_lapic_reg_set(apic, msr - X2APIC_MSR, val);
	return 0;
}

/* --- CR8 ------------------------------------------------------------------- */

unsigned long hull_lapic_tpr_get(struct hull_lapic *apic)
{
	return apic->tpr >> 4;
}

void hull_lapic_tpr_set(struct hull_lapic *apic, unsigned long cr8)
{
	apic->tpr = (cr8 & 15) << 4;
	hull_lapic_ppr_update(apic);
}
