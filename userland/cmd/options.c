// SPDX-License-Identifier: GPL-2.0-only
/* The options, a row each, and what their values may be. */
#include <string.h>
#include <bench/job.h>
#include <cmd/command.h>
#include <lib/names.h>

static bool parse_help(const char *text, struct args *args, const char **why)
{
	(void)text;
	(void)why;
	return args->help = true;
}

static bool parse_json(const char *text, struct args *args, const char **why)
{
	(void)text;
	(void)why;
	return args->json = true;
}

static bool parse_log(const char *text, struct args *args, const char **why)
{
	(void)text;
	(void)why;
	return args->log = true;
}

static bool parse_engine(const char *text, struct args *args, const char **why)
{
	return hull_engine_parse(text, &args->engine, why);
}

static bool parse_memory(const char *text, struct args *args, const char **why)
{
	if (!hull_size_parse(text, &args->memory, why))
		return false;
	*why = "memory is 1M to 64T, in multiples of 4K";
	return args->memory >= VMM_MEMORY_MIN && args->memory <= HULL_MEMORY_MAX &&
	       args->memory % 4096 == 0;
}

static bool parse_cpus(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 1, HULL_VCPUS_MAX, &args->cpus, why);

	*why = "a VM has 1 to 64 CPUs";
	return ok;
}

static bool parse_cpu_weight(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 1, HULL_CPU_WEIGHT_MAX, &args->cpu_weight, why);

	*why = "a weight is 1 to 10000";
	return ok;
}

static bool parse_cpu_max(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 0, 1000000, &args->cpu_max, why);

	*why = "not a percentage of one CPU: 1 to 1000000, or 0 for no limit";
	return ok;
}

static bool parse_mitigations(const char *text, struct args *args, const char **why)
{
	return hull_mitigations_parse(text, &args->mitigations, why);
}

static bool parse_switch(const char *text, bool *on, const char **why)
{
	*on = !text || !strcmp(text, "on");
	*why = "neither on nor off";
	return *on || !strcmp(text, "off");
}

static bool parse_hypercall_cpl3(const char *text, struct args *args, const char **why)
{
	return parse_switch(text, &args->hypercall_cpl3, why);
}

static bool parse_msr_ignore(const char *text, struct args *args, const char **why)
{
	return parse_switch(text, &args->msr_ignore, why);
}

static bool parse_name(const char *text, struct args *args, const char **why)
{
	args->name = text;
	*why = "not a name: 1 to 63 of [A-Za-z0-9_.-], no '.' or '-' first, no number";
	return hull_name_valid(text);
}

static bool parse_path(const char *text, const char **path, const char **why)
{
	*path = text;
	*why = "an empty path";
	return *text;
}

static bool parse_domain(const char *text, struct args *args, const char **why)
{
	args->domain = text;
	*why = "not a name: 1 to 63 of [A-Za-z0-9_.-], no '.' or '-' first, no number";
	return hull_name_valid(text);
}

static bool parse_kernel(const char *text, struct args *args, const char **why)
{
	return parse_path(text, &args->kernel, why);
}

static bool parse_initrd(const char *text, struct args *args, const char **why)
{
	return parse_path(text, &args->initrd, why);
}

static bool parse_cmdline(const char *text, struct args *args, const char **why)
{
	(void)why;
	args->cmdline = text;
	return true;
}

static bool parse_timeout(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 0, 1000000, &args->timeout, why);

	*why = "not a number of seconds: 0 to 1000000";
	return ok;
}

static bool parse_count(const char *text, struct args *args, const char **why)
{
	return hull_number_parse(text, 1, UINT32_MAX, &args->count, why);
}

static bool parse_samples(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 3, BENCH_SAMPLES_MAX, &args->samples, why);

	*why = "not a number of samples: 3 to 4096";
	return ok;
}

static bool parse_iterations(const char *text, struct args *args, const char **why)
{
	bool ok = hull_number_parse(text, 1, 1000000, &args->iterations, why);

	*why = "not a number of iterations: 1 to 1000000";
	return ok;
}

static bool parse_sweep(const char *text, struct args *args, const char **why)
{
	(void)text;
	(void)why;
	return args->sweep = true;
}

static bool parse_csv(const char *text, struct args *args, const char **why)
{
	(void)text;
	(void)why;
	return args->csv = true;
}

static bool parse_plot(const char *text, struct args *args, const char **why)
{
	return parse_path(text, &args->plot, why);
}

static bool parse_policy(const char *text, struct args *args, const char **why)
{
	return parse_path(text, &args->policy, why);
}

static bool parse_file(const char *text, struct args *args, const char **why)
{
	return parse_path(text, &args->file, why);
}

static bool parse_default(const char *text, struct args *args, const char **why)
{
	args->default_action = text;
	*why = "an action is missing";
	return *text;
}

static bool parse_interval(const char *text, struct args *args, const char **why)
{
	bool ok = hull_milliseconds_parse(text, 100, 3600000, &args->interval_ms);

	*why = "not a number of seconds: 0.1 to 3600";
	return ok;
}

