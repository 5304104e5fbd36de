// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of VMs. Each holds a reference to the module, so that rmmod is refused
 * while there is one: a guest must not lose its host, nor an admin his settings.
 */

#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <core/core.h>
#include <core/record.h>
#include <core/vm.h>

/* Sentences below speak of these. */
static_assert(HULL_VCPUS_MAX == 64);
static_assert(HULL_VMS_MAX == 4096);
static_assert(HULL_NAME_MAX == 63);
static_assert(HULL_CPU_WEIGHT_MAX == 10000);

static hull_record_event_fn event_fn;
static atomic_t running = ATOMIC_INIT(0);

/* What a reason is called when nobody found better words. */
static const char *const reason_texts[__HULL_STOP_MAX] = {
	[HULL_STOP_NONE] = "",
	[HULL_STOP_POWEROFF] = "the guest powered off",
	[HULL_STOP_RESET] = "the guest asked for a reset",
	[HULL_STOP_TRIPLE_FAULT] = "the guest had a triple fault",
	[HULL_STOP_EXIT] = "the guest wrote to the exit port",
	[HULL_STOP_KILLED] = "killed on request",
	[HULL_STOP_VMM_DIED] = "the VMM went away without saying why",
	[HULL_STOP_VMM_ERROR] = "the VMM gave up",
	[HULL_STOP_ENGINE_ERROR] = "the engine gave up",
	[HULL_STOP_STOPPED] = "stopped on request",
	[HULL_STOP_POLICY] = "its policy ended it",
};

void hull_record_event_fn_set(hull_record_event_fn fn)
{
	WRITE_ONCE(event_fn, fn);
}

static void record_event(struct hull_record *record, enum hull_event_kind kind)
{
	hull_record_event_fn fn = READ_ONCE(event_fn);

	lockdep_assert_held(&record->lock);
	if (fn)
		fn(record, kind);
}

static int refuse(const char **why, const char *sentence, int error)
{
	*why = sentence;
	return error;
}

/* What may be set at creation and later. */
static int settings_check(const struct hull_vm_config *config, const char **why)
{
	if (!config->cpu_weight || config->cpu_weight > HULL_CPU_WEIGHT_MAX)
		return refuse(why, "the CPU weight must be 1 to 10000", -ERANGE);
	if (config->mitigations & ~HULL_MITIGATIONS_ALL)
		return refuse(why, "there is no such mitigation", -EINVAL);
	if (config->flags & ~HULL_VM_F_ALL)
		return refuse(why, "there is no such VM flag", -EINVAL);
	return 0;
}

static int config_check(const struct hull_vm_config *config, const char **why)
{
	if (config->engine != HULL_ENGINE_VMX && config->engine != HULL_ENGINE_KVM)
		return refuse(why, "there is no such engine", -EINVAL);
	if (config->domain[0] && !hull_name_valid(config->domain))
		return refuse(why,
			      "a domain's name is 1 to 63 of [A-Za-z0-9_.-], begins with neither . nor -, and is no number",
			      -EINVAL);
	if (config->domain[0] && config->engine != HULL_ENGINE_VMX)
		return refuse(why, "only VMs of Hull's own engine can be in a domain", -EINVAL);
	if (config->memory % PAGE_SIZE)
		return refuse(why, "memory must be a multiple of 4096 bytes", -EINVAL);
	if (config->memory > HULL_MEMORY_MAX)
		return refuse(why, "memory of a VM cannot be more than 64 TiB", -ERANGE);
	if (config->memory >> PAGE_SHIFT > totalram_pages())
		return refuse(why, "more memory than this host has", -ERANGE);
	if (!config->cpus || config->cpus > HULL_VCPUS_MAX)
		return refuse(why, "a VM has 1 to 64 CPUs", -ERANGE);
	return settings_check(config, why);
}

