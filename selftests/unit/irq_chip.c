// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt room as a whole, without a kernel: messages between processors, the
 * way of a line through I/O APIC or PIC to a vCPU and back, routing, saved state.
 */
#include "irq_machine.h"

/* --- one local APIC ---------------------------------------------------------------- */

static void test_nesting(void)
{
	machine_start(false, false);
	tap_ok(taken(1) == -1 && !hull_lapic_head(vcpus[1].apic)->look,
	       "nothing pending, and one flag says so");
	tap_ok(msi(0xfee01000, 0, 0x41) == 1 && vcpus[1].kicks == 1, "an MSI kicks its vCPU");
	tap_ok(msi(0xfee01000, 0, 0x41) == 0 && vcpus[1].kicks == 1, "the same again coalesces");
	msi(0xfee01000, 0, 0x52);
	tap_ok(taken(1) == 0x52, "the highest first");
	tap_ok(taken(1) == -1 && !hull_lapic_head(vcpus[1].apic)->look, "the lower one waits");
	msi(0xfee01000, 0, 0x5f);
	tap_ok(taken(1) == -1, "so does its own class");
	msi(0xfee01000, 0, 0x61);
	tap_ok(taken(1) == 0x61, "a higher class does not");
	eoi(1);
	tap_ok(taken(1) == -1, "one EOI ends the highest");
	eoi(1);
	tap_ok(taken(1) == 0x5f, "the next the next");
	eoi(1);
	hull_lapic_tpr_set(vcpus[1].apic, 4);
	tap_ok(taken(1) == -1 && mmio_read(1, HULL_APIC_PPR) == 0x40, "task priority holds 0x41");
	mmio_write(1, HULL_APIC_TPR, 0x3f);
	tap_ok(taken(1) == 0x41, "until it is lowered");
	tap_ok(mmio_read(1, HULL_APIC_ISR + 2) == 2 && !mmio_read(1, HULL_APIC_IRR + 2), "ISR");
	eoi(1);
	eoi(1);
	tap_ok(taken(1) == -1, "an EOI too many is nothing");
	machine_end();
}

static void test_errors(void)
{
	machine_start(false, false);
	mmio_write(0, HULL_APIC_LVT + HULL_LVT_ERROR, 0xfe);
	mmio_write(0, HULL_APIC_ICR, 0x40005);
	tap_ok(taken(0) == 0xfe, "an IPI with an illegal vector raises the error interrupt");
	tap_ok(!mmio_read(0, HULL_APIC_ESR), "not seen before it is latched");
	mmio_write(0, HULL_APIC_ESR, 0);
	tap_ok(mmio_read(0, HULL_APIC_ESR) == BIT(HULL_ESR_SEND_VECTOR), "send illegal vector");
	eoi(0);
	msi(0xfee00000, 0, 0x0f);
	mmio_read(0, 0x2a);
	mmio_write(0, HULL_APIC_ESR, 0);
	tap_ok(mmio_read(0, HULL_APIC_ESR) == (BIT(HULL_ESR_RECV_VECTOR) | BIT(HULL_ESR_REGISTER)),
	       "received illegal vector, illegal register");
	mmio_write(0, HULL_APIC_LVT + HULL_LVT_ERROR, 0x05);
	mmio_write(0, HULL_APIC_ICR, 0x40005);
	mmio_write(0, HULL_APIC_ESR, 0);
	tap_ok(mmio_read(0, HULL_APIC_ESR) == (BIT(HULL_ESR_SEND_VECTOR) |
					       BIT(HULL_ESR_RECV_VECTOR)),
	       "an error interrupt with an illegal vector ends in itself");
	machine_end();
}