static bool parse_audit(const char *text, struct args *args, const char **why)
{
	(void)text;
	(void)why;
	return args->audit = true;
}

const struct option_row option_rows[OPTION_N] = {
	[OPTION_HELP] = { "help", 'h', NULL, "this text", COMPLETE_NONE, parse_help },
	[OPTION_JSON] = { "json", 'j', NULL, "print JSON", COMPLETE_NONE, parse_json },
	[OPTION_ENGINE] = { "engine", 0, "hull|kvm", "what runs its vCPUs (hull)", COMPLETE_ENGINE,
			    parse_engine },
	[OPTION_MEMORY] = { "memory", 'm', "SIZE", "memory, with K, M, G or T (128M)",
			    COMPLETE_NONE, parse_memory },
	[OPTION_CPUS] = { "cpus", 'c', "N", "virtual CPUs, 1 to 64 (1)", COMPLETE_NONE,
			  parse_cpus },
	[OPTION_CPU_WEIGHT] = { "cpu-weight", 0, "N",
				"share of busy host CPUs beside other VMs, 1 to 10000 (100)",
				COMPLETE_NONE, parse_cpu_weight },
	[OPTION_CPU_MAX] = { "cpu-max", 0, "PERCENT",
			     "bound of host CPU time, of one CPU; 0: none (100 for each vCPU)",
			     COMPLETE_NONE, parse_cpu_max },
	[OPTION_MITIGATIONS] = { "mitigations", 0, "default|off|LIST",
				 "against leaks between guest and host: what the host needs, none, "
				 "or these of them, with commas between (default)",
				 COMPLETE_MITIGATIONS, parse_mitigations },
	[OPTION_HYPERCALL_CPL3] = { "hypercall-cpl3", 0, "[=on|off]",
				    "extra hypercalls from the guest's user mode (off)",
				    COMPLETE_SWITCH, parse_hypercall_cpl3 },
	[OPTION_MSR_IGNORE] = { "msr-ignore", 0, "[=on|off]",
				"unknown MSRs read 0 and take any value instead of a fault (off)",
				COMPLETE_SWITCH, parse_msr_ignore },
	[OPTION_DOMAIN] = { "domain", 0, "NAME",
			    "VMs of one domain may have event channels and memory with each other (none)",
			    COMPLETE_NONE, parse_domain },
	[OPTION_NAME] = { "name", 'n', "NAME", "name of the VM (run-PID)", COMPLETE_NONE,
			  parse_name },
	[OPTION_KERNEL] = { "kernel", 'k', "FILE", "kernel to boot", COMPLETE_FILE, parse_kernel },
	[OPTION_INITRD] = { "initrd", 'i', "FILE", "initial ramdisk, or multiboot module",
			    COMPLETE_FILE, parse_initrd },
	[OPTION_CMDLINE] = { "cmdline", 'a', "TEXT",
			     "the kernel's command line, instead of one for a serial console",
			     COMPLETE_NONE, parse_cmdline },
	[OPTION_LOG] = { "log", 'l', NULL, "print the kept log instead", COMPLETE_NONE, parse_log },
	[OPTION_TIMEOUT] = { "timeout", 't', "SECONDS", "how long to wait; 0: don't (90)",
			     COMPLETE_NONE, parse_timeout },
	[OPTION_COUNT] = { "count", 'n', "N", "end after N of them", COMPLETE_NONE, parse_count },
	[OPTION_SAMPLES] = { "samples", 0, "N", "samples of each figure, 3 to 4096 (101)",
			     COMPLETE_NONE, parse_samples },
	[OPTION_ITERATIONS] = { "iterations", 0, "N", "calls in each sample (100)", COMPLETE_NONE,
				parse_iterations },
	[OPTION_SWEEP] = { "sweep", 0, NULL,
			   "with each mitigation of the host left out, and with it alone",
			   COMPLETE_NONE, parse_sweep },
	[OPTION_CSV] = { "csv", 0, NULL, "print comma-separated values", COMPLETE_NONE, parse_csv },
	[OPTION_PLOT] = { "plot", 0, "FILE", "write a chart, as SVG", COMPLETE_FILE, parse_plot },
	[OPTION_POLICY] = { "policy", 0, "FILE", "rules for its hypercalls (all are allowed)",
			    COMPLETE_FILE, parse_policy },
	[OPTION_FILE] = { "file", 'f', "FILE", "rules are in FILE; - is standard input",
			  COMPLETE_FILE, parse_file },
	[OPTION_DEFAULT] = { "default", 'd', "ACTION", "for calls that no rule is for (allow)",
			     COMPLETE_ACTION, parse_default },
	[OPTION_INTERVAL] = { "interval", 's', "SECONDS", "time between two looks (1)",
			      COMPLETE_NONE, parse_interval },
	[OPTION_AUDIT] = { "audit", 0, NULL, "tell of calls under the action audit instead",
			   COMPLETE_NONE, parse_audit },
};

_Static_assert(OPTION_N <= 8 * sizeof(option_set), "a bit for each option");

const struct option_table option_table = { "OPTIONS", option_rows, OPTION_N };
