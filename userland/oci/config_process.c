// SPDX-License-Identifier: GPL-2.0-only
/* process: who runs, as whom, with what rights and bounds */
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <oci/config.h>

#define END	{ NULL, NULL, 0, NULL, false, 0, 0 }

static bool read_u16(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		     void *to)
{
	int64_t number;

	(void)row;
	if (!oci_integer(reader, value, 0, USHRT_MAX, &number))
		return false;
	*(unsigned short *)to = (unsigned short)number;
	return true;
}

static const struct oci_row console_rows[] = {
	{ "height", read_u16, OCI_AT(hull_ct_process, rows), NULL, true, 0, 0 },
	{ "width", read_u16, OCI_AT(hull_ct_process, columns), NULL, true, 0, 0 },
	END
};

/* 4294967295 is nobody's id: the kernel takes it for "leave it as it is". */
#define ID_MAX	(UINT32_MAX - 1)

static bool read_umask(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		       void *to)
{
	struct hull_ct_process *process = to;
	int64_t number;

	(void)row;
	if (!oci_integer(reader, value, 0, 0777, &number))
		return false;
	process->has_umask = true;
	process->umask = (mode_t)number;
	return true;
}

static const struct oci_array groups = {
	sizeof(uint32_t), OCI_AT(hull_ct_process, n_groups), OCI_AT(hull_ct_process, groups),
	oci_read_u32, NULL,
};

static const struct oci_row user_rows[] = {
	{ "uid", oci_read_u32, OCI_AT(hull_ct_process, uid), NULL, false, 0, ID_MAX },
	{ "gid", oci_read_u32, OCI_AT(hull_ct_process, gid), NULL, false, 0, ID_MAX },
	{ "umask", read_umask, 0, NULL, false, 0, 0 },
	{ "additionalGids", oci_read_array, 0, &groups, false, 0, 0 },
	{ "username", oci_read_never, 0, "names of users are Windows'; uid and gid", false, 0, 0 },
	END
};

static bool read_env(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		     void *to)
{
	const struct hull_ct_strings *env = to;
	size_t i;

	if (!oci_read_strings(reader, row, value, to))
		return false;
	for (i = 0; i < env->n; i++) {
		if (strchr(env->at[i], '=') && env->at[i][0] != '=')
			continue;
		return oci_enter(reader, NULL, i) && oci_refuse(reader, "not NAME=VALUE");
	}
	return true;
}

static bool read_caps(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	const char *text;
	size_t i;
	int cap;

	(void)row;
	if (!json_is_array(value))
		return oci_refuse(reader, "not an array");
	for (i = 0; i < json_array_size(value); i++) {
		if (!oci_enter(reader, NULL, i))
			return false;
		text = oci_text(reader, json_array_get(value, i));
		if (!text)
			return false;
		cap = strncmp(text, "CAP_", 4) ? -1 : hull_ct_capability(text);
		if (cap < 0)
			return oci_refuse(reader, "'%.40s' is no capability", text);
		*(uint64_t *)to |= 1ull << cap;
		oci_leave(reader);
	}
	return true;
}

static const struct oci_row caps_rows[] = {
	{ "bounding", read_caps, OCI_AT(hull_ct_capabilities, bounding), NULL, false, 0, 0 },
	{ "effective", read_caps, OCI_AT(hull_ct_capabilities, effective), NULL, false, 0, 0 },
	{ "inheritable", read_caps, OCI_AT(hull_ct_capabilities, inheritable), NULL, false, 0, 0 },
	{ "permitted", read_caps, OCI_AT(hull_ct_capabilities, permitted), NULL, false, 0, 0 },
	{ "ambient", read_caps, OCI_AT(hull_ct_capabilities, ambient), NULL, false, 0, 0 },
	END
};

static bool read_rlimit_type(struct oci_reader *reader, const struct oci_row *row,
			     const json_t *value, void *to)
{
	const char *text = oci_text(reader, value);
	int resource;

	(void)row;
	if (!text)
		return false;
	resource = strncmp(text, "RLIMIT_", 7) ? -1 : hull_ct_rlimit(text);
	if (resource < 0)
		return oci_refuse(reader, "'%.40s' is no resource limit", text);
	*(int *)to = resource;
	return true;
}

