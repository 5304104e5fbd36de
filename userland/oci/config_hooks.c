// SPDX-License-Identifier: GPL-2.0-only
/* hooks: programs at moments of the container's life */
#include <limits.h>

#include <oci/config.h>

#define END	{ NULL, NULL, 0, NULL, false, 0, 0 }

const char *const oci_hook_names[HULL_CT_HOOK_NR] = {
	[HULL_CT_HOOK_PRESTART] = "prestart",
	[HULL_CT_HOOK_CREATE_RUNTIME] = "createRuntime",
	[HULL_CT_HOOK_CREATE_CONTAINER] = "createContainer",
	[HULL_CT_HOOK_START_CONTAINER] = "startContainer",
	[HULL_CT_HOOK_POSTSTART] = "poststart",
	[HULL_CT_HOOK_POSTSTOP] = "poststop",
};

#define TIMEOUT_MAX	86400

static const struct oci_row hook_rows[] = {
	{ "path", oci_read_path, OCI_AT(hull_ct_hook, path), NULL, true, 0, 0 },
	{ "args", oci_read_strings, OCI_AT(hull_ct_hook, args), NULL, false, 0, 0 },
	{ "env", oci_read_strings, OCI_AT(hull_ct_hook, env), NULL, false, 0, 0 },
	{ "timeout", oci_read_int, OCI_AT(hull_ct_hook, timeout), NULL, false, 1, TIMEOUT_MAX },
	END
};

static const struct oci_array hooks = {
	sizeof(struct hull_ct_hook), OCI_AT(hull_ct_hooks, n), OCI_AT(hull_ct_hooks, at),
	oci_read_object, hook_rows,
};

bool oci_read_hooks(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to)
{
	struct oci_row kinds[HULL_CT_HOOK_NR + 1] = { 0 };
	int i;

	(void)row;
	for (i = 0; i < HULL_CT_HOOK_NR; i++)
		kinds[i] = (struct oci_row){
			.key = oci_hook_names[i], .read = oci_read_array, .more = &hooks,
			.offset = (size_t)i * sizeof(struct hull_ct_hooks),
		};
	return oci_read_rows(reader, kinds, value, to);
}