static void test_disabled(void)
{
	machine_start(false, false);
	msi(0xfee01000, 0, 0x41);
	mmio_write(1, HULL_APIC_LVT + HULL_LVT_ERROR, 0xfe);
	mmio_write(1, HULL_APIC_SVR, 0xff);
	tap_ok(mmio_read(1, HULL_APIC_LVT + HULL_LVT_ERROR) == 0x100fe, "disabling masks LVTs");
	mmio_write(1, HULL_APIC_LVT + HULL_LVT_ERROR, 0xfe);
	tap_ok(mmio_read(1, HULL_APIC_LVT + HULL_LVT_ERROR) == 0x100fe, "for as long");
	tap_ok(msi(0xfee01000, 0, 0x51) == -1 && taken(1) == 0x41, "keeps what it has, no more");
	tap_ok(msi(0xfee01000, 0, 0x400) == 1 && vcpus[1].nmis == 1, "but NMIs");
	tap_ok(!hull_lapic_base_set(vcpus[1].apic, 0xfee00000, false) &&
	       msi(0xfee01000, 0, 0x400) == -1, "not when it is off altogether");
	hull_lapic_base_set(vcpus[1].apic, 0xfee00800, false);
	tap_ok(mmio_read(1, HULL_APIC_LDR) == 0 && mmio_read(1, HULL_APIC_SVR) == 0xff,
	       "it comes back as after power-up");
	machine_end();
}

/* --- processors to processors ---------------------------------------------------------- */

static void test_ipi(void)
{
	machine_start(false, false);
	mmio_write(0, HULL_APIC_ICR2, 2 << 24);
	mmio_write(0, HULL_APIC_ICR, 0x4041);
	tap_ok(taken(2) == 0x41 && taken(0) == -1 && taken(1) == -1, "physical");
	mmio_write(0, HULL_APIC_ICR2, 0xc << 24);
	mmio_write(0, HULL_APIC_ICR, 0x4851);
	tap_ok(taken(2) == 0x51 && taken(3) == 0x51 && taken(1) == -1, "logical");
	mmio_write(0, HULL_APIC_ICR, 0x40061);
	mmio_write(0, HULL_APIC_ICR, 0x80071);
	tap_ok(taken(0) == 0x71 && taken(0) == -1 && taken(1) == 0x71, "self, all");
	mmio_write(0, HULL_APIC_ICR, 0xc0081);
	tap_ok(taken(0) == -1 && taken(1) == 0x81 && taken(3) == 0x81, "others");
	mmio_write(0, HULL_APIC_ICR, 0xc4500);
	mmio_write(0, HULL_APIC_ICR, 0xc469a);
	tap_ok(!vcpus[0].inits && vcpus[1].inits == 1 && vcpus[3].sipis == 1 &&
	       vcpus[3].sipi_vector == 0x9a, "INIT and SIPI to the others");
	mmio_write(0, HULL_APIC_ICR2, 0xffU << 24);
	mmio_write(0, HULL_APIC_ICR, 0x4400);
	tap_ok(vcpus[0].nmis == 1 && vcpus[3].nmis == 1, "NMI to 0xff");
	mmio_write(0, HULL_APIC_ICR2, 9 << 24);
	mmio_write(0, HULL_APIC_ICR, 0x4041);
	tap_ok(mmio_read(0, HULL_APIC_ICR) == 0x4041 && mmio_read(0, HULL_APIC_ICR2) == 9 << 24,
	       "to nobody; ICR reads back, not busy");
	machine_end();
}