static const struct oci_row rlimit_rows[] = {
	{ "type", read_rlimit_type, OCI_AT(hull_ct_rlimit, resource), NULL, true, 0, 0 },
	{ "soft", oci_read_u64, OCI_AT(hull_ct_rlimit, soft), NULL, true, 0, 0 },
	{ "hard", oci_read_u64, OCI_AT(hull_ct_rlimit, hard), NULL, true, 0, 0 },
	END
};

static const struct oci_array rlimits = {
	sizeof(struct hull_ct_rlimit), OCI_AT(hull_ct_process, n_rlimits),
	OCI_AT(hull_ct_process, rlimits), oci_read_object, rlimit_rows,
};

static bool read_rlimits(struct oci_reader *reader, const struct oci_row *row,
			 const json_t *value, void *to)
{
	const struct hull_ct_process *process = to;
	uint64_t seen = 0;
	size_t i;

	if (!oci_read_array(reader, row, value, to))
		return false;
	for (i = 0; i < process->n_rlimits; i++) {
		const struct hull_ct_rlimit *rlimit = &process->rlimits[i];

		if (seen & 1ull << rlimit->resource)
			return oci_enter(reader, NULL, i) &&
			       oci_refuse(reader, "a second one of this type");
		if (rlimit->soft > rlimit->hard)
			return oci_enter(reader, NULL, i) &&
			       oci_refuse(reader, "soft is above hard");
		seen |= 1ull << rlimit->resource;
	}
	return true;
}

static bool read_oom(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		     void *to)
{
	struct hull_ct_process *process = to;
	int64_t number;

	(void)row;
	if (!oci_integer(reader, value, -1000, 1000, &number))
		return false;
	process->has_oom_score_adj = true;
	process->oom_score_adj = (int)number;
	return true;
}

static const struct oci_word policies[] = {
	{ "SCHED_OTHER", SCHED_OTHER }, { "SCHED_FIFO", SCHED_FIFO }, { "SCHED_RR", SCHED_RR },
	{ "SCHED_BATCH", SCHED_BATCH }, { "SCHED_ISO", 4 }, { "SCHED_IDLE", SCHED_IDLE },
	{ "SCHED_DEADLINE", SCHED_DEADLINE }, { NULL, 0 },
};

