// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMX on the host's CPUs: taken while somebody holds it, left afterwards.
 *
 * Which CPUs have it on changes under cpus_write_lock (hotplug callbacks, each on
 * its own CPU) or under cpus_read_lock with hold_lock (hold and release, by IPI).
 *
 * A CPU that goes offline is the delicate case. A module's callback runs while
 * vCPU threads may still be scheduled there for a moment, and one of them may be in
 * the middle of changing its VMCS. So VMX is left at once and hull_vmx_usable() says
 * no, but a thread that is loaded there all the same gets VMX back until its put.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/msr.h>
#include <asm/tlbflush.h>
#include <compat/vmx.h>
#include <vmx/private.h>

DEFINE_PER_CPU(struct hull_vmx_cpu, hull_vmx_cpu);
static DEFINE_MUTEX(hold_lock);
static unsigned int holders;		/* under hold_lock */
static bool held;			/* under cpus_read_lock + hold_lock, read under either */
static int hotplug_state;
static u64 tsc_asleep;			/* host's TSC when the machine last went to sleep */
u64 hull_vmx_tsc_lost;

static const char busy_kvm[] =
	"kvm_intel holds VMX: stop its VMs or unload it (Linux 6.12: kvm.enable_virt_at_load=0)";
static const char busy_other[] =
	"another hypervisor holds VMX on this machine: stop it first";
static const char going_down[] = "this machine is going down";

static bool vmxe_here(void)
{
	return __read_cr4() & X86_CR4_VMXE;
}

/* VMXON on this CPU. Context: interrupts off. Return: 0, -EBUSY, -EOPNOTSUPP, -EIO. */
static int cpu_vmxon(struct hull_vmx_cpu *host)
{
	int err;

	if (vmxe_here())
		return -EBUSY;
	err = hull_vmx_feature_control();
	if (err)
		return err;

	host->region->revision = hull_vmx_config.revision;
	hull_host_trace_vmx(1);
	cr4_set_bits_irqsoff(X86_CR4_VMXE);
	err = hull_insn_vmxon(__pa(host->region));
	if (err) {
		cr4_clear_bits_irqsoff(X86_CR4_VMXE);
		hull_host_trace_vmx(0);
		return -EIO;
	}
	/* Whoever had VMX before us may have used the same tags. */
	hull_vmx_tlb_flush_all();
	return 0;
}

static void cpu_vmxoff(void)
{
	hull_vmxoff();
	cr4_clear_bits_irqsoff(X86_CR4_VMXE);
	hull_host_trace_vmx(0);
}

/* Context: interrupts off, on @v's CPU. */
static void vcpu_clear_here(struct hull_vmx_vcpu *v)
{
	struct hull_vmx_cpu *host = this_cpu_ptr(&hull_vmx_cpu);

	hull_vmcs_clear(v->vmcs);
	if (host->current_vcpu == v)
		host->current_vcpu = NULL;
	v->run_flags &= ~HULL_RUN_LAUNCHED;
	list_del_init(&v->loaded);
	/* Off the list before it may go on another CPU's: pairs with hull_vmx_vcpu_load(). */
	smp_store_release(&v->cpu, -1);
}

static void vcpu_clear_ipi(void *arg)
{
	struct hull_vmx_vcpu *v = arg;

	/* An offline callback may have been faster. */
	if (v->cpu == raw_smp_processor_id())
		vcpu_clear_here(v);
}

/*
 * hull_vmx_cpu_clear - have the CPU that has @v loaded write it back and forget it
 *
 * Context: interrupts on; not between load and put of @v.
 */
void hull_vmx_cpu_clear(struct hull_vmx_vcpu *v)
{
	/* Pairs with vcpu_clear_here(). A CPU that is offline has cleared it. */
	int cpu = smp_load_acquire(&v->cpu);

	if (cpu >= 0)
		smp_call_function_single(cpu, vcpu_clear_ipi, v, 1);
}