static void test_x2apic(void)
{
	unsigned long set[2] = { 0xa, 0 };

	machine_start(false, true);
	tap_ok(wrmsr(0, HULL_APIC_ICR, 3ULL << 32 | 0x4041) == 0 && taken(3) == 0x41, "physical");
	tap_ok(wrmsr(0, HULL_APIC_ICR, 0x6ULL << 32 | 0x4851) == 0 && taken(1) == 0x51 &&
	       taken(2) == 0x51 && taken(3) == -1, "logical, cluster 0");
	wrmsr(0, HULL_APIC_ICR, 0x10006ULL << 32 | 0x4852);
	tap_ok(taken(1) == -1 && taken(2) == -1, "cluster 1 has nobody");
	wrmsr(0, HULL_APIC_ICR, 0xffffffffULL << 32 | 0x4061);
	tap_ok(taken(0) == 0x61 && taken(3) == 0x61, "broadcast");
	tap_ok(wrmsr(0, HULL_APIC_SELF_IPI, 0x71) == 0 && taken(0) == 0x71, "self IPI");
	tap_ok(hull_irq_ipi_send(chip, set, 0, 0x81, true) == 2 && taken(1) == 0x81 &&
	       taken(3) == 0x81, "by bitmap");
	set[0] = 0;
	set[1] = 1;
	tap_ok(hull_irq_ipi_send(chip, set, ~0U, 0x81, true) == 0 &&
	       hull_irq_ipi_send(chip, set, 0, 0x81, true) == 0 &&
	       hull_irq_ipi_send(chip, set, 0, 0x500, true) == -EINVAL &&
	       hull_irq_ipi_send(chip, set, 0, 0x0f, true) == -EINVAL, "nobody, INIT, bad vector");

	tap_ok(rdmsr(3, HULL_APIC_ID) == 3 && rdmsr(3, HULL_APIC_LDR) == 8, "IDs");
	tap_ok(wrmsr(0, HULL_APIC_EOI, 1) && wrmsr(0, HULL_APIC_ESR, 1) &&
	       wrmsr(0, HULL_APIC_TPR, 0x100) && wrmsr(0, HULL_APIC_TPR, 1ULL << 32) &&
	       wrmsr(0, HULL_APIC_SVR, 0x3ff) && wrmsr(0, HULL_APIC_TDCR, 4) &&
	       wrmsr(0, HULL_APIC_ICR, BIT(13)) && wrmsr(0, HULL_APIC_LVT, BIT(19)),
	       "#GP for reserved bits");
	tap_ok(wrmsr(0, HULL_APIC_ID, 0) && wrmsr(0, HULL_APIC_LDR, 0) &&
	       wrmsr(0, HULL_APIC_DFR, 0) && wrmsr(0, HULL_APIC_ICR2, 0) &&
	       wrmsr(0, HULL_APIC_TMCCT, 0) && wrmsr(0, 0x40, 0) && wrmsr(0, 0xff, 0) &&
	       rdmsr(0, HULL_APIC_EOI) == ~0ULL && rdmsr(0, HULL_APIC_SELF_IPI) == ~0ULL &&
	       rdmsr(0, 0x2f) == ~0ULL, "#GP for what is not there");
	tap_ok(!hull_lapic_mmio(vcpus[0].apic, 0xfee00020, 4, &set, false), "no page in that mode");
	machine_end();
	machine_start(false, false);
	tap_ok(rdmsr(0, HULL_APIC_ID) == ~0ULL && wrmsr(0, HULL_APIC_TPR, 0), "no MSRs in xAPIC's");
	machine_end();
}

static void test_lowest(void)
{
	unsigned int got[CPUS] = {}, i, cpu;

	machine_start(false, false);
	for (i = 0; i < 100; i++) {
		tap.failed += msi(0xfee0f00c, 0, 0x41) != 1;
		for (cpu = 0; cpu < CPUS; cpu++) {
			if (taken(cpu) != 0x41)
				continue;
			got[cpu]++;
			eoi(cpu);
		}
	}
	tap_ok(got[0] == 25 && got[1] == 25 && got[2] == 25 && got[3] == 25, "taken in turns");
	for (cpu = 0; cpu < CPUS; cpu++)
		hull_lapic_tpr_set(vcpus[cpu].apic, cpu == 2 ? 1 : 2);
	msi(0xfee0f004, 0, 0x141);
	msi(0xfee0f004, 0, 0x142);
	tap_ok(taken(2) == 0x42, "the least busy takes all");
	machine_end();
}

/* --- lines ----------------------------------------------------------------------------- */

