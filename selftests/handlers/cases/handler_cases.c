// SPDX-License-Identifier: GPL-2.0-only
/*
 * What hull_hypercall_register() refuses, and handlers that the tests of module handlers
 * need: one that sleeps long, one that hands its arguments back, one whose results are none. Loading fails when a
 * case goes wrong; with forget=1 it is unloaded without unregistering.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <hull/hypercall.h>

#define NUMBER(n)	(HULL_HYPERCALL_MODULE + 0x10 + (n))
#define NAME_TOO_LONG	"x23456789012345678901234567890123"

static bool forget;
module_param(forget, bool, 0444);

static long echo(struct hull_hypercall *call, void *data)
{
	return *(long *)data + call->arg[0] + call->arg[1] + call->arg[2] + call->arg[3];
}

static long nap(struct hull_hypercall *call, void *data)
{
	msleep(min_t(u64, call->arg[0], 1000));
	return call->cpl;
}

/* Some of what a handler must not return means something to Hull itself. */
static long lie(struct hull_hypercall *call, void *data)
{
	return LONG_MIN + (long)call->arg[0];
}

static long echo_base = 1;

#define HANDLER(_name, _number, _call)						\
	{									\
		.name = (_name), .number = (_number), .args = 4, .cpl_max = 3,	\
		.call = (_call), .data = &echo_base, .owner = THIS_MODULE,	\
	}

static struct hull_hypercall_handler good[] = {
	HANDLER("echo_fast", NUMBER(0), echo),
	HANDLER("echo_slow", NUMBER(1), echo),
	HANDLER("nap", NUMBER(2), nap),
	HANDLER("lie_fast", NUMBER(3), lie),
	HANDLER("lie_slow", NUMBER(4), lie),
};

static const struct {
	struct hull_hypercall_handler handler;
	int ret;
} bad[] = {
	{ HANDLER("taken", NUMBER(0), echo), -EBUSY },
	{ HANDLER(NULL, NUMBER(9), echo), -EINVAL },
	{ HANDLER("", NUMBER(9), echo), -EINVAL },
	{ HANDLER("two words", NUMBER(9), echo), -EINVAL },
	{ HANDLER(NAME_TOO_LONG, NUMBER(9), echo), -EINVAL },
	{ HANDLER("below", HULL_HYPERCALL_MODULE - 1, echo), -EINVAL },
	{ HANDLER("above", HULL_HYPERCALL_MODULE + HULL_HYPERCALL_RANGE, echo), -EINVAL },
	{ HANDLER("nothing", NUMBER(9), NULL), -EINVAL },
	{ { .name = "flags", .number = NUMBER(9), .flags = ~(u32)HULL_HYPERCALL_FAST, .call = echo,
	    .owner = THIS_MODULE }, -EINVAL },
	{ { .name = "args", .number = NUMBER(9), .args = 5, .call = echo,
	    .owner = THIS_MODULE }, -EINVAL },
	{ { .name = "cpl", .number = NUMBER(9), .cpl_max = 4, .call = echo,
	    .owner = THIS_MODULE }, -EINVAL },
	{ { .name = "nobody", .number = NUMBER(9), .call = echo }, -EINVAL },
};

static void unregister(int n)
{
	while (n--)
		hull_hypercall_unregister(&good[n]);
}

static int bad_try(void)
{
	int i, ret, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ret = hull_hypercall_register(&bad[i].handler);
		if (ret == bad[i].ret)
			continue;
		pr_err("handler_cases: %s: %d instead of %d\n", bad[i].handler.name, ret,
		       bad[i].ret);
		if (!ret)
			hull_hypercall_unregister(&bad[i].handler);
		wrong++;
	}
	/* Of those that are not registered nothing is heard. */
	hull_hypercall_unregister(&bad[0].handler);
	hull_hypercall_unregister(&bad[5].handler);
	return wrong ? -ENOTRECOVERABLE : 0;
}

static int __init handler_cases_init(void)
{
	int i, ret;

	good[0].flags = HULL_HYPERCALL_FAST;
	good[3].flags = HULL_HYPERCALL_FAST;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		ret = hull_hypercall_register(&good[i]);
		if (ret) {
			unregister(i);
			return ret;
		}
	}
	ret = bad_try();
	if (ret)
		unregister(ARRAY_SIZE(good));
	return ret;
}

static void __exit handler_cases_exit(void)
{
	if (!forget)
		unregister(ARRAY_SIZE(good));
}

module_init(handler_cases_init);
module_exit(handler_cases_exit);

MODULE_DESCRIPTION("Hull's tests of handlers in modules");
MODULE_LICENSE("GPL");
