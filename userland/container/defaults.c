// SPDX-License-Identifier: GPL-2.0-only
/* defaults - what a container has that nobody said anything about */
#include <linux/capability.h>
#include <string.h>
#include <sys/mount.h>

#include <container/config.h>

#define N(a)	(sizeof(a) / sizeof((a)[0]))

#define SAFE	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* runtime-spec, "Default Filesystems", as runc spec and docker have them. */
static const struct hull_ct_mount mounts[] = {
	{ .target = "/proc", .type = "proc", .source = "proc", .attr_set = SAFE },
	{ .target = "/sys", .type = "sysfs", .source = "sysfs",
	  .attr_set = SAFE | MOUNT_ATTR_RDONLY },
	{ .target = "/sys/fs/cgroup", .type = "cgroup2", .source = "cgroup",
	  .attr_set = SAFE | MOUNT_ATTR_RDONLY },
	{ .target = "/dev", .type = "tmpfs", .source = "tmpfs",
	  .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME,
	  .data = "mode=755,size=65536k" },
	{ .target = "/dev/pts", .type = "devpts", .source = "devpts",
	  .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
	  .data = "newinstance,ptmxmode=0666,mode=0620" },
	{ .target = "/dev/shm", .type = "tmpfs", .source = "shm", .attr_set = SAFE,
	  .data = "mode=1777,size=65536k" },
	{ .target = "/dev/mqueue", .type = "mqueue", .source = "mqueue", .attr_set = SAFE },
};

static const enum hull_ct_ns private[] = {
	HULL_CT_IPC, HULL_CT_UTS, HULL_CT_NET, HULL_CT_PID, HULL_CT_CGROUP, HULL_CT_MNT,
};

static const char *const masked[] = {
	"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
	"/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
	"/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
};

static const char *const readonly[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

/* What docker leaves a container. */
#define CAP(name)	(1ull << CAP_##name)
#define CAPABILITIES	(CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) | CAP(FSETID) | CAP(KILL) | \
			 CAP(SETGID) | CAP(SETUID) | CAP(SETPCAP) | CAP(NET_BIND_SERVICE) | \
			 CAP(NET_RAW) | CAP(SYS_CHROOT) | CAP(MKNOD) | CAP(AUDIT_WRITE) | \
			 CAP(SETFCAP))

_Static_assert(CAPABILITIES == HULL_CT_DEFAULT_CAPABILITIES, "the header says the same");

/* Device nodes that the cgroup lets be opened besides those made by the set-up. */
static const struct hull_ct_device_rule device_rules[] = {
	{ false, 'a', -1, -1, HULL_CT_DEV_MKNOD | HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },
	{ true, 'c', -1, -1, HULL_CT_DEV_MKNOD },
	{ true, 'b', -1, -1, HULL_CT_DEV_MKNOD },
	{ true, 'c', 1, 3, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* null */
	{ true, 'c', 1, 5, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* zero */
	{ true, 'c', 1, 7, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* full */
	{ true, 'c', 1, 8, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* random */
	{ true, 'c', 1, 9, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* urandom */
	{ true, 'c', 5, 0, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* tty */
	{ true, 'c', 5, 1, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* console */
	{ true, 'c', 5, 2, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* ptmx */
	{ true, 'c', 136, -1, HULL_CT_DEV_READ | HULL_CT_DEV_WRITE },	/* pts */
};

static bool strings_set(struct hull_ct_config *config, struct hull_ct_strings *strings,
			const char *const *at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!hull_ct_strings_add(config, strings, at[i]))
			return false;
	return true;
}

bool hull_ct_config_defaults(struct hull_ct_config *config)
{
	struct hull_ct_capabilities *caps = &config->process.caps;
	size_t i;

	for (i = 0; i < N(private); i++)
		config->ns[private[i]].mode = HULL_CT_NS_PRIVATE;
	config->mounts = hull_ct_alloc(config, 8, sizeof(*mounts));
	config->resources.devices = hull_ct_alloc(config, 16, sizeof(*device_rules));
	if (!config->mounts || !config->resources.devices)
		return false;
	/* Allocated as hull_ct_append() would have: the next power of two. */
	_Static_assert(N(mounts) > 4 && N(mounts) <= 8, "room for the mounts");
	_Static_assert(N(device_rules) > 8 && N(device_rules) <= 16, "room for the rules");
	memcpy(config->mounts, mounts, sizeof(mounts));
	config->n_mounts = N(mounts);
	memcpy(config->resources.devices, device_rules, sizeof(device_rules));
	config->resources.n_devices = N(device_rules);
	caps->given = true;
	caps->bounding = CAPABILITIES;
	caps->permitted = CAPABILITIES;
	caps->effective = CAPABILITIES;
	config->default_devices = true;
	config->process.no_new_privs = true;
	config->seccomp.kind = HULL_CT_SECCOMP_DEFAULT;
	return strings_set(config, &config->masked, masked, N(masked)) &&
	       strings_set(config, &config->readonly, readonly, N(readonly));
}
