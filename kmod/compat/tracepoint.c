// SPDX-License-Identifier: GPL-2.0-only

#include <linux/errno.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <compat/tracepoint.h>

struct search {
	struct hull_tracepoint *rows;
	unsigned int n;
};

static void take(struct tracepoint *tp, void *data)
{
	struct search *search = data;
	unsigned int i;

	for (i = 0; i < search->n; i++)
		if (!search->rows[i].found && !strcmp(search->rows[i].name, tp->name))
			search->rows[i].found = tp;
}

int hull_tracepoints_register(struct hull_tracepoint *rows, unsigned int n)
{
	struct search search = { .rows = rows, .n = n };
	unsigned int i;
	int ret = 0;

	/* The kernel's own do not move: what was found once need not be looked for again. */
	for (i = 0; i < n && rows[i].found; i++)
		;
	if (i < n)
		for_each_kernel_tracepoint(take, &search);

	for (i = 0; i < n && !ret; i++)
		ret = rows[i].found ?
			tracepoint_probe_register(rows[i].found, rows[i].probe, NULL) : -EOPNOTSUPP;
	if (ret)
		hull_tracepoints_unregister(rows, i - 1);
	return ret;
}

void hull_tracepoints_unregister(struct hull_tracepoint *rows, unsigned int n)
{
	while (n--)
		tracepoint_probe_unregister(rows[n].found, rows[n].probe, NULL);
	tracepoint_synchronize_unregister();
}
