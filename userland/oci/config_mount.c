// SPDX-License-Identifier: GPL-2.0-only
/* mounts, and mappings of ids */
#include <limits.h>
#include <string.h>

#include <oci/config.h>

#define END	{ NULL, NULL, 0, NULL, false, 0, 0 }

const struct oci_row oci_id_map_rows[] = {
	{ "containerID", oci_read_u32, OCI_AT(hull_ct_id_map, container), NULL, true, 0, 0 },
	{ "hostID", oci_read_u32, OCI_AT(hull_ct_id_map, host), NULL, true, 0, 0 },
	{ "size", oci_read_u32, OCI_AT(hull_ct_id_map, count), NULL, true, 1, 0 },
	END
};

static const struct oci_array uid_maps = {
	sizeof(struct hull_ct_id_map), OCI_AT(hull_ct_mount, maps.n_uid),
	OCI_AT(hull_ct_mount, maps.uid), oci_read_object, oci_id_map_rows,
};

static const struct oci_array gid_maps = {
	sizeof(struct hull_ct_id_map), OCI_AT(hull_ct_mount, maps.n_gid),
	OCI_AT(hull_ct_mount, maps.gid), oci_read_object, oci_id_map_rows,
};

/* Absolute, or for the sake of old tools as if it were. */
static bool read_destination(struct oci_reader *reader, const struct oci_row *row,
			     const json_t *value, void *to)
{
	const char *text = oci_text(reader, value);

	(void)row;
	if (!text)
		return false;
	if (!*text)
		return oci_refuse(reader, "empty");
	if (text[0] != '/')
		text = hull_ct_printf(reader->config, "/%s", text);
	if (!text)
		return oci_no_memory(reader);
	if (strlen(text) >= PATH_MAX)
		return oci_refuse(reader, "longer than a path may be");
	memcpy(to, &text, sizeof(text));
	return true;
}

/* What the kernel would take for something else than a mount's property. */
static bool read_options(struct oci_reader *reader, const struct oci_row *row,
			 const json_t *value, void *to)
{
	static const char *const never[] = { "remount", "move", NULL };
	struct hull_ct_mount *mount = to;
	const char *text;
	size_t i, k;

	(void)row;
	if (!json_is_array(value))
		return oci_refuse(reader, "not an array");
	for (i = 0; i < json_array_size(value); i++) {
		if (!oci_enter(reader, NULL, i))
			return false;
		text = oci_text(reader, json_array_get(value, i));
		if (!text)
			return false;
		for (k = 0; never[k]; k++)
			if (!strcmp(text, never[k]))
				return oci_refuse(reader, "'%s' cannot be honoured", text);
		if (strchr(text, ','))
			return oci_refuse(reader, "an option with a comma in it");
		if (!hull_ct_mount_option(reader->config, mount, text))
			return oci_no_memory(reader);
		oci_leave(reader);
	}
	return true;
}

static const struct oci_row mount_rows[] = {
	{ "destination", read_destination, OCI_AT(hull_ct_mount, target), NULL, true, 0, 0 },
	{ "type", oci_read_string, OCI_AT(hull_ct_mount, type), NULL, false, 0, 64 },
	{ "source", oci_read_string, OCI_AT(hull_ct_mount, source), NULL, false, 0, PATH_MAX - 1 },
	{ "options", read_options, 0, NULL, false, 0, 0 },
	{ "uidMappings", oci_read_array, 0, &uid_maps, false, 0, 0 },
	{ "gidMappings", oci_read_array, 0, &gid_maps, false, 0, 0 },
	END
};

static bool read_bind(struct oci_reader *reader, struct hull_ct_mount *mount)
{
	mount->type = NULL;
	if (mount->data)
		return oci_refuse(reader, "options: '%.60s' is nothing for a bind mount",
				  mount->data);
	if (!mount->source || !mount->source[0])
		return oci_refuse(reader, "source is missing");
	if (mount->source[0] == '/')
		return true;
	if (!reader->bundle)
		return oci_refuse(reader, "source: not an absolute path");
	mount->source = hull_ct_printf(reader->config, "%s/%s", reader->bundle, mount->source);
	return mount->source || oci_no_memory(reader);
}

bool oci_read_mount(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to)
{
	struct hull_ct_mount *mount = to;

	(void)row;
	if (!oci_read_rows(reader, mount_rows, value, mount))
		return false;
	if (mount->type && !strcmp(mount->type, "bind"))
		mount->bind = true;
	if (mount->maps.n_uid || mount->maps.n_gid) {
		if (!mount->maps.n_uid || !mount->maps.n_gid)
			return oci_refuse(reader, "uidMappings and gidMappings go together");
		mount->idmap = true;
	}
	if (mount->idmap && !mount->bind)
		return oci_refuse(reader, "ids can be mapped for bind mounts alone");
	if (mount->bind)
		return read_bind(reader, mount);
	if (!mount->type || !mount->type[0])
		return oci_refuse(reader, "type is missing");
	if (mount->copy_up && strcmp(mount->type, "tmpfs"))
		return oci_refuse(reader, "options: tmpcopyup is for a tmpfs");
	/* The hierarchy is version 2's, whatever it is called. */
	if (!strcmp(mount->type, "cgroup"))
		mount->type = "cgroup2";
	return true;
}
