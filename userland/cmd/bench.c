// SPDX-License-Identifier: GPL-2.0-only
/* vmctl bench hypercall. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bench/bench.h>
#include <cmd/command.h>
#include <cmd/output.h>

#define SAMPLES_DEFAULT		101	/* odd: the median is one of them */
#define ITERATIONS_DEFAULT	100

static void progress_show(const char *engine, const char *mitigations, const char *transport)
{
	fprintf(stderr, "vmctl: bench: %s, mitigations %s: %s\n", engine, mitigations, transport);
}

static void table_print(const struct bench_results *results)
{
	size_t i;

	printf("%-16s %-6s %-14s %9s %9s %9s %9s  %s\n", "TRANSPORT", "ENGINE", "MITIGATIONS",
	       "MIN", "MEDIAN", "P99", "MAX", "95% OF MEDIAN");
	for (i = 0; i < results->n; i++) {
		const struct bench_result *row = &results->rows[i];
		const struct bench_stats *s = &row->stats;

		printf("%-16s %-6s %-14s ", row->transport, row->engine, row->mitigations);
		if (row->skipped[0])
			printf("- %s\n", row->skipped);
		else
			printf("%9.1f %9.1f %9.1f %9.1f  %.1f..%.1f\n", s->min, s->median, s->p99,
			       s->max, s->low, s->high);
	}
	printf("\nTSC cycles a call, as the guest sees it, without the loop around it.\n");
}

static int json_print(const struct bench_results *results)
{
	json_t *array = json_array(), *object;
	size_t i;

	for (i = 0; i < results->n; i++) {
		const struct bench_result *row = &results->rows[i];
		const struct bench_stats *s = &row->stats;

		object = json_object();
		json_put_text(object, "transport", row->transport);
		json_put_text(object, "what", row->what);
		json_put_text(object, "engine", row->engine);
		json_put_text(object, "mitigations", row->mitigations);
		json_put_text(object, "unit", "TSC cycles");
		if (row->skipped[0]) {
			json_put_text(object, "skipped", row->skipped);
		} else {
			json_put_u64(object, "n", s->n);
			json_put(object, "min", json_real(s->min));
			json_put(object, "median", json_real(s->median));
			json_put(object, "p99", json_real(s->p99));
			json_put(object, "max", json_real(s->max));
			json_put(object, "low95", json_real(s->low));
			json_put(object, "high95", json_real(s->high));
		}
		json_array_append_new(array, object);
	}
	return json_end(array);
}

static int plot_write(const struct command *command, const char *path,
		      const struct bench_results *results)
{
	FILE *file = fopen(path, "we");
	int ret = file ? bench_plot(results, file) : -1;

	if (file && fclose(file))
		ret = -1;
	if (ret)
		command_complain(command, "%s: %s", path, strerror(errno));
	return ret;
}

/* Which engines: the one that was asked for, else those that this host has. */
static unsigned int engines_of(const struct args *args)
{
	if (args->given & TAKES(ENGINE))
		return args->engine == HULL_ENGINE_KVM ? BENCH_ON_KVM : BENCH_ON_HULL;
	return BENCH_ON_HULL | (access("/dev/kvm", R_OK | W_OK) ? 0 : BENCH_ON_KVM);
}

static int transport_check(const struct command *command, const char *name)
{
	char names[1024] = "";
	size_t i, at = 0;

	for (i = 0; bench_transport_name(i); i++) {
		if (!strcmp(bench_transport_name(i), name))
			return 0;
		if (at < sizeof(names))
			at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
					       i ? ", " : "", bench_transport_name(i));
	}
	command_complain(command, "no transport '%s': there are %s", name, names);
	return -1;
}

static int results_show(const struct command *command, const struct args *args,
			const struct bench_results *results)
{
	int status = STATUS_OK;

	if (args->json)
		status = json_print(results) ? STATUS_FAILURE : STATUS_OK;
	else if (args->csv)
		bench_csv(results, stdout);
	else
		table_print(results);
	if (args->plot && plot_write(command, args->plot, results))
		status = STATUS_FAILURE;
	return status;
}

static int plan_run(const struct command *command, const struct args *args,
		    struct bench_plan *plan)
{
	struct bench_results results;
	struct vmm_error error = { 0 };
	int status;

	if (bench_run(plan, &results, isatty(STDERR_FILENO) ? progress_show : NULL, &error)) {
		struct hull_error why = { .code = error.code };

		snprintf(why.text, sizeof(why.text), "%s", error.text);
		status = command_fail(command, &why);
	} else {
		status = results_show(command, args, &results);
	}
	bench_results_free(&results);
	return status;
}

int bench_hypercall_run(const struct command *command, const struct args *args)
{
	struct bench_plan plan = {
		.only = args->n_words ? args->words[0] : NULL,
		.engines = engines_of(args),
		.samples = args->given & TAKES(SAMPLES) ? args->samples : SAMPLES_DEFAULT,
		.iterations = args->given & TAKES(ITERATIONS) ? args->iterations :
								ITERATIONS_DEFAULT,
		.sweep = args->sweep,
	};
	enum status status = STATUS_OK;
	struct hull_host host;
	struct hull_error error;

	if (plan.only && transport_check(command, plan.only))
		return STATUS_USAGE;
	if (plan.engines & BENCH_ON_HULL) {
		plan.client = command_client(command, &status);
		if (!plan.client)
			return status;
		if (hull_host_get(plan.client, &host, &error)) {
			hull_client_close(plan.client);
			return command_fail(command, &error);
		}
		plan.mitigations = host.mitigations;
	}
	status = plan_run(command, args, &plan);
	if (plan.client)
		hull_client_close(plan.client);
	return status;
}