static int cpu_enable(struct hull_vmx_cpu *host)
{
	struct hull_vmx_config here;
	const char *why;
	int err;

	if (hull_vmx_config_read(&here, &why) ||
	    memcmp(&here, &hull_vmx_config, sizeof(here)))
		return -EOPNOTSUPP;
	err = cpu_vmxon(host);
	if (err)
		return err;
	hull_vmx_msr_cpu_on(host);
	host->state = HULL_VMX_CPU_ON;
	return 0;
}

static void cpu_disable(struct hull_vmx_cpu *host, enum hull_vmx_cpu_state state)
{
	struct hull_vmx_vcpu *v, *next;

	if (host->state == HULL_VMX_CPU_ON) {
		host->state = state;
		list_for_each_entry_safe(v, next, &host->loaded, loaded)
			vcpu_clear_here(v);
		cpu_vmxoff();
		hull_vmx_msr_cpu_off(host);
	}
	host->state = state;
}

/*
 * hull_vmx_cpu_borrow - a thread loads a vCPU on a CPU that is going offline
 *
 * Context: interrupts off. It cannot enter a guest, but must find its VMCS.
 */
void hull_vmx_cpu_borrow(struct hull_vmx_cpu *host)
{
	if (host->state == HULL_VMX_CPU_LEAVING && !READ_ONCE(hull_vmx_going_down))
		cpu_vmxon(host);
}

/* hull_vmx_cpu_return - the put for it. Context: interrupts off. */
void hull_vmx_cpu_return(struct hull_vmx_cpu *host)
{
	struct hull_vmx_vcpu *v, *next;

	list_for_each_entry_safe(v, next, &host->loaded, loaded)
		vcpu_clear_here(v);
	if (host->state == HULL_VMX_CPU_LEAVING && vmxe_here())
		cpu_vmxoff();
}

static void enable_ipi(void *err)
{
	int ret = cpu_enable(this_cpu_ptr(&hull_vmx_cpu));

	if (ret)
		atomic_cmpxchg((atomic_t *)err, 0, ret);
}

static void disable_ipi(void *unused)
{
	cpu_disable(this_cpu_ptr(&hull_vmx_cpu), HULL_VMX_CPU_OFF);
}

static void busy_ipi(void *busy)
{
	if (vmxe_here())
		atomic_set(busy, 1);
}

/**
 * hull_vmx_host_busy - does somebody else hold VMX?
 * @why: then a sentence
 * @holder: then a name
 *
 * Context: may sleep. Return: 0 or -EBUSY.
 */
int hull_vmx_host_busy(const char **why, const char **holder)
{
	atomic_t busy = ATOMIC_INIT(0);
	int ret = 0;

	mutex_lock(&hold_lock);
	if (!holders)
		on_each_cpu(busy_ipi, &busy, 1);
	mutex_unlock(&hold_lock);

	if (atomic_read(&busy)) {
		bool kvm = hull_vmx_kvm_intel_loaded();

		*why = kvm ? busy_kvm : busy_other;
		*holder = kvm ? "kvm_intel" : "another hypervisor";
		ret = -EBUSY;
	}
	return ret;
}

static void regions_free(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct hull_vmx_cpu *host = per_cpu_ptr(&hull_vmx_cpu, cpu);

		free_page((unsigned long)host->region);
		host->region = NULL;
	}
}

static int regions_alloc(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct hull_vmx_cpu *host = per_cpu_ptr(&hull_vmx_cpu, cpu);

		host->region = (void *)get_zeroed_page(GFP_KERNEL);
		if (!host->region) {
			regions_free();
			return -ENOMEM;
		}
	}
	return 0;
}

static int enable_everywhere(void)
{
	atomic_t err = ATOMIC_INIT(0);

	cpus_read_lock();
	on_each_cpu(enable_ipi, &err, 1);
	if (atomic_read(&err))
		on_each_cpu(disable_ipi, NULL, 1);
	else
		held = true;
	cpus_read_unlock();
	return atomic_read(&err);
}

