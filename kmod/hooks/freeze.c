// SPDX-License-Identifier: GPL-2.0-only
/* The action freeze: whoever tried comes no further than to the end of its system call. */

#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <core/group.h>
#include <hooks/backend.h>
#include <hooks/freeze.h>

/* On the way back to user mode, without any lock: there the cgroup's freezer takes it. */
static void on_return(struct callback_head *work)
{
	kfree(work);
	hull_group_freeze_wait();
	hull_backend_sleep_end();
}

void hull_freeze(struct hull_group *group)
{
	struct callback_head *work;

	hull_group_freeze(group);
	if (current->flags & (PF_KTHREAD | PF_IO_WORKER))
		return;
	work = kmalloc(sizeof(*work), GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!work)
		return;
	init_task_work(work, on_return);
	hull_backend_sleep_begin();
	if (task_work_add(current, work, TWA_RESUME)) {
		hull_backend_sleep_end();
		kfree(work);
	}
}