static int engine_check(enum hull_engine engine, const char **why)
{
	struct hull_vmx_caps caps;

	if (engine != HULL_ENGINE_VMX)
		return 0;
	hull_vmx_caps_get(&caps);
	return caps.error ? refuse(why, caps.why, caps.error) : 0;
}

/* The last reference: no VMM is attached, nobody finds it. */
static void record_release(struct hull_subject *subject)
{
	struct hull_record *record = hull_record_of(subject);

	hull_vcpu_ops_get()->counters_free(record);
	hull_guest_groups_clear(&record->groups);
	hull_log_destroy(&record->log);
	mutex_destroy(&record->lock);
	hull_policy_put(rcu_dereference_protected(subject->policy, true));
	kfree_rcu(record, subject.rcu);
	/* Whoever got us here is called through a file or netlink, which hold the module too. */
	module_put(THIS_MODULE);
}

static struct hull_record *record_alloc(const struct hull_vm_config *config,
					struct hull_policy *policy, bool anonymous)
{
	struct hull_record *record;

	record = kzalloc(sizeof(*record), GFP_KERNEL_ACCOUNT);
	if (!record)
		return ERR_PTR(-ENOMEM);
	hull_guest_groups_init(&record->groups);
	if (hull_log_init(&record->log)) {
		kfree(record);
		return ERR_PTR(-ENOMEM);
	}
	record->subject.kind = HULL_SUBJECT_VM;
	record->subject.release = record_release;
	RCU_INIT_POINTER(record->subject.policy, policy);
	mutex_init(&record->lock);
	spin_lock_init(&record->reason_lock);
	hull_audit_limit_init(&record->audit);
	record->config = *config;
	record->state = HULL_VM_CREATED;
	record->anonymous = anonymous;
	record->created = ktime_get_real_ns();
	return record;
}

static int publish_named(struct hull_record *record, const char **why)
{
	int ret = hull_subject_publish(&record->subject, record->config.name);

	switch (ret) {
	case -EINVAL:
		return refuse(why,
			      "a name is 1 to 63 of [A-Za-z0-9_.-], begins with neither . nor -, and is no number",
			      ret);
	case -EEXIST:
		return refuse(why, "a VM of this name exists", ret);
	case -ENOSPC:
		return refuse(why, "there are 4096 VMs already; delete some", ret);
	}
	return ret;
}

/* A wish as a name: odd bytes become '_', and .2, .3, ... follow until it is unique. */
static int publish_anonymous(struct hull_record *record, const char **why)
{
	char stem[TASK_COMM_LEN];
	unsigned int i;
	int ret;

	strscpy(stem, record->config.name, sizeof(stem));
	for (i = 0; stem[i]; i++)
		if (!isascii(stem[i]) || (!isalnum(stem[i]) && stem[i] != '_'))
			stem[i] = '_';
	if (!hull_name_valid(stem))
		strscpy(stem, "vm", sizeof(stem));

	strscpy(record->config.name, stem, sizeof(record->config.name));
	ret = publish_named(record, why);
	for (i = 2; ret == -EEXIST && i <= HULL_VMS_MAX + 1; i++) {
		snprintf(record->config.name, sizeof(record->config.name), "%s.%u", stem, i);
		ret = publish_named(record, why);
	}
	return ret;
}

/* A policy that nobody would ask gives a false sense of safety. */
static int policy_check(enum hull_engine engine, const struct hull_policy *policy,
			const char **why)
{
	if (engine == HULL_ENGINE_KVM && policy)
		return refuse(why, "with engine kvm the guest's calls do not come to Hull",
			      -EOPNOTSUPP);
	return 0;
}

