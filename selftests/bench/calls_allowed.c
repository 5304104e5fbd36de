// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls_allowed - a group's default list of system calls, as the "seccomp" of a config.json
 *
 * So that other runtimes load a filter that allows the same.
 */
#include <stdio.h>

#include <container/config.h>
#include <container/seccomp_list.h>

int main(void)
{
	const struct hull_ct_seccomp_row *row = hull_ct_seccomp_rows;
	const char *c, *mark = "";
	size_t i;

	printf("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
	       "\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[");
	for (i = 0; i < hull_ct_seccomp_rows_n; i++, row++) {
		if (row->capability && !(row->capability & HULL_CT_DEFAULT_CAPABILITIES))
			continue;
		printf("%s\"", mark);
		for (c = row->names; *c; c++)
			printf(*c == ' ' ? "\",\"" : "%c", *c);
		printf("\"");
		mark = ",";
	}
	/* Those that a group may make with some arguments only. */
	printf("%s\"clone\",\"personality\",\"socket\"]}]}\n", mark);
	return 0;
}
