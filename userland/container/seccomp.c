// SPDX-License-Identifier: GPL-2.0-only
/* seccomp - filters of system calls, by libseccomp */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <container/seccomp.h>
#include <container/seccomp_list.h>

#define FILTER_MAX	4096	/* BPF_MAXINSNS */

/* What clone() may not ask for without CAP_SYS_ADMIN; clone3() can't be looked into. */
#define NAMESPACES	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
			 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static int fail(const char **why, const char *what, int code)
{
	*why = what;
	errno = -code;
	return -1;
}

/* Values that personality(2) may be asked for: Linux, 32 bits, randomisation, a query. */
static int personality_allow(scmp_filter_ctx ctx)
{
	static const uint32_t values[] = { 0, 8, 0x20000, 0x20008, 0xffffffff };
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(values) / sizeof(values[0]); i++)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(personality), 1,
				       SCMP_A0(SCMP_CMP_EQ, values[i]));
	return ret;
}

static int names_allow(scmp_filter_ctx ctx, const char *names)
{
	char *copy = strdup(names), *rest = copy, *name;
	int ret = copy ? 0 : -ENOMEM, nr;

	while (!ret && (name = strsep(&rest, " "))) {
		nr = seccomp_syscall_resolve_name(name);
		/* Unknown to this library, or not of this architecture. */
		if (nr != __NR_SCMP_ERROR && nr >= 0)
			ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);
	}
	free(copy);
	return ret;
}

static int default_add(scmp_filter_ctx ctx, uint64_t capabilities, const char **why)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < hull_ct_seccomp_rows_n; i++) {
		const struct hull_ct_seccomp_row *row = &hull_ct_seccomp_rows[i];

		if (!row->capability || capabilities & row->capability)
			ret = names_allow(ctx, row->names);
	}
	if (!ret)
		ret = personality_allow(ctx);
	/* Not AF_VSOCK: it leads to the host of a virtual machine. */
	if (!ret)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_NE, AF_VSOCK));
	if (!ret && !(capabilities & 1ull << CAP_SYS_ADMIN)) {
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				       SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACES, 0));
		if (!ret)
			ret = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	}
	return ret ? fail(why, "the default list of system calls", ret) : 0;
}

static int rule_add(scmp_filter_ctx ctx, const struct hull_ct_seccomp_rule *rule, int nr)
{
	struct scmp_arg_cmp args[6];
	unsigned int count[6] = { 0 };
	bool twice = false;
	size_t i;
	int ret = 0;

	if (rule->n_args > 6)
		return -EINVAL;
	for (i = 0; i < rule->n_args; i++) {
		args[i] = (struct scmp_arg_cmp){
			.arg = rule->args[i].index, .op = rule->args[i].op,
			.datum_a = rule->args[i].value, .datum_b = rule->args[i].value_two,
		};
		if (args[i].arg > 5)
			return -EINVAL;
		twice |= count[args[i].arg]++;
	}
	if (!twice)
		return seccomp_rule_add_array(ctx, rule->action, nr, (unsigned int)rule->n_args,
					      args);
	/* Conditions on one argument twice are alternatives, as runc and crun have it. */
	for (i = 0; !ret && i < rule->n_args; i++)
		ret = seccomp_rule_add_array(ctx, rule->action, nr, 1, &args[i]);
	return ret;
}

static int rules_add(scmp_filter_ctx ctx, const struct hull_ct_seccomp *rules, const char **why)
{
	size_t i, j;
	int ret, nr;

	for (i = 0; i < rules->n_rules; i++) {
		const struct hull_ct_seccomp_rule *rule = &rules->rules[i];

		/* It would change nothing, and libseccomp refuses it. */
		if (rule->action == rules->default_action)
			continue;
		for (j = 0; j < rule->names.n; j++) {
			nr = seccomp_syscall_resolve_name(rule->names.at[j]);
			if (nr == __NR_SCMP_ERROR)
				continue;
			ret = rule_add(ctx, rule, nr);
			if (ret && ret != -EDOM)
				return fail(why, rule->names.at[j], ret);
		}
	}
	return 0;
}

static int architectures_add(scmp_filter_ctx ctx, const struct hull_ct_seccomp *rules,
			     const char **why)
{
	size_t i;
	int ret;

	for (i = 0; i < rules->n_architectures; i++) {
		ret = seccomp_arch_add(ctx, rules->architectures[i]);
		if (ret && ret != -EEXIST)
			return fail(why, "an architecture", ret);
	}
	return 0;
}

/* The library writes programs to descriptors only. */
static int program_read(scmp_filter_ctx ctx, struct sock_filter **filter, size_t *n,
			const char **why)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), ret;
	off_t size;

	if (fd < 0)
		return fail(why, "a filter", -errno);
	ret = seccomp_export_bpf(ctx, fd);
	size = ret ? 0 : lseek(fd, 0, SEEK_CUR);
	*n = (size_t)size / sizeof(**filter);
	*filter = *n && *n <= FILTER_MAX ? malloc((size_t)size) : NULL;
	if (!ret && *n > FILTER_MAX)
		ret = -E2BIG;
	else if (!ret && (!*filter || pread(fd, *filter, (size_t)size, 0) != size))
		ret = -ENOMEM;
	close(fd);
	if (!ret)
		return 0;
	free(*filter);
	*filter = NULL;
	return fail(why, "a filter of at most 4096 instructions", ret);
}

int hull_ct_seccomp_build(const struct hull_ct_seccomp *rules, uint64_t capabilities,
			  struct sock_filter **filter, size_t *n, const char **why)
{
	bool usual = rules->kind == HULL_CT_SECCOMP_DEFAULT;
	scmp_filter_ctx ctx = seccomp_init(usual ? SCMP_ACT_ERRNO(EPERM) : rules->default_action);
	int ret;

	if (!ctx)
		return fail(why, "the default action", -EINVAL);
	/* Calls are looked for by halving, not one after the other. */
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	ret = architectures_add(ctx, rules, why);
	if (!ret)
		ret = usual ? default_add(ctx, capabilities, why) : rules_add(ctx, rules, why);
	if (!ret)
		ret = program_read(ctx, filter, n, why);
	seccomp_release(ctx);
	return ret;
}