struct hull_record *hull_record_create(const struct hull_vm_config *config,
				       struct hull_policy *policy, bool anonymous,
				       const char **why)
{
	struct hull_record *record;
	int ret;

	*why = NULL;
	ret = config_check(config, why) ?: policy_check(config->engine, policy, why) ?:
	      engine_check(config->engine, why);
	if (!policy) {
		policy = hull_policy_default();
		hull_policy_get(policy);
	}
	if (ret)
		goto out_policy;
	if (!try_module_get(THIS_MODULE)) {
		ret = refuse(why, "Hull is being unloaded", -ENODEV);
		goto out_policy;
	}

	record = record_alloc(config, policy, anonymous);
	if (IS_ERR(record)) {
		ret = PTR_ERR(record);
		goto out_module;
	}
	/* Found from here on, but whoever finds it waits until it was announced. */
	mutex_lock(&record->lock);
	ret = anonymous ? publish_anonymous(record, why) : publish_named(record, why);
	if (!ret)
		record_event(record, HULL_EVENT_VM_CREATED);
	mutex_unlock(&record->lock);
	if (ret)
		goto out_free;
	return record;

out_free:
	hull_log_destroy(&record->log);
	kfree(record);
out_module:
	module_put(THIS_MODULE);
out_policy:
	hull_policy_put(policy);
	return ERR_PTR(ret);
}

int hull_record_delete(struct hull_record *record, const char **why)
{
	int ret = 0;

	*why = NULL;
	mutex_lock(&record->lock);
	if (record->attached) {
		ret = refuse(why, "the VM is running; stop or kill it first", -EBUSY);
	} else if (record->deleted) {
		ret = refuse(why, "the VM was deleted a moment ago", -ENOENT);
	} else {
		WRITE_ONCE(record->deleted, true);
		record_event(record, HULL_EVENT_VM_DELETED);
		hull_subject_unpublish(&record->subject);
	}
	mutex_unlock(&record->lock);
	if (!ret)
		hull_vcpu_ops_get()->record_deleted(record);
	return ret;
}

int hull_record_set(struct hull_record *record, u32 which, const struct hull_vm_config *config,
		    const char **why)
{
	struct hull_vm_config new;
	int ret;

	*why = NULL;
	mutex_lock(&record->lock);
	new = record->config;
	if (which & HULL_SET_CPU_WEIGHT)
		new.cpu_weight = config->cpu_weight;
	if (which & HULL_SET_MITIGATIONS)
		new.mitigations = config->mitigations;
	if (which & HULL_SET_FLAGS)
		new.flags = config->flags;
	ret = settings_check(&new, why);
	if (!ret && record->deleted)
		ret = refuse(why, "the VM was deleted a moment ago", -ENOENT);
	if (!ret) {
		record->config = new;
		record_event(record, HULL_EVENT_VM_CHANGED);
	}
	mutex_unlock(&record->lock);
	return ret;
}

int hull_record_policy_set(struct hull_record *record, struct hull_policy *policy,
			   const char **why)
{
	int ret;

	*why = NULL;
	mutex_lock(&record->lock);
	ret = policy_check(record->config.engine, policy, why);
	if (!ret && record->deleted)
		ret = refuse(why, "the VM was deleted a moment ago", -ENOENT);
	if (!ret) {
		policy = rcu_replace_pointer(record->subject.policy, policy,
					     lockdep_is_held(&record->lock));
		/* A vCPU may keep what it found in the old one; not into its next call. */
		if (record->vm)
			hull_vm_request(record->vm, HULL_REQ_CALLS, true);
		record_event(record, HULL_EVENT_VM_CHANGED);
	}
	mutex_unlock(&record->lock);
	hull_policy_put(policy);
	return ret;
}

static int record_kill(struct hull_record *record)
{
	lockdep_assert_held(&record->lock);
	hull_record_reason_set(record, HULL_STOP_KILLED, NULL);
	if (record->vm)
		hull_vm_kill(record->vm);
	else
		kill_pid(record->pid, SIGKILL, 1);
	return 0;
}