static int hold_first(const char **why)
{
	int err;

	*why = hull_vmx_caps_why(&err);
	if (err)
		return err;
	if (READ_ONCE(hull_vmx_going_down)) {
		*why = going_down;
		return -EBUSY;
	}
	err = regions_alloc();
	if (err) {
		*why = "out of memory";
		return err;
	}
	err = enable_everywhere();
	if (!err)
		return 0;

	regions_free();
	if (err == -EBUSY)
		*why = hull_vmx_kvm_intel_loaded() ? busy_kvm : busy_other;
	else if (err == -EOPNOTSUPP)
		*why = "the processors differ in their VMX, or firmware locked it off on some";
	else
		*why = "VMXON failed";
	return err == -EIO ? -EOPNOTSUPP : err;
}

int hull_vmx_hold(const char **why)
{
	int err = 0;

	mutex_lock(&hold_lock);
	if (!holders)
		err = hold_first(why);
	if (!err && !holders++)
		hull_vmx_emergency_hold(true);
	mutex_unlock(&hold_lock);
	return err;
}

void hull_vmx_release(void)
{
	mutex_lock(&hold_lock);
	if (!--holders) {
		hull_vmx_emergency_hold(false);
		cpus_read_lock();
		held = false;
		on_each_cpu(disable_ipi, NULL, 1);
		cpus_read_unlock();
		regions_free();
	}
	mutex_unlock(&hold_lock);
}

/**
 * hull_vmx_host_stop - leave VMX everywhere: the machine goes down
 *
 * Guests that still run fail at their next entry. INIT is blocked in VMX root
 * operation, and firmware may need it to restart.
 */
void hull_vmx_host_stop(void)
{
	WRITE_ONCE(hull_vmx_going_down, true);
	on_each_cpu(disable_ipi, NULL, 1);
}

static int host_online(unsigned int cpu)
{
	struct hull_vmx_cpu *host = this_cpu_ptr(&hull_vmx_cpu);
	unsigned long flags;
	int err = 0;

	local_irq_save(flags);
	host->state = HULL_VMX_CPU_OFF;
	if (held && !hull_vmx_going_down)
		err = cpu_enable(host);
	local_irq_restore(flags);
	return err;
}

static int host_offline(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	cpu_disable(this_cpu_ptr(&hull_vmx_cpu),
		    held ? HULL_VMX_CPU_LEAVING : HULL_VMX_CPU_OFF);
	local_irq_restore(flags);
	return 0;
}

/* The other CPUs are offline, user threads are frozen. */
static int host_suspend(HULL_SYSCORE_ARG)
{
	cpu_disable(this_cpu_ptr(&hull_vmx_cpu), HULL_VMX_CPU_OFF);
	tsc_asleep = rdtsc();
	return 0;
}

static void host_resume(HULL_SYSCORE_ARG)
{
	u64 now = rdtsc();

	if (now < tsc_asleep)
		hull_vmx_tsc_lost += tsc_asleep - now;
	if (held && cpu_enable(this_cpu_ptr(&hull_vmx_cpu)))
		pr_err("hull: VMX is gone after resume, VMs cannot run\n");
}

HULL_SYSCORE(host_syscore, host_suspend, host_resume);

int __init hull_vmx_init(void)
{
	int cpu, err;

	for_each_possible_cpu(cpu)
		INIT_LIST_HEAD(&per_cpu_ptr(&hull_vmx_cpu, cpu)->loaded);
	hull_vmx_caps_init();
	hull_vmx_msr_init();
	err = hull_vmx_mitigations_init();
	if (err)
		return err;
	err = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "hull/vmx:online",
					host_online, host_offline);
	if (err < 0)
		goto out_mitigations;
	hotplug_state = err;
	err = hull_vmx_emergency_init();
	if (err)
		goto out_hotplug;
	hull_syscore_register(&host_syscore);
	return 0;

out_hotplug:
	cpuhp_remove_state_nocalls(hotplug_state);
out_mitigations:
	hull_vmx_mitigations_exit();
	return err;
}

void hull_vmx_exit(void)
{
	hull_syscore_unregister(&host_syscore);
	hull_vmx_emergency_exit();
	cpuhp_remove_state_nocalls(hotplug_state);
	hull_vmx_mitigations_exit();
}
