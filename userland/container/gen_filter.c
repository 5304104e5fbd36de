// SPDX-License-Identifier: GPL-2.0-only
/* gen_filter - the default filter for the default capabilities, when vmctl is built */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <container/filter_pack.h>
#include <container/seccomp.h>

int main(void)
{
	struct hull_ct_seccomp rules = { .kind = HULL_CT_SECCOMP_DEFAULT };
	struct sock_filter *filter, *packed;
	size_t n, n_packed;
	const char *why;

	if (hull_ct_seccomp_build(&rules, HULL_CT_DEFAULT_CAPABILITIES, &filter, &n, &why)) {
		fprintf(stderr, "gen_filter: %s\n", why);
		return 1;
	}
	packed = calloc(n, sizeof(*packed));
	n_packed = packed ? hull_filter_pack(filter, n, packed) : 0;
	if (!n_packed) {
		fprintf(stderr, "gen_filter: this filter can't be packed\n");
		return 1;
	}
	return fwrite(packed, sizeof(*packed), n_packed, stdout) != n_packed;
}
