// SPDX-License-Identifier: GPL-2.0-only
/* config - the whole file, and its sections root, annotations, hostname */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <oci/config.h>

#define HOST_NAME_BYTES		64	/* what the kernel takes */

/* "1.0.2-dev", "1.2.0": one file format since 1.0. */
static bool read_version(struct oci_reader *reader, const struct oci_row *row,
			 const json_t *value, void *to)
{
	const char *text = oci_text(reader, value);
	unsigned int major, minor, patch;

	(void)row;
	(void)to;
	if (!text)
		return false;
	if (sscanf(text, "%3u.%3u.%5u", &major, &minor, &patch) != 3)
		return oci_refuse(reader, "not a version such as " OCI_VERSION);
	if (major != 1)
		return oci_refuse(reader, "version %u is not known here, only 1", major);
	return true;
}

static bool read_root_path(struct oci_reader *reader, const struct oci_row *row,
			   const json_t *value, void *to)
{
	const char *text = oci_text(reader, value);

	(void)row;
	if (!text)
		return false;
	if (!*text)
		return oci_refuse(reader, "empty");
	if (text[0] != '/') {
		if (!reader->bundle)
			return oci_refuse(reader, "not an absolute path");
		text = hull_ct_printf(reader->config, "%s/%s", reader->bundle, text);
		if (!text)
			return oci_no_memory(reader);
	}
	if (strlen(text) >= PATH_MAX)
		return oci_refuse(reader, "longer than a path may be");
	memcpy(to, &text, sizeof(text));
	return true;
}

static const struct oci_row root_rows[] = {
	{ "path", read_root_path, OCI_AT(hull_ct_root, path), NULL, true, 0, 0 },
	{ "readonly", oci_read_bool, OCI_AT(hull_ct_root, readonly), NULL, false, 0, 0 },
	{ NULL, NULL, 0, NULL, false, 0, 0 },
};

static bool annotation_add(struct oci_reader *reader, const char *key, const json_t *value,
			   void *to)
{
	struct hull_ct_config *config = to;
	const char *text = oci_text(reader, value), *name;
	struct hull_ct_pair *pair;

	if (!text)
		return false;
	if (!*key)
		return oci_refuse(reader, "an annotation without a name");
	pair = hull_ct_append(config, &config->annotations, &config->n_annotations, sizeof(*pair));
	name = hull_ct_strdup(config, key);
	if (!pair || !name)
		return oci_no_memory(reader);
	pair->name = name;
	pair->value = text;
	return true;
}

static bool read_annotations(struct oci_reader *reader, const struct oci_row *row,
			     const json_t *value, void *to)
{
	(void)row;
	return oci_read_map(reader, value, annotation_add, to);
}

static const struct oci_array mounts = {
	sizeof(struct hull_ct_mount), OCI_AT(hull_ct_config, n_mounts),
	OCI_AT(hull_ct_config, mounts), oci_read_mount, NULL,
};

static const struct oci_row config_rows[] = {
	{ "ociVersion", read_version, 0, NULL, true, 0, 0 },
	{ "process", oci_read_process, OCI_AT(hull_ct_config, process), NULL, false, 0, 0 },
	{ "root", oci_read_object, OCI_AT(hull_ct_config, root), root_rows, true, 0, 0 },
	{ "hostname", oci_read_string, OCI_AT(hull_ct_config, hostname), NULL, false, 0,
	  HOST_NAME_BYTES },
	{ "domainname", oci_read_string, OCI_AT(hull_ct_config, domainname), NULL, false, 0,
	  HOST_NAME_BYTES },
	{ "mounts", oci_read_array, 0, &mounts, false, 0, 0 },
	{ "hooks", oci_read_hooks, OCI_AT(hull_ct_config, hooks), NULL, false, 0, 0 },
	{ "annotations", read_annotations, 0, NULL, false, 0, 0 },
	{ "linux", oci_read_linux, 0, NULL, false, 0, 0 },
	{ "solaris", oci_read_never, 0, "this is Linux", false, 0, 0 },
	{ "windows", oci_read_never, 0, "this is Linux", false, 0, 0 },
	{ "zos", oci_read_never, 0, "this is Linux", false, 0, 0 },
	{ "vm", oci_read_never, 0, "a container is no VM here", false, 0, 0 },
	{ NULL, NULL, 0, NULL, false, 0, 0 },
};

static void reader_init(struct oci_reader *reader, struct oci_bundle *bundle, const char *file,
			struct hull_error *error)
{
	*reader = (struct oci_reader){
		.file = file, .config = bundle->config, .bundle = bundle->path, .error = error,
		.warnings = &bundle->warnings,
	};
}

static int bundle_begin(struct oci_bundle *bundle, const char *path, struct hull_error *error)
{
	*bundle = (struct oci_bundle){ .config = hull_ct_config_new() };
	if (bundle->config && path)
		bundle->path = hull_ct_strdup(bundle->config, path);
	if (bundle->config && (!path || bundle->path))
		return 0;
	oci_bundle_free(bundle);
	return hull_error_set(error, ENOMEM, "no memory");
}

void oci_bundle_free(struct oci_bundle *bundle)
{
	hull_ct_config_free(bundle->config);
	json_decref(bundle->json);
	bundle->json = NULL;
	bundle->config = NULL;
}

