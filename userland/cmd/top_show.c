// SPDX-License-Identifier: GPL-2.0-only
/* vmctl top: the table and its JSON. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmd/output.h>
#include <cmd/top.h>

#define COLUMNS_MAX	256

/* At most six characters: "0", "12.3", "9999", "12.3k", "4.6G" */
static const char *text_rate(double rate, char text[16])
{
	static const char units[] = " kMGTP";
	int unit = 0;

	for (; rate >= 9999.5 && units[unit + 1]; unit++)
		rate /= 1000;
	snprintf(text, 16, rate > 0 && rate < 99.95 ? "%.1f%.*s" : "%.0f%.*s", rate, unit > 0,
		 &units[unit]);
	return text;
}

static void row_text(const struct top_row *row, char *line, size_t size)
{
	char exits[16], calls[16], memory[TEXT_BYTES], rate[16];
	size_t len;
	int i;

	snprintf(line, size, "%-16.16s  %-7s  %6.1f  %7s  %7s  %9s ", row->vm->info.name,
		 hull_state_name(row->vm->info.state), row->cpu, text_rate(row->exits, exits),
		 text_rate(row->hypercalls, calls), text_bytes(row->vm->memory, memory));
	for (i = 0; i < TOP_REASONS && row->reason[i].rate > 0; i++) {
		len = strlen(line);
		snprintf(line + len, size - len, " %s %s", row->reason[i].name,
			 text_rate(row->reason[i].rate, rate));
	}
}

/* A line as far as it fits; on a screen, what stood there goes. */
static void line_put(const char *line, int columns, bool screen)
{
	if (screen)
		printf("%.*s\x1b[K\r\n", columns - 1, line);
	else
		printf("%s\n", line);
}

int top_table(const struct top_row *rows, size_t n, bool screen)
{
	int columns = COLUMNS_MAX, lines = 0;
	char line[COLUMNS_MAX], when[32];
	time_t now = time(NULL);
	struct tm tm;
	size_t i;

	if (screen) {
		top_screen_size(&columns, &lines);
		printf("\x1b[H");
	}
	if (!localtime_r(&now, &tm) || !strftime(when, sizeof(when), "%T", &tm))
		when[0] = '\0';
	snprintf(line, sizeof(line), "%s  %zu VM%s%s", when, n, n == 1 ? "" : "s",
		 screen ? "    q: leave" : "");
	line_put(line, columns, screen);
	snprintf(line, sizeof(line), "%-16s  %-7s  %6s  %7s  %7s  %9s  %s", "VM", "STATE", "CPU%",
		 "EXITS/s", "CALLS/s", "MEMORY", "MOST EXITS/s");
	line_put(line, columns, screen);
	for (i = 0; i < n; i++) {
		if (screen && (int)i + 4 > lines && i + 1 < n) {
			printf("... %zu more\x1b[K", n - i);
			break;
		}
		row_text(&rows[i], line, sizeof(line));
		line_put(line, columns, screen);
	}
	printf(screen ? "\x1b[J" : "\n");
	return 0;
}

static json_t *row_json(const struct top_row *row)
{
	json_t *object = json_object(), *reasons = json_array(), *reason;
	int i;

	for (i = 0; i < TOP_REASONS && row->reason[i].rate > 0; i++) {
		reason = json_object();
		json_put_text(reason, "name", row->reason[i].name);
		json_put(reason, "per_s", json_real(row->reason[i].rate));
		json_array_append_new(reasons, reason);
	}
	json_put_u64(object, "id", row->vm->info.id);
	json_put_text(object, "name", row->vm->info.name);
	json_put_text(object, "state", hull_state_name(row->vm->info.state));
	json_put(object, "cpu_percent", json_real(row->cpu));
	json_put(object, "exits_per_s", json_real(row->exits));
	json_put(object, "hypercalls_per_s", json_real(row->hypercalls));
	json_put_u64(object, "memory", row->vm->memory);
	json_put(object, "most_exits", reasons);
	return object;
}

int top_json(const struct top_row *rows, size_t n, double seconds)
{
	json_t *object = json_object(), *vms = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(vms, row_json(&rows[i]));
	json_put(object, "seconds", json_real(seconds));
	json_put(object, "vms", vms);
	return json_end(object);
}
