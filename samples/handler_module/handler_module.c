// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel module that answers two hypercalls of Hull's guests. Documentation/hypercalls
 * tells how it came about.
 *
 *	sample_add(a, b) -> a + b
 *	sample_reverse(address, bytes) -> bytes: the text there, backwards
 *
 * From the guest: VMCALL with HULL_HYPERCALL_MODULE (sample_add) or the number after it
 * in eax, arguments in rbx and rcx.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <hull/hypercall.h>

#define TEXT_MAX	128

/* With interrupts off, right after the exit: it looks at its arguments, and that is all. */
static long add(struct hull_hypercall *call, void *data)
{
	/* What the guest takes for an error must not come of its own numbers. */
	return (call->arg[0] + call->arg[1]) & LONG_MAX;
}

/* This one may sleep, as whoever reads a guest's memory has to. */
static long reverse(struct hull_hypercall *call, void *data)
{
	u64 address = call->arg[0], bytes = call->arg[1], i;
	char text[TEXT_MAX];

	if (!bytes || bytes > sizeof(text))
		return -EINVAL;
	/* One copy: the guest may change it meanwhile. */
	if (hull_hypercall_read(call, address, text, bytes))
		return -EFAULT;
	for (i = 0; i < bytes / 2; i++)
		swap(text[i], text[bytes - 1 - i]);
	if (hull_hypercall_write(call, address, text, bytes))
		return -EFAULT;
	return bytes;
}

static const struct hull_hypercall_handler handlers[] = {
	{
		.name = "sample_add",
		.number = HULL_HYPERCALL_MODULE,
		.flags = HULL_HYPERCALL_FAST,
		.args = 2,
		.cpl_max = 3,
		.call = add,
		.owner = THIS_MODULE,
	},
	{
		.name = "sample_reverse",
		.number = HULL_HYPERCALL_MODULE + 1,
		.args = 2,
		.cpl_max = 3,
		.call = reverse,
		.owner = THIS_MODULE,
	},
};

static void unregister(int n)
{
	while (n--)
		hull_hypercall_unregister(&handlers[n]);
}

static int __init handler_module_init(void)
{
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(handlers); i++) {
		ret = hull_hypercall_register(&handlers[i]);
		if (ret) {
			unregister(i);
			return ret;
		}
	}
	return 0;
}

static void __exit handler_module_exit(void)
{
	unregister(ARRAY_SIZE(handlers));
}

module_init(handler_module_init);
module_exit(handler_module_exit);

MODULE_DESCRIPTION("Sample: a kernel module that answers Hull's hypercalls");
MODULE_LICENSE("GPL");
