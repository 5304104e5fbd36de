/* SPDX-License-Identifier: GPL-2.0-only */
/* config.json of an OCI bundle (runtime-spec 1.2) to a container's configuration. */
#ifndef HULL_OCI_CONFIG_H
#define HULL_OCI_CONFIG_H

#include <oci/read.h>

#define OCI_CONFIG_FILE		"config.json"
#define OCI_VERSION		"1.2.0"		/* of the runtime-spec that is read */
#define OCI_VERSION_OLDEST	"1.0.0"

/* What a parsed config.json says besides the container. */
struct oci_bundle {
	struct hull_ct_config *config;
	const char *path;		/* absolute; in @config's memory */
	const char *version;		/* ociVersion */
	struct hull_ct_strings warnings;
	json_t *json;			/* all of it */
	bool check_memory;		/* of resources: checkBeforeUpdate */
};

/**
 * oci_bundle_load - config.json in directory @path
 *
 * Return: 0, or -1 and *@error, whose text begins "config.json: ". oci_bundle_free() it.
 */
int oci_bundle_load(struct oci_bundle *bundle, const char *path, struct hull_error *error);
/** oci_bundle_parse - the same, of text; @path: what relative paths begin at */
int oci_bundle_parse(struct oci_bundle *bundle, const char *path, const char *text, size_t len,
		     struct hull_error *error);
void oci_bundle_free(struct oci_bundle *bundle);
/** oci_bundle_read - the same, of @json, which is freed; NULL: *@error says already why */
int oci_bundle_read(struct oci_bundle *bundle, const char *path, json_t *json,
		    struct hull_error *error);

/** oci_process_load - of `exec --process FILE`: its "process", into @bundle->config */
int oci_process_load(struct oci_bundle *bundle, const char *file, struct hull_error *error);
int oci_process_parse(struct oci_bundle *bundle, const char *text, size_t len,
		      struct hull_error *error);
/** oci_resources_read - linux.resources alone, of @json, which is freed */
int oci_resources_read(struct oci_bundle *bundle, json_t *json, const char *file,
		       struct hull_error *error);
/** oci_resources_load - of `update --resources FILE`; "-" is stdin */
int oci_resources_load(struct oci_bundle *bundle, const char *file, struct hull_error *error);

/** oci_seccomp_load - a "seccomp" section as a file, as docker has profiles: into @config */
int oci_seccomp_load(struct hull_ct_config *config, const char *file, struct hull_error *error);

/* Of one section each. */
bool oci_read_process(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to);	/* struct hull_ct_process */
bool oci_read_mount(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to);		/* struct hull_ct_mount */
bool oci_read_resources(struct oci_reader *reader, const struct oci_row *row,
			const json_t *value, void *to);	/* struct hull_ct_resources */
bool oci_read_linux(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to);		/* struct hull_ct_config */
bool oci_read_seccomp(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to);	/* struct hull_ct_seccomp */
bool oci_read_hooks(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to);		/* struct hull_ct_hooks[HULL_CT_HOOK_NR] */
extern const char *const oci_hook_names[HULL_CT_HOOK_NR];
extern const struct oci_row oci_id_map_rows[];	/* struct hull_ct_id_map */

#endif
