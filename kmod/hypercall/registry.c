// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers in other modules: include/hull/hypercall.h.
 *
 * A call that is answered with interrupts off needs no count: whoever unregisters has all
 * vCPUs forget the handler and waits until each has been out of its guest, which is with
 * interrupts on. Every other call counts itself.
 *
 * Who looks a handler up takes no lock: rings do so for each call. One that is on its way
 * out may still be found, as a moment before, and no longer answers.
 *
 * Lock order: vcpu->mutex > registry_lock.
 */

#include <linux/completion.h>
#include <linux/ctype.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <hull/hypercall.h>
#include <hypercall/site.h>

#define FIRST	(HULL_HYPERCALL_MODULE - HULL_HYPERCALL_BASE)

/*
 * struct hull_registration - a handler as we know it
 * @row: what sites see of it
 * @owner, @name: copies of the handler's
 * @ref: the registry, sites that chose it, calls from rings
 * @running: 1 while registered, and 1 for each call from process context
 * @idle: @running came to 0
 * @handler: its address names it; not looked into after it has gone
 * @rcu: somebody may be looking at @ref
 */
struct hull_registration {
	struct hull_call_row row;
	struct kref ref;
	refcount_t running;
	struct completion idle;
	const struct hull_hypercall_handler *handler;
	struct module *owner;
	char name[HULL_HYPERCALL_NAME_MAX + 1];
	struct rcu_head rcu;
};

static DEFINE_MUTEX(registry_lock);
static struct hull_registration __rcu *registry[HULL_HYPERCALL_RANGE];	/* registry_lock */
static LIST_HEAD(vms);							/* registry_lock */

static struct hull_registration *registration_of(const struct hull_call_row *row)
{
	return container_of(row, struct hull_registration, row);
}

static void registration_free(struct kref *ref)
{
	kfree_rcu(container_of(ref, struct hull_registration, ref), rcu);
}

const struct hull_call_row *hull_registry_row_get(u32 number)
{
	struct hull_registration *reg;
	u32 n = number - FIRST;

	if (n >= ARRAY_SIZE(registry))
		return NULL;
	n = array_index_nospec(n, ARRAY_SIZE(registry));
	rcu_read_lock();
	reg = rcu_dereference(registry[n]);
	if (reg && !kref_get_unless_zero(&reg->ref))
		reg = NULL;
	rcu_read_unlock();
	return reg ? &reg->row : NULL;
}

void hull_registry_row_put(const struct hull_call_row *row)
{
	kref_put(&registration_of(row)->ref, registration_free);
}

/* ---- calls ------------------------------------------------------------------- */

static long registration_fast(struct hull_call *call)
{
	return hull_call_result(call->row->handler(&call->module, call->row->data));
}

static void registration_leave(struct hull_registration *reg)
{
	if (refcount_dec_and_test(&reg->running))
		complete(&reg->idle);
}

/* Who unregisters waits for us; who forgot to is kept from unloading meanwhile. */
static long registration_call(struct hull_call *call)
{
	struct hull_registration *reg = registration_of(call->row);
	long ret;

	if (!refcount_inc_not_zero(&reg->running))
		return -ENOSYS;
	if (!try_module_get(reg->owner)) {
		ret = -ENOSYS;
		goto out_leave;
	}
	if (reg->row.fast) {
		local_irq_disable();
		ret = reg->row.handler(&call->module, reg->row.data);
		local_irq_enable();
	} else {
		ret = reg->row.handler(&call->module, reg->row.data);
	}
	ret = hull_call_result(ret);
	module_put(reg->owner);
out_leave:
	registration_leave(reg);
	return ret;
}

int hull_hypercall_read(struct hull_hypercall *call, u64 address, void *buf, size_t bytes)
{
	might_sleep();
	return hull_call_read(container_of(call, struct hull_call, module), address, buf, bytes);
}
EXPORT_SYMBOL_GPL(hull_hypercall_read);

int hull_hypercall_write(struct hull_hypercall *call, u64 address, const void *buf,
			 size_t bytes)
{
	might_sleep();
	return hull_call_write(container_of(call, struct hull_call, module), address, buf, bytes);
}
EXPORT_SYMBOL_GPL(hull_hypercall_write);

/* ---- registration ------------------------------------------------------------ */

static struct hull_registration *registered(u32 n)
{
	return rcu_dereference_protected(registry[n], lockdep_is_held(&registry_lock));
}

