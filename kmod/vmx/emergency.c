// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaving VMX when the machine restarts or crashes.
 *
 * The kernel has one slot for who leaves VMX in an emergency, and warns when it is
 * taken twice. KVM wants it, from its load or from its first VM. So the slot is ours
 * only while VMX is held and kvm_intel is not loaded; KVM's callback, where there is
 * one, leaves VMX for us, whoever entered it.
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <asm/reboot.h>
#include <asm/tlbflush.h>
#include <vmx/private.h>

#define KVM_INTEL	"kvm_intel"

bool hull_vmx_going_down;

static DEFINE_MUTEX(slot_lock);
static bool slot_wanted, slot_taken, kvm_coming;	/* under slot_lock */

/*
 * On every CPU, by NMI or with interrupts off; the list may be in the middle of a
 * change, but its pointers lead somewhere at every moment.
 */
static void emergency_leave(void)
{
	struct hull_vmx_cpu *host = this_cpu_ptr(&hull_vmx_cpu);
	struct hull_vmx_vcpu *v;

	WRITE_ONCE(hull_vmx_going_down, true);
	if (!(__read_cr4() & X86_CR4_VMXE) || host->state == HULL_VMX_CPU_OFF)
		return;
	/* Memory must hold what the processor caches of VMCSs, for the dump. */
	list_for_each_entry(v, &host->loaded, loaded)
		hull_vmcs_clear(v->vmcs);
	hull_vmxoff();
	cr4_clear_bits_irqsoff(X86_CR4_VMXE);
}

bool hull_vmx_kvm_intel_loaded(void)
{
	struct kobject *kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, KVM_INTEL);

	kobject_put(kobj);
	return kobj;
}

/* Context: slot_lock held. */
static void slot_update(bool kvm)
{
	bool take = slot_wanted && !kvm;

	if (take == slot_taken)
		return;
	if (take)
		cpu_emergency_register_virt_callback(emergency_leave);
	else
		cpu_emergency_unregister_virt_callback(emergency_leave);
	slot_taken = take;
}

/** hull_vmx_emergency_hold - VMX was taken, or is about to be left */
void hull_vmx_emergency_hold(bool held)
{
	mutex_lock(&slot_lock);
	slot_wanted = held;
	slot_update(kvm_coming || hull_vmx_kvm_intel_loaded());
	mutex_unlock(&slot_lock);
}

/* Before a module's init, and after its exit or a failed init. */
static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct module *mod = data;

	if (strcmp(mod->name, KVM_INTEL) ||
	    (event != MODULE_STATE_COMING && event != MODULE_STATE_GOING))
		return NOTIFY_DONE;

	mutex_lock(&slot_lock);
	kvm_coming = event == MODULE_STATE_COMING;
	slot_update(kvm_coming);
	mutex_unlock(&slot_lock);
	return NOTIFY_OK;
}

static int reboot_event(struct notifier_block *nb, unsigned long event, void *data)
{
	hull_vmx_host_stop();
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = module_event };
static struct notifier_block reboot_nb = { .notifier_call = reboot_event };

int __init hull_vmx_emergency_init(void)
{
	int err;

	err = register_module_notifier(&module_nb);
	if (err)
		return err;
	err = register_reboot_notifier(&reboot_nb);
	if (err)
		unregister_module_notifier(&module_nb);
	return err;
}

void hull_vmx_emergency_exit(void)
{
	unregister_reboot_notifier(&reboot_nb);
	unregister_module_notifier(&module_nb);
}
