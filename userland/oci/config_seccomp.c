// SPDX-License-Identifier: GPL-2.0-only
/* seccomp: which system calls may be made, and what happens at others */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <seccomp.h>
#include <string.h>
#include <linux/seccomp.h>

#include <oci/config.h>

#define END	{ NULL, NULL, 0, NULL, false, 0, 0 }

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV	(1UL << 5)
#endif

#define ERRNO_MAX	4095

static const struct oci_word actions[] = {
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
	{ NULL, 0 },
};

static const struct oci_word operators[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE }, { "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE }, { "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE }, { "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ }, { NULL, 0 },
};

static const struct oci_word flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
	{ NULL, 0 },
};

/* SCMP_ARCH_X86_64 is what the library calls x86_64. */
static bool read_arch(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	const char *text = oci_text(reader, value);
	char name[32];
	uint32_t arch;
	size_t i;

	(void)row;
	if (!text)
		return false;
	if (strncmp(text, "SCMP_ARCH_", 10) || strlen(text + 10) >= sizeof(name))
		return oci_refuse(reader, "'%.40s' is not known", text);
	for (i = 0; text[10 + i]; i++)
		name[i] = (char)tolower((unsigned char)text[10 + i]);
	name[i] = '\0';
	arch = *name ? seccomp_arch_resolve_name(name) : 0;
	if (!arch)
		return oci_refuse(reader, "'%.40s' is not known to libseccomp", text);
	*(uint32_t *)to = arch;
	return true;
}

static const struct oci_array arches = {
	sizeof(uint32_t), OCI_AT(hull_ct_seccomp, n_architectures),
	OCI_AT(hull_ct_seccomp, architectures), read_arch, NULL,
};

static const struct oci_row arg_rows[] = {
	{ "index", oci_read_u32, OCI_AT(hull_ct_seccomp_arg, index), NULL, true, 0, 5 },
	{ "value", oci_read_u64, OCI_AT(hull_ct_seccomp_arg, value), NULL, true, 0, 0 },
	{ "valueTwo", oci_read_u64, OCI_AT(hull_ct_seccomp_arg, value_two), NULL, false, 0, 0 },
	{ "op", oci_read_word, OCI_AT(hull_ct_seccomp_arg, op), operators, true, 0, 0 },
	END
};

static const struct oci_array args = {
	sizeof(struct hull_ct_seccomp_arg), OCI_AT(hull_ct_seccomp_rule, n_args),
	OCI_AT(hull_ct_seccomp_rule, args), oci_read_object, arg_rows,
};

/* Action and errno are two properties of the file and one number of the kernel's. */
struct action {
	uint32_t action;
	bool has_errno;
	uint32_t error;
};

static bool read_action(struct oci_reader *reader, const struct oci_row *row,
			const json_t *value, void *to)
{
	uint64_t action;

	(void)row;
	if (!oci_find_word(reader, actions, value, &action))
		return false;
	*(uint32_t *)to = (uint32_t)action;
	return true;
}

static bool read_errno(struct oci_reader *reader, const struct oci_row *row,
		       const json_t *value, void *to)
{
	struct action *action = to;
	int64_t number;

	(void)row;
	if (!oci_integer(reader, value, 0, ERRNO_MAX, &number))
		return false;
	action->has_errno = true;
	action->error = (uint32_t)number;
	return true;
}

static bool action_whole(struct oci_reader *reader, const struct action *action, uint32_t *whole)
{
	bool takes = action->action == SCMP_ACT_ERRNO(0) || action->action == SCMP_ACT_TRACE(0);

	*whole = action->action;
	if (takes)
		*whole |= action->has_errno ? action->error : EPERM;
	else if (action->has_errno && action->error)
		return oci_refuse(reader, "an errno with an action that returns none");
	return true;
}

struct rule {
	struct hull_ct_seccomp_rule rule;
	struct action action;
};

static const struct oci_row rule_rows[] = {
	{ "names", oci_read_strings, OCI_AT(rule, rule.names), NULL, true, 0, 0 },
	{ "action", read_action, OCI_AT(rule, action.action), NULL, true, 0, 0 },
	{ "errnoRet", read_errno, OCI_AT(rule, action), NULL, false, 0, 0 },
	{ "args", oci_read_array, OCI_AT(rule, rule), &args, false, 0, 0 },
	END
};