/* @wait: until no vCPU is in its guest that has not heard of it */
static void vms_tell(bool wait)
{
	struct hull_vm_sites *sites;

	lockdep_assert_held(&registry_lock);
	/* Who is not seen to be there yet will see what changed. */
	smp_mb();
	list_for_each_entry(sites, &vms, node)
		hull_vm_request(sites->vm, HULL_REQ_CALLS, wait);
}

static bool name_valid(const char *name)
{
	size_t n = name ? strnlen(name, HULL_HYPERCALL_NAME_MAX + 1) : 0;

	if (!n || n > HULL_HYPERCALL_NAME_MAX)
		return false;
	while (n--)
		if (!isascii(name[n]) || (!isalnum(name[n]) && !strchr("_.-", name[n])))
			return false;
	return true;
}

static bool handler_valid(const struct hull_hypercall_handler *handler)
{
	return name_valid(handler->name) &&
	       handler->number - HULL_HYPERCALL_MODULE < HULL_HYPERCALL_RANGE &&
	       !(handler->flags & ~HULL_HYPERCALL_FAST) && handler->args <= 4 &&
	       handler->cpl_max <= 3 && handler->call && handler->owner;
}

int hull_hypercall_register(const struct hull_hypercall_handler *handler)
{
	struct hull_registration *reg;
	u32 n;
	int ret = 0;

	if (!handler_valid(handler))
		return -EINVAL;
	reg = kzalloc(sizeof(*reg), GFP_KERNEL);
	if (!reg)
		return -ENOMEM;
	n = handler->number - HULL_HYPERCALL_MODULE;
	kref_init(&reg->ref);
	refcount_set(&reg->running, 1);
	init_completion(&reg->idle);
	reg->handler = handler;
	reg->owner = handler->owner;
	strscpy(reg->name, handler->name, sizeof(reg->name));
	reg->row = (struct hull_call_row) {
		.name = reg->name,
		.fast = handler->flags & HULL_HYPERCALL_FAST ? registration_fast : NULL,
		.call = registration_call,
		.args = handler->args,
		.cpl_max = handler->cpl_max,
		.ring = true,
		.handler = handler->call,
		.data = handler->data,
	};

	mutex_lock(&registry_lock);
	if (registered(n)) {
		ret = -EBUSY;
		kfree(reg);
	} else {
		rcu_assign_pointer(registry[n], reg);
		vms_tell(false);
	}
	mutex_unlock(&registry_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(hull_hypercall_register);

static void registration_end(struct hull_registration *reg)
{
	registration_leave(reg);
	wait_for_completion(&reg->idle);
	kref_put(&reg->ref, registration_free);
}

void hull_hypercall_unregister(const struct hull_hypercall_handler *handler)
{
	struct hull_registration *reg = NULL;
	u32 n = handler->number - HULL_HYPERCALL_MODULE;

	mutex_lock(&registry_lock);
	if (n < ARRAY_SIZE(registry))
		reg = registered(n);
	if (reg && reg->handler == handler) {
		RCU_INIT_POINTER(registry[n], NULL);
		vms_tell(true);
	} else {
		reg = NULL;
	}
	mutex_unlock(&registry_lock);
	if (reg)
		registration_end(reg);
}
EXPORT_SYMBOL_GPL(hull_hypercall_unregister);

/* A module that is about to go and has not unregistered would leave us its remains. */
static int module_notify(struct notifier_block *block, unsigned long state, void *data)
{
	struct hull_registration *reg;
	u32 n;

	if (state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	for (n = 0; n < ARRAY_SIZE(registry); n++) {
		mutex_lock(&registry_lock);
		reg = registered(n);
		if (reg && reg->owner == data) {
			RCU_INIT_POINTER(registry[n], NULL);
			vms_tell(true);
		} else {
			reg = NULL;
		}
		mutex_unlock(&registry_lock);
		if (!reg)
			continue;
		pr_warn("hull: module %s goes without unregistering %s\n", reg->owner->name,
			reg->name);
		registration_end(reg);
	}
	return NOTIFY_DONE;
}

static struct notifier_block module_block = { .notifier_call = module_notify };

/* ---- VMs to be told ---------------------------------------------------------- */

void hull_registry_vm_add(struct hull_vm_sites *sites)
{
	mutex_lock(&registry_lock);
	list_add_tail(&sites->node, &vms);
	mutex_unlock(&registry_lock);
}

void hull_registry_vm_remove(struct hull_vm_sites *sites)
{
	mutex_lock(&registry_lock);
	list_del(&sites->node);
	mutex_unlock(&registry_lock);
}

int hull_registry_init(void)
{
	return register_module_notifier(&module_block);
}

void hull_registry_exit(void)
{
	unregister_module_notifier(&module_block);
}