static void test_level(void)
{
	unsigned int n, more;

	machine_start(false, false);
	rte_set(9, 1ULL << 56 | HULL_RTE_LEVEL | 0x41);
	tap_ok(hull_irq_line_set(chip, 9, true) == 1 && taken(1) == 0x41, "a level line");
	tap_ok(rte_get(9) & HULL_RTE_REMOTE_IRR, "remote IRR");
	tap_ok(hull_irq_line_set(chip, 9, true) == 0 && taken(1) == -1, "sent once");
	eoi(1);
	tap_ok(taken(1) == 0x41, "and again after its EOI");
	hull_irq_line_set(chip, 9, false);
	eoi(1);
	tap_ok(taken(1) == -1 && !(rte_get(9) & HULL_RTE_REMOTE_IRR), "not when the line fell");

	hull_irq_line_set(chip, 9, true);
	for (n = 0; taken(1) == 0x41 && n < 100000; n++)
		eoi(1);
	tap_ok(n < 2000, "a line that stays up is held after %u", n);
	sleep_ns(20 * NSEC_PER_MSEC);
	for (more = 0; taken(1) == 0x41 && more < 100000; more++)
		eoi(1);
	tap_ok(more && more < 2000, "for a while");
	hull_irq_line_set(chip, 9, false);
	sleep_ns(20 * NSEC_PER_MSEC);
	tap_ok(taken(1) == -1, "and not sent when it fell meanwhile");
	machine_end();
}

static void test_sources(void)
{
	u32 vector = 0x41;

	machine_start(false, false);
	rte_set(9, 1ULL << 56 | HULL_RTE_LEVEL | HULL_RTE_MASKED | 0x41);
	hull_irq_gsi_set(chip, 9, HULL_IRQ_SRC_RESAMPLE, true);
	tap_ok(hull_irq_line_set(chip, 9, true) == -1, "a masked pin");
	rte_set(9, 1ULL << 56 | HULL_RTE_LEVEL | 0x41);
	tap_ok(taken(1) == 0x41, "a level is sent when it is unmasked");
	hull_irq_line_set(chip, 9, false);
	eoi(1);
	tap_ok(taken(1) == 0x41, "the line is up while one source holds it");
	hull_irq_gsi_set(chip, 9, HULL_IRQ_SRC_RESAMPLE, false);
	mmio_write(1, HULL_APIC_SVR, 0x11ff);
	eoi(1);
	tap_ok(rte_get(9) & HULL_RTE_REMOTE_IRR, "an EOI that is not broadcast");
	hull_irqchip_mmio(chip, HULL_IOAPIC_BASE + HULL_IOAPIC_EOI, 4, &vector, true);
	tap_ok(!(rte_get(9) & HULL_RTE_REMOTE_IRR), "the EOI register");

	rte_set(4, 0x51);
	tap_ok(hull_irq_line_set(chip, 4, true) == 1 && hull_irq_line_set(chip, 4, true) == 0 &&
	       taken(0) == 0x51 && taken(0) == -1, "an edge");
	hull_irq_line_set(chip, 4, false);
	rte_set(4, HULL_RTE_MASKED | 0x52);
	hull_irq_line_set(chip, 4, true);
	rte_set(4, 0x52);
	tap_ok(taken(0) == -1, "an edge at a masked pin is lost");
	rte_set(5, 0x8400);
	hull_irq_line_set(chip, 5, true);
	tap_ok(vcpus[0].nmis == 1 && !(rte_get(5) & HULL_RTE_REMOTE_IRR), "NMI by a pin");
	tap_ok(hull_irq_line_set(chip, 24, true) == -EINVAL && hull_irq_line_set(chip, ~0U, true) ==
	       -EINVAL, "no such line");
	machine_end();
}

static void test_pic(void)
{
	machine_start(false, false);
	outb(0x20, 0x11);
	outb(0x21, 0x20);
	outb(0x21, 4);
	outb(0x21, 1);
	outb(0x21, 0);
	tap_ok(hull_irq_line_set(chip, 3, true) >= 1 && vcpus[0].kicks && !vcpus[1].kicks,
	       "the PIC kicks the boot processor");
	tap_ok(hull_lapic_pending(vcpus[0].apic) >= 0 && hull_lapic_pending(vcpus[1].apic) < 0,
	       "which hears it through LINT0");
	mmio_write(0, HULL_APIC_LVT + HULL_LVT_LINT0, 0x10700);
	tap_ok(taken(0) == -1, "not when that is masked");
	mmio_write(0, HULL_APIC_LVT + HULL_LVT_LINT0, 0x700);
	tap_ok(taken(0) == 0x23 && taken(0) == -1, "the vector comes from the PIC");
	tap_ok(!mmio_read(0, HULL_APIC_ISR + 1), "and the local APIC knows nothing of it");
	outb(0x20, 0x20);
	hull_irq_line_set(chip, 3, false);
	mmio_write(0, HULL_APIC_LVT + HULL_LVT_LINT0, 0x61);
	hull_irq_line_set(chip, 3, true);
	tap_ok(taken(0) == 0x61, "LINT0 as a plain interrupt");
	hull_lapic_base_set(vcpus[0].apic, 0xfee00100, false);
	tap_ok(taken(0) == 0x23, "without a local APIC it is the INTR pin");
	machine_end();
}

