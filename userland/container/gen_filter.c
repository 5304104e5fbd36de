// SPDX-License-Identifier: GPL-2.0-only
/* gen_filter - the default filter for the default capabilities, when vmctl is built */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <container/seccomp.h>

int main(void)
{
	struct hull_ct_seccomp rules = { .kind = HULL_CT_SECCOMP_DEFAULT };
	struct sock_filter *filter;
	const char *why;
	size_t n;

	if (hull_ct_seccomp_build(&rules, HULL_CT_DEFAULT_CAPABILITIES, &filter, &n, &why)) {
		fprintf(stderr, "gen_filter: %s\n", why);
		return 1;
	}
	return fwrite(filter, sizeof(*filter), n, stdout) != n;
}