static const struct oci_word scheduler_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK },
	{ "SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM },
	{ "SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN },
	{ "SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY },
	{ "SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX },
	{ NULL, 0 },
};

static const struct oci_row scheduler_rows[] = {
	{ "policy", oci_read_word, OCI_AT(hull_ct_scheduler, policy), policies, true, 0, 0 },
	{ "nice", oci_read_int, OCI_AT(hull_ct_scheduler, nice), NULL, false, -20, 19 },
	{ "priority", oci_read_u32, OCI_AT(hull_ct_scheduler, priority), NULL, false, 0, 99 },
	{ "flags", oci_read_flags, OCI_AT(hull_ct_scheduler, flags), scheduler_flags, false, 0, 0 },
	{ "runtime", oci_read_u64, OCI_AT(hull_ct_scheduler, runtime_ns), NULL, false, 0, 0 },
	{ "deadline", oci_read_u64, OCI_AT(hull_ct_scheduler, deadline_ns), NULL, false, 0, 0 },
	{ "period", oci_read_u64, OCI_AT(hull_ct_scheduler, period_ns), NULL, false, 0, 0 },
	END
};

static bool read_scheduler(struct oci_reader *reader, const struct oci_row *row,
			   const json_t *value, void *to)
{
	struct hull_ct_scheduler *scheduler = to;
	bool realtime;

	if (!oci_read_object(reader, row, value, to))
		return false;
	scheduler->given = true;
	if (scheduler->policy == 4)
		return oci_refuse(reader, "SCHED_ISO is in no kernel");
	if (scheduler->flags & (SCHED_FLAG_UTIL_CLAMP_MIN | SCHED_FLAG_UTIL_CLAMP_MAX))
		return oci_refuse(reader, "clamps of utilization have no value here");
	realtime = scheduler->policy == SCHED_FIFO || scheduler->policy == SCHED_RR;
	if (realtime != !!scheduler->priority)
		return oci_refuse(reader, "a priority, from 1, goes with SCHED_FIFO and SCHED_RR");
	if (scheduler->policy != SCHED_DEADLINE &&
	    (scheduler->runtime_ns || scheduler->deadline_ns || scheduler->period_ns))
		return oci_refuse(reader, "runtime, deadline, period go with SCHED_DEADLINE");
	return true;
}

static const struct oci_word io_classes[] = {
	{ "IOPRIO_CLASS_RT", IOPRIO_CLASS_RT }, { "IOPRIO_CLASS_BE", IOPRIO_CLASS_BE },
	{ "IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE }, { NULL, 0 },
};

static const struct oci_row io_rows[] = {
	{ "class", oci_read_word, OCI_AT(hull_ct_process, io_class), io_classes, true, 0, 0 },
	{ "priority", oci_read_int, OCI_AT(hull_ct_process, io_priority), NULL, false, 0, 7 },
	END
};

static const struct oci_row process_rows[] = {
	{ "terminal", oci_read_bool, OCI_AT(hull_ct_process, terminal), NULL, false, 0, 0 },
	{ "consoleSize", oci_read_object, 0, console_rows, false, 0, 0 },
	{ "user", oci_read_object, 0, user_rows, false, 0, 0 },
	{ "args", oci_read_strings, OCI_AT(hull_ct_process, args), NULL, true, 0, 0 },
	{ "env", read_env, OCI_AT(hull_ct_process, env), NULL, false, 0, 0 },
	{ "cwd", oci_read_path, OCI_AT(hull_ct_process, cwd), NULL, true, 0, 0 },
	{ "capabilities", oci_read_object, OCI_AT(hull_ct_process, caps), caps_rows, false, 0, 0 },
	{ "rlimits", read_rlimits, 0, &rlimits, false, 0, 0 },
	{ "noNewPrivileges", oci_read_bool, OCI_AT(hull_ct_process, no_new_privs),
	  NULL, false, 0, 0 },
	{ "apparmorProfile", oci_read_string, OCI_AT(hull_ct_process, apparmor),
	  NULL, false, 0, 0 },
	{ "selinuxLabel", oci_read_string, OCI_AT(hull_ct_process, selinux), NULL, false, 0, 0 },
	{ "oomScoreAdj", read_oom, 0, NULL, false, 0, 0 },
	{ "scheduler", read_scheduler, OCI_AT(hull_ct_process, scheduler), scheduler_rows,
	  false, 0, 0 },
	{ "ioPriority", oci_read_object, 0, io_rows, false, 0, 0 },
	{ "commandLine", oci_read_never, 0, "command lines are Windows'; args", false, 0, 0 },
	{ "execCPUAffinity", oci_read_never, 0, "no process changes its CPUs on its way in",
	  false, 0, 0 },
	END
};

bool oci_read_process(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	struct hull_ct_process *process = to;
	const struct hull_ct_capabilities *caps = &process->caps;
	uint64_t ambient;

	(void)row;
	if (!oci_read_rows(reader, process_rows, value, to))
		return false;
	if (!process->args.n || !process->args.at[0][0])
		return oci_refuse(reader, "args: names no program");
	ambient = caps->ambient;
	if (caps->effective & ~caps->permitted)
		return oci_refuse(reader, "capabilities.effective: has one that permitted has not");
	process->caps.ambient &= caps->permitted & caps->inheritable;
	if (caps->ambient != ambient &&
	    !oci_warn(reader, "capabilities.ambient: what is not both permitted and inheritable "
		      "cannot be ambient, and is left out"))
		return false;
	if (process->apparmor && !process->apparmor[0])
		process->apparmor = NULL;
	if (process->selinux && !process->selinux[0])
		process->selinux = NULL;
	return true;
}