static void test_pit(void)
{
	struct kvm_pit_config config = { .flags = KVM_PIT_SPEAKER_DUMMY };
	struct kvm_pit_state2 state;
	unsigned int i, n = 0;

	machine_start(false, false);
	tap_ok(!hull_pit_create(chip, &config) && hull_pit_create(chip, &config) == -EEXIST,
	       "one PIT");
	rte_set(0, 0x41);
	outb(0x43, 0x34);
	outb(0x40, 11932 & 0xff);
	outb(0x40, 11932 >> 8);
	for (i = 0; i < 100; i++) {
		sleep_ns(10 * NSEC_PER_MSEC);
		n += taken(0) == 0x41;
		eoi(0);
	}
	tap_ok(n >= 99, "100 Hz: %u in a second", n);
	outb(0x43, 0x34);
	outb(0x40, 1);
	outb(0x40, 0);
	n = sleep_ns(10 * NSEC_PER_MSEC);
	tap_ok(n <= 51, "1.2 MHz is not what the host has to do: %u in 10 ms", n);
	hull_pit_get(chip, &state);
	tap_ok(state.channels[0].count == 1 && state.channels[0].mode == 2, "its state");
	state.channels[1].count = 0;
	tap_ok(hull_pit_set(chip, &state) == -EINVAL, "a state that cannot be");
	machine_end();
}

/* --- routing ------------------------------------------------------------------------------ */

static struct kvm_irq_routing_entry route_pin(u32 gsi, u32 which, u32 pin)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi, .type = KVM_IRQ_ROUTING_IRQCHIP,
		.u.irqchip = { .irqchip = which, .pin = pin },
	};
}

static struct kvm_irq_routing_entry route_msi(u32 gsi, u32 lo, u32 data)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi, .type = KVM_IRQ_ROUTING_MSI,
		.u.msi = { .address_lo = lo, .data = data },
	};
}

static void test_routing(void)
{
	struct kvm_irq_routing_entry e[4];

	machine_start(false, false);
	e[0] = route_msi(100, 0xfee02000, 0x41);
	e[1] = route_pin(0, KVM_IRQCHIP_IOAPIC, 2);
	e[2] = route_msi(30, 0xfee03000, 0x51);
	e[3] = route_pin(0, KVM_IRQCHIP_PIC_MASTER, 0);
	tap_ok(!hull_irq_routing_set(chip, e, 4), "a table in no order");
	rte_set(2, 0x61);
	tap_ok(hull_irq_line_set(chip, 100, true) == 1 && taken(2) == 0x41 &&
	       hull_irq_line_set(chip, 30, true) == 1 && taken(3) == 0x51, "MSIs");
	tap_ok(hull_irq_line_set(chip, 0, true) >= 1 && taken(0) == 0x61 &&
	       chip->pic.pair.chip[0].irr == 1, "one line, two pins");
	tap_ok(hull_irq_line_set(chip, 50, true) == -1 &&
	       hull_irq_line_set(chip, 101, true) == -EINVAL, "gaps, and the end");
	e[1] = route_msi(100, 0xfee02000, 0x42);
	tap_ok(hull_irq_routing_set(chip, e, 2) == -EINVAL, "two MSIs for one GSI");
	e[1] = route_pin(5, KVM_IRQCHIP_IOAPIC, 24);
	tap_ok(hull_irq_routing_set(chip, e, 2) == -EINVAL, "a pin that is not there");
	e[1] = route_pin(5, KVM_IRQCHIP_PIC_SLAVE, 8);
	tap_ok(hull_irq_routing_set(chip, e, 2) == -EINVAL, "nor there");
	e[1] = route_pin(4096, KVM_IRQCHIP_IOAPIC, 0);
	tap_ok(hull_irq_routing_set(chip, e, 2) == -EINVAL, "a GSI too high");
	e[1] = route_pin(5, 3, 0);
	tap_ok(hull_irq_routing_set(chip, e, 2) == -EINVAL, "a chip that is not there");
	tap_ok(hull_irq_line_set(chip, 100, true) == 1, "the old table stays");
	tap_ok(!hull_irq_routing_set(chip, e, 0) && hull_irq_line_set(chip, 0, true) == -1 &&
	       hull_irq_line_set(chip, 100, true) == -EINVAL, "an empty table");
	machine_end();
}