static bool read_rule(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	struct rule rule = { 0 };
	size_t i;

	(void)row;
	if (!oci_read_rows(reader, rule_rows, value, &rule))
		return false;
	if (!rule.rule.names.n)
		return oci_refuse(reader, "names: none");
	for (i = 0; i < rule.rule.names.n; i++)
		if (!rule.rule.names.at[i][0] || strlen(rule.rule.names.at[i]) > 64)
			return oci_refuse(reader, "names[%zu]: no name of a system call", i);
	if (rule.rule.n_args > 6)
		return oci_refuse(reader, "args: more than 6");
	if (!action_whole(reader, &rule.action, &rule.rule.action))
		return false;
	*(struct hull_ct_seccomp_rule *)to = rule.rule;
	return true;
}

static const struct oci_array rules = {
	sizeof(struct hull_ct_seccomp_rule), OCI_AT(hull_ct_seccomp, n_rules),
	OCI_AT(hull_ct_seccomp, rules), read_rule, NULL,
};

struct section {
	struct hull_ct_seccomp seccomp;
	struct action action;
	uint64_t flags;
};

static const struct oci_row rows[] = {
	{ "defaultAction", read_action, OCI_AT(section, action.action), NULL, true, 0, 0 },
	{ "defaultErrnoRet", read_errno, OCI_AT(section, action), NULL, false, 0, 0 },
	{ "architectures", oci_read_array, OCI_AT(section, seccomp), &arches, false, 0, 0 },
	{ "flags", oci_read_flags, OCI_AT(section, flags), flags, false, 0, 0 },
	{ "listenerPath", oci_read_string, OCI_AT(section, seccomp.listener_path),
	  NULL, false, 0, 107 },
	{ "listenerMetadata", oci_read_string, OCI_AT(section, seccomp.listener_metadata), NULL,
	  false, 0, 0 },
	{ "syscalls", oci_read_array, OCI_AT(section, seccomp), &rules, false, 0, 0 },
	END
};

static bool listener_check(struct oci_reader *reader, struct hull_ct_seccomp *seccomp)
{
	bool notify = seccomp->default_action == SCMP_ACT_NOTIFY;
	size_t i;

	for (i = 0; i < seccomp->n_rules; i++)
		notify |= seccomp->rules[i].action == SCMP_ACT_NOTIFY;
	if (seccomp->listener_path && !seccomp->listener_path[0])
		seccomp->listener_path = NULL;
	if (seccomp->listener_metadata && !seccomp->listener_metadata[0])
		seccomp->listener_metadata = NULL;
	if (seccomp->listener_path && seccomp->listener_path[0] != '/')
		return oci_refuse(reader, "listenerPath: not an absolute path");
	if (seccomp->listener_metadata && !seccomp->listener_path)
		return oci_refuse(reader, "listenerMetadata: without listenerPath");
	if (notify && !seccomp->listener_path)
		return oci_refuse(reader, "SCMP_ACT_NOTIFY: needs listenerPath");
	if (notify)
		seccomp->flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	/* Nobody could answer the calls by which the answer is made possible. */
	if (seccomp->default_action == SCMP_ACT_NOTIFY)
		return oci_refuse(reader, "defaultAction: SCMP_ACT_NOTIFY would stop the set-up");
	return true;
}

static bool lets_pass(uint32_t action)
{
	return action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG;
}

/* A call that the library has no number of falls under the default; never to its good. */
static bool names_check(struct oci_reader *reader, const struct hull_ct_seccomp *seccomp)
{
	size_t i, k;

	if (!lets_pass(seccomp->default_action))
		return true;
	for (i = 0; i < seccomp->n_rules; i++) {
		const struct hull_ct_seccomp_rule *rule = &seccomp->rules[i];

		for (k = 0; k < rule->names.n && !lets_pass(rule->action); k++)
			if (seccomp_syscall_resolve_name(rule->names.at[k]) == __NR_SCMP_ERROR)
				return oci_refuse(reader, "syscalls[%zu]: libseccomp does not know "
						  "'%.40s', and it would be allowed", i,
						  rule->names.at[k]);
	}
	return true;
}

bool oci_read_seccomp(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	struct section section = { 0 };

	(void)row;
	if (!oci_read_rows(reader, rows, value, &section) ||
	    !action_whole(reader, &section.action, &section.seccomp.default_action))
		return false;
	section.seccomp.kind = HULL_CT_SECCOMP_RULES;
	section.seccomp.flags = (unsigned int)section.flags;
	if (!listener_check(reader, &section.seccomp) || !names_check(reader, &section.seccomp))
		return false;
	*(struct hull_ct_seccomp *)to = section.seccomp;
	return true;
}