static int record_pause(struct hull_record *record, bool paused, const char **why)
{
	enum hull_vm_state state = paused ? HULL_VM_PAUSED : HULL_VM_RUNNING;

	lockdep_assert_held(&record->lock);
	if (!record->vm)
		return refuse(why, "a VM of engine kvm is paused and resumed by its VMM alone",
			      -EOPNOTSUPP);
	if (record->state == state)
		return 0;
	record->state = state;
	hull_vm_pause(record->vm, paused);
	record_event(record, paused ? HULL_EVENT_VM_PAUSED : HULL_EVENT_VM_RESUMED);
	return 0;
}

int hull_record_state_set(struct hull_record *record, enum hull_vm_state state, const char **why)
{
	int ret;

	*why = NULL;
	mutex_lock(&record->lock);
	if (!record->attached)
		ret = refuse(why, "the VM is not running", -ESRCH);
	else if (state == HULL_VM_KILLED)
		ret = record_kill(record);
	else if (state == HULL_VM_PAUSED || state == HULL_VM_RUNNING)
		ret = record_pause(record, state == HULL_VM_PAUSED, why);
	else
		ret = refuse(why, "a VM can be paused, running or killed", -EINVAL);
	mutex_unlock(&record->lock);
	return ret;
}

int hull_record_attach(struct hull_record *record, struct hull_vm *vm)
{
	int ret = 0;

	mutex_lock(&record->lock);
	if (record->deleted) {
		ret = -ENOENT;
	} else if (record->attached) {
		ret = -EBUSY;
	} else {
		hull_guest_groups_clear(&record->groups);
		spin_lock(&record->reason_lock);
		record->reason = HULL_STOP_NONE;
		record->reason_text[0] = '\0';
		spin_unlock(&record->reason_lock);
		record->attached = true;
		record->vm = vm;
		record->pid = get_pid(task_tgid(current));
		record->started = ktime_get_real_ns();
		record->state = HULL_VM_RUNNING;
		atomic_inc(&running);
		record_event(record, HULL_EVENT_VM_STARTED);
	}
	mutex_unlock(&record->lock);
	return ret;
}

void hull_record_reason_set(struct hull_record *record, enum hull_stop_reason reason,
			    const char *text)
{
	if (reason <= HULL_STOP_NONE || reason >= __HULL_STOP_MAX)
		reason = HULL_STOP_VMM_ERROR;
	spin_lock(&record->reason_lock);
	if (record->reason == HULL_STOP_NONE) {
		record->reason = reason;
		strscpy(record->reason_text, text && *text ? text : reason_texts[reason],
			sizeof(record->reason_text));
	}
	spin_unlock(&record->reason_lock);
}

void hull_record_detach(struct hull_record *record)
{
	const char *why;

	hull_record_reason_set(record, HULL_STOP_VMM_DIED, NULL);

	mutex_lock(&record->lock);
	if (record->vm) {
		hull_vm_stats(record->vm, &record->past);
		hull_vcpu_ops_get()->counters_keep(record->vm);
		/* These are of the moment; nothing is mapped any more. */
		record->past.memory = 0;
		record->past.memory_2m = 0;
		record->past.tables = 0;
		record->past.given = 0;
	}
	record->vm = NULL;
	record->attached = false;
	record->state = HULL_VM_STOPPED;
	put_pid(record->pid);
	record->pid = NULL;
	atomic_dec(&running);
	record_event(record, HULL_EVENT_VM_STOPPED);
	mutex_unlock(&record->lock);

	/* Somebody may have deleted it, or attached to it, in between: then it is theirs. */
	if (record->anonymous)
		hull_record_delete(record, &why);
}

void hull_record_stats(struct hull_record *record, struct hull_stats_sum *sum)
{
	mutex_lock(&record->lock);
	*sum = record->past;
	if (record->vm)
		hull_vm_stats(record->vm, sum);
	mutex_unlock(&record->lock);
}

u32 hull_record_running(void)
{
	return atomic_read(&running);
}