/* How often replacing the table @n times waits for a grace period that would not come. */
static unsigned int waits_of(unsigned int n)
{
	struct kvm_irq_routing_entry e = route_msi(3, 0xfee01000, 0x41);
	unsigned int waits = 0;
	unsigned long before;

	while (n--) {
		before = sim_grace;
		if (hull_irq_routing_set(chip, &e, 1))
			return -1;
		waits += sim_grace != before;
	}
	return waits;
}

static void test_routing_replaced(void)
{
	unsigned int i, waits = 0;

	machine_start(false, false);
	tap_ok(!waits_of(15), "15 tables in a grace period: nobody waits");
	tap_ok(waits_of(1) == 1 && !waits_of(15), "the 16th waits, the next 15 do not");
	for (i = 0; i < 100; i++) {
		sim_grace++;
		waits += waits_of(1);
	}
	tap_ok(!waits, "nobody waits when grace periods end");
	machine_end();
}

static void test_msi_ids(void)
{
	struct kvm_msi m = { .address_lo = 0xfee02000, .data = 0x41, .flags = 1 };

	machine_start(false, true);
	tap_ok(hull_irq_msi_send(chip, &m) == -EINVAL, "flags");
	tap_ok(msi(0xfee02000, 0x100, 0x41) == 1, "the upper half is ignored");
	tap_ok(msi(0xfeeff000, 0, 0x51) == 4, "0xff is everybody");
	tap_ok(!hull_irqchip_x2apic_api_set(chip, 3) && hull_irqchip_x2apic_api_set(chip, 4) ==
	       -EINVAL, "x2APIC API");
	tap_ok(msi(0xfee02000, 0x100, 0x41) == -1 && msi(0xfee02000, 1, 0x41) == -EINVAL &&
	       msi(0xfee02000, 0, 0x61) == 1, "32-bit IDs");
	tap_ok(msi(0xfeeff000, 0, 0x71) == -1, "0xff is an ID");
	machine_end();
}

static void test_split(void)
{
	struct kvm_irq_routing_entry e[3];

	machine_start(true, false);
	e[0] = route_msi(3, 0xfee01000, 0x8041);
	e[1] = route_msi(4, 0xfee01000, 0x0051);
	e[2] = route_msi(30, 0xfee01000, 0x8061);
	tap_ok(!hull_irq_routing_set(chip, e, 3), "MSIs stand for pins");
	hull_irq_line_set(chip, 3, true);
	tap_ok(taken(1) == 0x41, "a level");
	eoi(1);
	tap_ok(vcpus[1].eois == 1 && vcpus[1].eoi_vector == 0x41, "userspace hears of its EOI");
	hull_irq_line_set(chip, 4, true);
	hull_irq_line_set(chip, 30, true);
	taken(1);
	eoi(1);
	taken(1);
	eoi(1);
	tap_ok(vcpus[1].eois == 1, "not of an edge's, nor of other MSIs'");
	e[0] = route_pin(0, KVM_IRQCHIP_IOAPIC, 0);
	tap_ok(hull_irq_routing_set(chip, e, 1) == -EINVAL, "no pins here");
	tap_ok(!hull_irqchip_mmio(chip, HULL_IOAPIC_BASE, 4, e, false) &&
	       !hull_irqchip_pio(chip, 0x20, 1, e, false), "no chips here");
	machine_end();
}

