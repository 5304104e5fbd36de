// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on behalf of programs. The host takes addresses in arguments as the caller's,
 * and the caller is this kernel: a program's address never gets there, nor any number
 * that a program could pass for one. Memory goes through a buffer of ours.
 */

#include <linux/slab.h>
#include <linux/uaccess.h>
#include <hull/guest.h>
#include <guest/private.h>

/*
 * How a call's arguments travel.
 *
 * PLAIN: none is an address
 * TEXT: arg[0] is the address of arg[1] bytes for the host, up to @bytes
 * INTO: arg[0] is the address of @bytes for the host
 * FROM: arg[0] is the address of @bytes from the host
 */
enum travel { PLAIN, TEXT, INTO, FROM };

struct row {
	u32 number;
	const char *name;
	u8 args;
	enum travel travel;
	u32 bytes;
};

/*
 * What programs may call; whatever has no row is the kernel's alone: rings, event
 * channels and shared memory name physical memory, a multicall has calls in it.
 */
static const struct row rows[] = {
	{ HULL_HYPERCALL_NOP, "nop", 0, PLAIN },
	{ HULL_HYPERCALL_VERSION, "version", 0, PLAIN },
	{ HULL_HYPERCALL_FEATURES, "features", 1, PLAIN },
	{ HULL_HYPERCALL_LOG, "log", 2, TEXT, HULL_LOG_MAX },
	{ HULL_HYPERCALL_TIME_PAIR, "time", 1, FROM, sizeof(struct hull_time) },
	{ HULL_HYPERCALL_YIELD, "yield", 1, PLAIN },
	{ HULL_HYPERCALL_GROUP_REPORT, "group_report", 1, INTO,
	  sizeof(struct hull_group_report) },
};

static const struct row *row_find(u32 number)
{
	const struct row *row;

	for (row = rows; row < rows + ARRAY_SIZE(rows); row++)
		if (row->number == number)
			return row;
	return NULL;
}

int hull_guest_user_list(char *buf)
{
	int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		n += sysfs_emit_at(buf, n, "%s%s", rows[i].name,
				   i + 1 < ARRAY_SIZE(rows) ? " " : "\n");
	return n;
}

static void call_make(struct hull_guest_call *call, void *buffer)
{
	u64 first = buffer ? (unsigned long)buffer : call->arg[0];

	call->result = hull_guest_call(call->number, first, call->arg[1], call->arg[2],
				       call->arg[3]);
}

/* The call with a copy of @bytes of the program's memory in the place of its address. */
static int call_buffered(struct hull_guest_call *call, u32 bytes, bool in, bool out)
{
	void __user *user = u64_to_user_ptr(call->arg[0]);
	int ret = -EFAULT;
	void *buffer;

	buffer = kzalloc(bytes, GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	if (in && copy_from_user(buffer, user, bytes))
		goto out_free;
	call_make(call, buffer);
	if (!out || call->result < 0 || !copy_to_user(user, buffer, bytes))
		ret = 0;
out_free:
	kfree(buffer);
	return ret;
}

static int call_row(struct hull_guest_call *call, const struct row *row)
{
	int i;

	if (call->flags)
		return -EINVAL;
	for (i = row->args; i < ARRAY_SIZE(call->arg); i++)
		if (call->arg[i])
			return -EINVAL;
	switch (row->travel) {
	case TEXT:
		if (!call->arg[1] || call->arg[1] > row->bytes)
			return -EINVAL;
		return call_buffered(call, call->arg[1], true, false);
	case INTO:
		return call_buffered(call, row->bytes, true, false);
	case FROM:
		return call_buffered(call, row->bytes, false, true);
	case PLAIN:
		break;
	}
	call_make(call, NULL);
	return 0;
}

/* Only the handler knows what its arguments mean: the administrator trusts it, or not. */
static int call_handler(struct hull_guest_call *call)
{
	if (!hull_guest_handlers())
		return -EPERM;
	if (call->flags & ~(HULL_GUEST_IN | HULL_GUEST_OUT))
		return -EINVAL;
	if (!call->flags) {
		call_make(call, NULL);
		return 0;
	}
	if (!call->arg[1] || call->arg[1] > HULL_GUEST_BUFFER_MAX)
		return -EINVAL;
	return call_buffered(call, call->arg[1], call->flags & HULL_GUEST_IN,
			     call->flags & HULL_GUEST_OUT);
}

int hull_guest_user_call(struct hull_guest_call *call)
{
	const struct row *row = row_find(call->number);

	if (call->reserved)
		return -EINVAL;
	if (row)
		return call_row(call, row);
	if (call->number >= HULL_HYPERCALL_MODULE &&
	    call->number < HULL_HYPERCALL_BASE + HULL_HYPERCALL_NUMBERS)
		return call_handler(call);
	return -EPERM;
}
