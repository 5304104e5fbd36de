/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of groups: each changes the configuration that the others have made so far. */
#ifndef HULL_CMD_GROUP_OPTIONS_H
#define HULL_CMD_GROUP_OPTIONS_H

#include <container/config.h>
#include <cmd/command.h>

/* A command of groups lists those it takes: rows of group_rows.c. */
enum group_option {
	GROUP_HELP, GROUP_JSON, GROUP_NAME, GROUP_LABEL, GROUP_TRANSIENT, GROUP_COUNT,
	GROUP_ROOTFS, GROUP_LOWER, GROUP_OVERLAY, GROUP_UPPER, GROUP_READ_ONLY, GROUP_NO_PIVOT,
	GROUP_IDMAP, GROUP_VOLUME, GROUP_MOUNT, GROUP_TMPFS, GROUP_DEVICE,
	GROUP_ENV, GROUP_WORKDIR, GROUP_USER, GROUP_GROUP_ADD, GROUP_UMASK, GROUP_HOSTNAME,
	GROUP_INIT, GROUP_RLIMIT, GROUP_SYSCTL, GROUP_OOM_SCORE_ADJ,
	GROUP_MEMORY, GROUP_MEMORY_HIGH, GROUP_SWAP, GROUP_CPUS, GROUP_CPU_WEIGHT, GROUP_CPUSET,
	GROUP_PIDS, GROUP_IO, GROUP_IO_WEIGHT,
	GROUP_CAP_ADD, GROUP_CAP_DROP, GROUP_NO_NEW_PRIVILEGES, GROUP_SECCOMP, GROUP_LANDLOCK,
	GROUP_APPARMOR,
	GROUP_USERNS, GROUP_PID, GROUP_NET, GROUP_UTS, GROUP_IPC, GROUP_CGROUPNS, GROUP_TIME,
	GROUP_UIDMAP, GROUP_GIDMAP,
	GROUP_TTY, GROUP_INTERACTIVE, GROUP_DETACH, GROUP_REMOVE, GROUP_DRY_RUN,
	GROUP_ALL, GROUP_FORCE, GROUP_FOLLOW,
	GROUP_OPTION_N,
};

extern const struct option_table group_table;

#define GTAKES(option)	OPTION_BIT(GROUP_##option)

#define GTAKES_LIMITS	(GTAKES(MEMORY) | GTAKES(MEMORY_HIGH) | GTAKES(SWAP) | GTAKES(CPUS) | \
			 GTAKES(CPU_WEIGHT) | GTAKES(CPUSET) | GTAKES(PIDS) | GTAKES(IO) | \
			 GTAKES(IO_WEIGHT))
#define GTAKES_RIGHTS	(GTAKES(CAP_ADD) | GTAKES(CAP_DROP) | GTAKES(NO_NEW_PRIVILEGES) | \
			 GTAKES(SECCOMP) | GTAKES(LANDLOCK) | GTAKES(APPARMOR))
#define GTAKES_PROGRAM	(GTAKES(ENV) | GTAKES(WORKDIR) | GTAKES(USER) | GTAKES(GROUP_ADD) | \
			 GTAKES(UMASK) | GTAKES(TTY))
#define GTAKES_SPACES	(GTAKES(USERNS) | GTAKES(PID) | GTAKES(NET) | GTAKES(UTS) | GTAKES(IPC) | \
			 GTAKES(CGROUPNS) | GTAKES(TIME) | GTAKES(UIDMAP) | GTAKES(GIDMAP))
#define GTAKES_ROOT	(GTAKES(ROOTFS) | GTAKES(LOWER) | GTAKES(OVERLAY) | GTAKES(UPPER) | \
			 GTAKES(READ_ONLY) | GTAKES(NO_PIVOT) | GTAKES(IDMAP) | GTAKES(VOLUME) | \
			 GTAKES(MOUNT) | GTAKES(TMPFS) | GTAKES(DEVICE))
/* all that makes a group what it is */
#define GTAKES_GROUP	(GTAKES_LIMITS | GTAKES_RIGHTS | GTAKES_PROGRAM | GTAKES_SPACES | \
			 GTAKES_ROOT | GTAKES(NAME) | GTAKES(LABEL) | GTAKES(HOSTNAME) | \
			 GTAKES(INIT) | GTAKES(RLIMIT) | GTAKES(SYSCTL) | GTAKES(OOM_SCORE_ADJ) | \
			 GTAKES(INTERACTIVE) | GTAKES(REMOVE) | GTAKES(DRY_RUN))

/*
 * The options that made a group, and then those of a later command on it.
 *
 * @made is what @args->argv was then: it is not looked at whether what it names is still there.
 * STATUS_OK, or STATUS_USAGE, having said why.
 */
enum status group_options_again(const struct command *command, const struct args *args,
				char *const *made, int n_made, struct args *both);

/*
 * group_config - the configuration that @args ask for, with @words as the program
 *
 * It is the caller's: hull_ct_config_free(). NULL: no memory.
 */
struct hull_ct_config *group_config(const struct args *args, char *const *words, int n_words);

#define GROUP_OPTION(name) \
	bool group_parse_##name(const char *text, struct args *args, const char **why)

GROUP_OPTION(help);
GROUP_OPTION(json);
GROUP_OPTION(name);
GROUP_OPTION(label);
GROUP_OPTION(transient);
GROUP_OPTION(count);
GROUP_OPTION(rootfs);
GROUP_OPTION(lower);
GROUP_OPTION(overlay);
GROUP_OPTION(upper);
GROUP_OPTION(read_only);
GROUP_OPTION(no_pivot);
GROUP_OPTION(idmap);
GROUP_OPTION(volume);
GROUP_OPTION(mount);
GROUP_OPTION(tmpfs);
GROUP_OPTION(device);
GROUP_OPTION(env);
GROUP_OPTION(workdir);
GROUP_OPTION(user);
GROUP_OPTION(group_add);
GROUP_OPTION(umask);
GROUP_OPTION(hostname);
GROUP_OPTION(memory);
GROUP_OPTION(memory_high);
GROUP_OPTION(swap);
GROUP_OPTION(cpus);
GROUP_OPTION(cpu_weight);
GROUP_OPTION(cpuset);
GROUP_OPTION(pids);
GROUP_OPTION(io);
GROUP_OPTION(io_weight);
GROUP_OPTION(cap_add);
GROUP_OPTION(cap_drop);
GROUP_OPTION(no_new_privileges);
GROUP_OPTION(seccomp);
GROUP_OPTION(landlock);
GROUP_OPTION(apparmor);
GROUP_OPTION(userns);
GROUP_OPTION(pid);
GROUP_OPTION(net);
GROUP_OPTION(uts);
GROUP_OPTION(ipc);
GROUP_OPTION(cgroupns);
GROUP_OPTION(time);
GROUP_OPTION(uidmap);
GROUP_OPTION(gidmap);
GROUP_OPTION(init);
GROUP_OPTION(rlimit);
GROUP_OPTION(sysctl);
GROUP_OPTION(oom_score_adj);
GROUP_OPTION(tty);
GROUP_OPTION(interactive);
GROUP_OPTION(detach);
GROUP_OPTION(remove);
GROUP_OPTION(dry_run);
GROUP_OPTION(all);
GROUP_OPTION(force);
GROUP_OPTION(follow);

#endif