/* --- saved state ---------------------------------------------------------------------------- */

static void test_state(void)
{
	struct kvm_lapic_state a, b;
	struct kvm_irqchip chips[2] = { { .chip_id = KVM_IRQCHIP_IOAPIC },
					{ .chip_id = KVM_IRQCHIP_IOAPIC } };

	machine_start(false, false);
	msi(0xfee01000, 0, 0x41);
	msi(0xfee01000, 0, 0x8051);
	taken(1);
	mmio_write(1, HULL_APIC_TPR, 0x20);
	mmio_write(1, HULL_APIC_TMICT, 1000000);
	mmio_write(1, HULL_APIC_LVT, 0x41);
	hull_lapic_state_get(vcpus[1].apic, &a);
	hull_lapic_reset(vcpus[1].apic, false);
	tap_ok(!hull_lapic_state_set(vcpus[1].apic, &a), "set");
	hull_lapic_state_get(vcpus[1].apic, &b);
	tap_ok(!memcmp(&a, &b, sizeof(a)), "comes back");
	tap_ok(taken(1) == -1 && mmio_read(1, HULL_APIC_PPR) == 0x50, "with its priority");
	sleep_ns(3000000);
	eoi(1);
	tap_ok(taken(1) == 0x41, "and its timer or interrupt");
	tap_ok(hull_lapic_state_set(vcpus[2].apic, &a) == -EINVAL, "not another's ID");
	memset(&a, 0xff, sizeof(a));
	a.regs[0x20] = a.regs[0x21] = a.regs[0x22] = 0;
	a.regs[0x23] = 1;
	tap_ok(!hull_lapic_state_set(vcpus[1].apic, &a) && !(vcpus[1].apic->irr[0] & 0xffff) &&
	       !(vcpus[1].apic->isr[0] & 0xffff), "junk is cut to what can be");

	rte_set(9, 1ULL << 56 | HULL_RTE_LEVEL | HULL_RTE_MASKED | 0x41);
	hull_irq_line_set(chip, 9, true);
	hull_irqchip_state_get(chip, &chips[0]);
	tap_ok(chips[0].chip.ioapic.irr == BIT(9), "the I/O APIC's lines");
	tap_ok(!hull_irqchip_state_set(chip, &chips[0]) &&
	       !hull_irqchip_state_get(chip, &chips[1]) &&
	       !memcmp(&chips[0], &chips[1], sizeof(chips[0])), "come back");
	chips[0].chip.ioapic.base_address = ~0ULL;
	tap_ok(hull_irqchip_state_set(chip, &chips[0]) == -EINVAL, "not anywhere");
	chips[0].chip_id = 3;
	tap_ok(hull_irqchip_state_set(chip, &chips[0]) == -EINVAL &&
	       hull_irqchip_state_get(chip, &chips[0]) == -EINVAL, "no such chip");
	machine_end();

	machine_start(false, true);
	hull_lapic_state_get(vcpus[3].apic, &a);
	tap_ok(a.regs[0x20] == 0 && a.regs[0x23] == 3, "an x2APIC ID as xAPICs have it");
	hull_irqchip_x2apic_api_set(chip, KVM_X2APIC_API_USE_32BIT_IDS);
	tap_ok(hull_lapic_state_set(vcpus[3].apic, &a) == -EINVAL, "refused where it is asked for");
	hull_lapic_state_get(vcpus[3].apic, &a);
	tap_ok(a.regs[0x20] == 3 && !a.regs[0x23] && !hull_lapic_state_set(vcpus[3].apic, &a),
	       "with all its bits");
	machine_end();
}

int main(void)
{
	tap_plan(113);
	test_nesting();
	test_errors();
	test_disabled();
	test_ipi();
	test_x2apic();
	test_lowest();
	test_level();
	test_sources();
	test_pic();
	test_pit();
	test_routing();
	test_routing_replaced();
	test_msi_ids();
	test_split();
	test_state();
	return tap_end();
}
