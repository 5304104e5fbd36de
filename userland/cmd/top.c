// SPDX-License-Identifier: GPL-2.0-only
/* vmctl top: looks at all VMs, again and again; what changed between two is shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmd/calls.h>
#include <cmd/top.h>

/* utime and stime of a process, in ns; the kernel's process names may hold anything. */
static uint64_t process_ns(uint32_t pid)
{
	unsigned long long user = 0, kernel = 0;
	char path[32], line[1024], *end;
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	len = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[len] = '\0';
	end = strrchr(line, ')');
	/* fields 3 to 13, then the two */
	if (!end || sscanf(end + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu", &user,
			   &kernel) != 2)
		return 0;
	return (user + kernel) * 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* Bytes that a process has in memory: for VMs whose memory is another engine's. */
static uint64_t process_memory(uint32_t pid)
{
	unsigned long long pages = 0;
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/statm", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%*s %llu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static const struct hull_vm_stats *stats_find(const struct hull_vm_stats *stats, size_t n,
					      uint32_t id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (stats[i].id == id)
			return &stats[i];
	return NULL;
}

static void vm_take(struct top_vm *vm, const struct hull_vm_stats *stats)
{
	if (stats)
		vm->stats = *stats;
	vm->memory = vm->stats.memory;
	if (!vm->info.pid)
		return;
	vm->cpu_ns = process_ns(vm->info.pid);
	if (vm->info.engine == HULL_ENGINE_KVM)
		vm->memory = process_memory(vm->info.pid);
}

void top_look_free(struct top_look *look)
{
	free(look->vms);
	look->vms = NULL;
	look->n = 0;
}

int top_look_take(struct hull_client *client, struct top_look *look, struct hull_error *error)
{
	struct hull_vm_stats *stats = NULL;
	struct hull_vm_info *vms = NULL;
	size_t i, n = 0, n_stats = 0;
	int ret = -1;

	*look = (struct top_look){ .ns = interrupt_clock_ns() };
	if (hull_vm_list(client, &vms, &n, error) ||
	    hull_vm_stats_list(client, &stats, &n_stats, error))
		goto out;
	look->vms = calloc(n + 1, sizeof(*look->vms));
	if (!look->vms) {
		hull_error_set(error, 12, "out of memory");
		goto out;
	}
	look->n = n;
	for (i = 0; i < n; i++) {
		look->vms[i].info = vms[i];
		vm_take(&look->vms[i], stats_find(stats, n_stats, vms[i].id));
	}
	ret = 0;
out:
	free(stats);
	free(vms);
	return ret;
}

/* ---- what changed --------------------------------------------------------- */

static double per_second(uint64_t now, uint64_t before, double seconds)
{
	return now > before && seconds > 0 ? (double)(now - before) / seconds : 0;
}

static uint64_t exits_of(const struct hull_vm_stats *stats, uint32_t reason)
{
	size_t i;

	for (i = 0; i < stats->n_exit; i++)
		if (stats->exit[i].reason == reason)
			return stats->exit[i].count;
	return 0;
}

/* The most frequent reasons, in order; insertion into a few places. */
static void reasons_take(struct top_row *row, const struct hull_vm_stats *now,
			 const struct hull_vm_stats *before, double seconds)
{
	double rate;
	size_t i, at;

	for (i = 0; i < now->n_exit; i++) {
		rate = per_second(now->exit[i].count, exits_of(before, now->exit[i].reason), seconds);
		if (!(rate > 0))
			continue;
		for (at = TOP_REASONS; at && row->reason[at - 1].rate < rate; at--)
			if (at < TOP_REASONS)
				row->reason[at] = row->reason[at - 1];
		if (at == TOP_REASONS)
			continue;
		row->reason[at].rate = rate;
		snprintf(row->reason[at].name, sizeof(row->reason[at].name), "%s", now->exit[i].name);
	}
}

static const struct top_vm *vm_before(const struct top_look *before, uint32_t id)
{
	static const struct top_vm nothing;
	size_t i;

	for (i = 0; i < before->n; i++)
		if (before->vms[i].info.id == id)
			return &before->vms[i];
	return &nothing;
}

static void row_make(struct top_row *row, const struct top_vm *now, const struct top_vm *before,
		     double seconds)
{
	row->vm = now;
	/* New, or another VMM than before: what it did since then is not known. */
	if (!before->info.id)
		before = now;
	row->exits = per_second(now->stats.exits, before->stats.exits, seconds);
	row->hypercalls = per_second(now->stats.hypercalls, before->stats.hypercalls, seconds);
	if (now->info.pid == before->info.pid)
		row->cpu = per_second(now->cpu_ns, before->cpu_ns, seconds) / 1e7;
	reasons_take(row, &now->stats, &before->stats, seconds);
}

static int busier_first(const void *a, const void *b)
{
	const struct top_row *one = a, *other = b;

	if (one->cpu != other->cpu)
		return one->cpu < other->cpu ? 1 : -1;
	return one->vm->info.id < other->vm->info.id ? -1 : 1;
}

static struct top_row *rows_make(const struct top_look *now, const struct top_look *before,
				 double seconds)
{
	struct top_row *rows = calloc(now->n + 1, sizeof(*rows));
	size_t i;

	for (i = 0; rows && i < now->n; i++)
		row_make(&rows[i], &now->vms[i], vm_before(before, now->vms[i].info.id), seconds);
	if (rows)
		qsort(rows, now->n, sizeof(*rows), busier_first);
	return rows;
}

/* ---- the loop ------------------------------------------------------------- */

static enum status show(const struct args *args, const struct top_look *now,
			const struct top_look *before, bool screen)
{
	double seconds = (double)(now->ns - before->ns) / 1e9;
	struct top_row *rows = rows_make(now, before, seconds);
	int failed;

	if (!rows)
		return STATUS_FAILURE;
	if (args->json)
		failed = top_json(rows, now->n, seconds);
	else
		failed = top_table(rows, now->n, screen);
	free(rows);
	return failed || fflush(stdout) ? STATUS_FAILURE : STATUS_OK;
}

static enum status follow(const struct command *command, const struct args *args,
			  struct hull_client *client, bool screen)
{
	struct top_look before, now;
	enum status status = STATUS_OK;
	struct hull_error error = { 0 };
	uint32_t n = 0;

	if (top_look_take(client, &before, &error)) {
		top_look_free(&before);
		return command_fail(command, &error);
	}
	while (status == STATUS_OK && !(args->count && n++ == args->count)) {
		if (!top_wait(args->interval_ms, screen))
			break;
		if (top_look_take(client, &now, &error)) {
			top_screen_end();
			status = command_fail(command, &error);
		} else {
			status = show(args, &now, &before, screen);
		}
		top_look_free(&before);
		before = now;
	}
	top_look_free(&before);
	return status;
}

int top_run(const struct command *command, const struct args *args)
{
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	bool screen;

	if (!client)
		return status;
	interrupt_catch();
	screen = !args->json && !args->count && top_screen_begin();
	status = follow(command, args, client, screen);
	top_screen_end();
	hull_client_close(client);
	return status;
}