/* What no table can say: sections that need each other. */
static bool check_whole(struct oci_reader *reader)
{
	struct hull_ct_config *config = reader->config;
	const char *why = NULL;

	if (config->ns[HULL_CT_MNT].mode == HULL_CT_NS_HOST)
		return oci_refuse(reader, "linux.namespaces: no mount namespace: a root of its own "
				  "needs one");
	if (!hull_ct_config_check(config, &why))
		return oci_refuse(reader, "%s", why);
	return true;
}

static int config_read(struct oci_bundle *bundle, const json_t *json, struct hull_error *error)
{
	struct oci_reader reader;
	json_t *version;

	reader_init(&reader, bundle, OCI_CONFIG_FILE, error);
	bundle->config->default_devices = true;
	/* A section that is not there leaves a process without any capability. */
	bundle->config->process.caps.given = true;
	if (!oci_read_rows(&reader, config_rows, json, bundle->config))
		return -1;
	version = json_object_get(json, "ociVersion");
	bundle->version = hull_ct_strdup(bundle->config, json_string_value(version));
	if (!bundle->version)
		return hull_error_set(error, ENOMEM, "no memory");
	return check_whole(&reader) ? 0 : -1;
}

int oci_bundle_read(struct oci_bundle *bundle, const char *path, json_t *json,
		    struct hull_error *error)
{
	int ret;

	*bundle = (struct oci_bundle){ .config = NULL };
	if (!json)
		return -1;
	ret = bundle_begin(bundle, path, error);
	bundle->json = json;
	if (!ret)
		ret = config_read(bundle, json, error);
	if (ret)
		oci_bundle_free(bundle);
	return ret;
}

int oci_bundle_parse(struct oci_bundle *bundle, const char *path, const char *text, size_t len,
		     struct hull_error *error)
{
	return oci_bundle_read(bundle, path, oci_json_parse(OCI_CONFIG_FILE, text, len, error),
			       error);
}

int oci_bundle_load(struct oci_bundle *bundle, const char *path, struct hull_error *error)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *absolute = dir < 0 ? NULL : realpath(path, NULL);
	int ret = -1;

	*bundle = (struct oci_bundle){ .config = NULL };
	if (!absolute)
		hull_error_set(error, errno, "bundle %s: %s", path, strerror(errno));
	else
		ret = oci_bundle_read(bundle, absolute,
				      oci_json_load(dir, OCI_CONFIG_FILE, OCI_CONFIG_FILE, error),
				      error);
	free(absolute);
	if (dir >= 0)
		close(dir);
	return ret;
}

static int process_read(struct oci_bundle *bundle, json_t *json, const char *file,
			struct hull_error *error)
{
	const struct oci_row row = { .key = NULL };
	struct oci_reader reader;
	int ret = -1;

	*bundle = (struct oci_bundle){ .config = NULL };
	if (!json)
		return -1;
	if (!bundle_begin(bundle, NULL, error)) {
		reader_init(&reader, bundle, file, error);
		bundle->config->process.caps.given = true;
		if (oci_read_process(&reader, &row, json, &bundle->config->process))
			ret = 0;
		else
			oci_bundle_free(bundle);
	}
	json_decref(json);
	return ret;
}

int oci_process_parse(struct oci_bundle *bundle, const char *text, size_t len,
		      struct hull_error *error)
{
	return process_read(bundle, oci_json_parse("process", text, len, error), "process", error);
}

int oci_process_load(struct oci_bundle *bundle, const char *file, struct hull_error *error)
{
	return process_read(bundle, oci_json_load(AT_FDCWD, file, file, error), file, error);
}

int oci_resources_read(struct oci_bundle *bundle, json_t *json, const char *file,
		       struct hull_error *error)
{
	const struct oci_row row = { .key = NULL };
	struct oci_reader reader;
	int ret = -1;

	*bundle = (struct oci_bundle){ .config = NULL };
	if (!json)
		return -1;
	if (bundle_begin(bundle, NULL, error)) {
		json_decref(json);
	} else {
		bundle->json = json;
		reader_init(&reader, bundle, file, error);
		if (oci_read_resources(&reader, &row, json, &bundle->config->resources))
			ret = 0;
		bundle->check_memory = reader.check_memory;
		if (ret)
			oci_bundle_free(bundle);
	}
	return ret;
}

int oci_resources_load(struct oci_bundle *bundle, const char *file, struct hull_error *error)
{
	const char *name = strcmp(file, "-") ? file : NULL;

	return oci_resources_read(bundle, oci_json_load(AT_FDCWD, name, file, error), file, error);
}

int oci_seccomp_load(struct hull_ct_config *config, const char *file, struct hull_error *error)
{
	json_t *json = oci_json_load(AT_FDCWD, file, file, error);
	struct oci_bundle bundle = { .config = config };
	const struct oci_row row = { .key = NULL };
	struct oci_reader reader;
	bool done;

	if (!json)
		return -1;
	reader_init(&reader, &bundle, file, error);
	done = oci_read_seccomp(&reader, &row, json, &config->seccomp);
	json_decref(json);
	return done ? 0 : -1;
}
