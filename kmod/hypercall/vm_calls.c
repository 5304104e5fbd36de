// SPDX-License-Identifier: GPL-2.0-only
/* What a running VM keeps for its calls: one row a family. */

#include <linux/slab.h>
#include <hypercall/claim.h>
#include <hypercall/domain.h>
#include <hypercall/event.h>
#include <hypercall/share.h>
#include <hypercall/ring.h>
#include <hypercall/site.h>
#include <hypercall/vm_calls.h>

struct vm_part {
	int (*create)(struct hull_vm_calls *calls);
	void (*destroy)(struct hull_vm_calls *calls);
};

/* Made in this order, destroyed in the reverse one. The last row ends it. */
static const struct vm_part vm_parts[] = {
	{ hull_sites_create, hull_sites_destroy },
	{ hull_claims_create, hull_claims_destroy },
	{ hull_domain_join, hull_domain_leave },
	{ hull_events_create, hull_events_destroy },
	{ hull_shares_create, hull_shares_destroy },
	{ hull_rings_create, hull_rings_destroy },
	{ NULL, NULL },
};

#define VM_PARTS	(ARRAY_SIZE(vm_parts) - 1)

static void parts_destroy(struct hull_vm_calls *calls, int n)
{
	while (n--)
		vm_parts[n].destroy(calls);
}

int hull_vm_calls_create(struct hull_vm *vm)
{
	struct hull_vm_calls *calls = kzalloc(sizeof(*calls), GFP_KERNEL_ACCOUNT);
	int i, ret;

	if (!calls)
		return -ENOMEM;
	calls->vm = vm;
	for (i = 0; i < VM_PARTS; i++) {
		ret = vm_parts[i].create(calls);
		if (ret) {
			parts_destroy(calls, i);
			kfree(calls);
			return ret;
		}
	}
	vm->calls = calls;
	return 0;
}

void hull_vm_calls_destroy(struct hull_vm *vm)
{
	parts_destroy(vm->calls, VM_PARTS);
	kfree(vm->calls);
	vm->calls = NULL;
}
