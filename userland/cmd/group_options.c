// SPDX-License-Identifier: GPL-2.0-only
/* Options of groups: what is run, where, and as whom. Limits are in group_limits.c. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <linux/landlock.h>
#include <cmd/group_private.h>
#include <lib/names.h>

static const char *const default_path =
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct hull_ct_config *group_config_of(struct args *args, const char **why)
{
	struct hull_ct_config *config = args->group.config;

	*why = "no memory";
	if (config)
		return config;
	config = hull_ct_config_new();
	if (config && !hull_ct_config_defaults(config)) {
		hull_ct_config_free(config);
		config = NULL;
	}
	args->group.config = config;
	return config;
}

/* Text of our own up to @stop, which is skipped; NULL: there is none left, or no memory. */
char *group_piece(struct hull_ct_config *config, const char **text, char stop)
{
	size_t len = strcspn(*text, (char[]){ stop, '\0' });
	char *piece = hull_ct_printf(config, "%.*s", (int)len, *text);

	*text += len + ((*text)[len] == stop);
	return piece;
}

/* Relative to where vmctl was called, now: later it may be called from elsewhere. */
static char *absolute(struct hull_ct_config *config, const char *path)
{
	char cwd[PATH_MAX];

	if (path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		return hull_ct_strdup(config, path);
	return hull_ct_printf(config, "%s/%s", cwd, path);
}

static bool put_path(struct args *args, const char *text, const char **field, const char **why)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config)
		return false;
	*field = absolute(config, text);
	*why = "an empty path";
	return *text && *field;
}

static bool put_text(struct args *args, const char *text, const char **field, const char **why)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config)
		return false;
	*field = hull_ct_strdup(config, text);
	*why = "an empty text";
	return *text && *field;
}

/* --- the root ------------------------------------------------------------------- */

GROUP_OPTION(rootfs)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct stat st;

	if (!config || !put_path(args, text, &config->root.path, why))
		return false;
	if (args->group.made)
		return true;
	if (stat(text, &st)) {
		*why = hull_ct_strdup(config, strerror(errno));
		return false;
	}
	*why = "not a directory";
	return S_ISDIR(st.st_mode);
}

GROUP_OPTION(lower)
{
	struct hull_ct_config *config = group_config_of(args, why);
	const char **layer;

	if (!config)
		return false;
	layer = hull_ct_append(config, &config->root.lower, &config->root.n_lower, sizeof(*layer));
	if (!layer || !put_path(args, text, layer, why))
		return false;
	config->root.overlay = true;
	return true;
}

GROUP_OPTION(overlay)
{
	struct hull_ct_config *config = group_config_of(args, why);

	(void)text;
	if (config)
		config->root.overlay = true;
	return config;
}

GROUP_OPTION(upper)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config || !put_path(args, text, &config->root.upper, why))
		return false;
	return config->root.overlay = true;
}

GROUP_OPTION(read_only)
{
	struct hull_ct_config *config = group_config_of(args, why);

	(void)text;
	if (config)
		config->root.readonly = true;
	return config;
}

GROUP_OPTION(no_pivot)
{
	struct hull_ct_config *config = group_config_of(args, why);

	(void)text;
	if (config)
		config->root.no_pivot = true;
	return config;
}

GROUP_OPTION(idmap)
{
	struct hull_ct_config *config = group_config_of(args, why);

	(void)text;
	if (config)
		config->root.idmap = true;
	return config;
}

/* --- mounts ---------------------------------------------------------------------- */

static struct hull_ct_mount *mount_add(struct hull_ct_config *config)
{
	return hull_ct_append(config, &config->mounts, &config->n_mounts,
			      sizeof(*config->mounts));
}

static bool mount_options(struct hull_ct_config *config, struct hull_ct_mount *mount,
			  const char *text)
{
	char *option;

	while (*text) {
		option = group_piece(config, &text, ',');
		if (!option || (*option && !hull_ct_mount_option(config, mount, option)))
			return false;
	}
	return true;
}

GROUP_OPTION(volume)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_mount *mount = config ? mount_add(config) : NULL;
	char *source;

	if (!mount)
		return false;
	source = group_piece(config, &text, ':');
	mount->source = source ? absolute(config, source) : NULL;
	mount->target = group_piece(config, &text, ':');
	mount->bind = true;
	mount->recursive = true;
	if (!mount->source || !mount->target || !mount_options(config, mount, text))
		return false;
	*why = "not SOURCE:TARGET[:OPTION,...] with a source that is there and an absolute target";
	return *source && mount->target[0] == '/' &&
	       (args->group.made || !access(mount->source, F_OK));
}

GROUP_OPTION(tmpfs)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_mount *mount = config ? mount_add(config) : NULL;

	if (!mount)
		return false;
	mount->type = "tmpfs";
	mount->source = "tmpfs";
	mount->target = group_piece(config, &text, ':');
	if (!mount->target || !mount_options(config, mount, "nosuid,nodev") ||
	    !mount_options(config, mount, text))
		return false;
	*why = "not DIRECTORY[:OPTION,...] with an absolute directory";
	return mount->target[0] == '/';
}

/* "type=tmpfs,source=...,target=...": what has another name is an option of mount(8). */
static bool mount_word(struct hull_ct_config *config, struct hull_ct_mount *mount,
		       const char *word)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : 0;

	if (len == 4 && !strncmp(word, "type", len))
		mount->type = strcmp(value + 1, "bind") ? value + 1 : NULL;
	else if ((len == 6 && !strncmp(word, "source", len)) ||
		 (len == 3 && !strncmp(word, "src", len)))
		mount->source = value + 1;
	else if ((len == 6 && !strncmp(word, "target", len)) ||
		 (len == 3 && !strncmp(word, "dst", len)))
		mount->target = value + 1;
	else
		return hull_ct_mount_option(config, mount, word);
	return true;
}

GROUP_OPTION(mount)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_mount *mount = config ? mount_add(config) : NULL;
	char *word;

	if (!mount)
		return false;
	while (*text) {
		word = group_piece(config, &text, ',');
		if (!word || (*word && !mount_word(config, mount, word)))
			return false;
	}
	if (!mount->type) {
		mount->bind = true;
		mount->source = mount->source ? absolute(config, mount->source) : NULL;
	} else if (!mount->source) {
		mount->source = mount->type;
	}
	*why = "not type=TYPE,source=SOURCE,target=DIRECTORY,OPTION,... with an absolute target";
	return mount->target && mount->target[0] == '/' && mount->source;
}

/* --- devices ----------------------------------------------------------------------- */

static bool device_access(const char *text, unsigned int *access)
{
	static const char letters[] = "mrw";	/* HULL_CT_DEV_*, from its lowest bit on */
	const char *at;

	*access = *text ? 0 : HULL_CT_DEV_MKNOD | HULL_CT_DEV_READ | HULL_CT_DEV_WRITE;
	for (; *text; text++) {
		at = strchr(letters, *text);
		if (!at)
			return false;
		*access |= 1u << (at - letters);
	}
	return true;
}

GROUP_OPTION(device)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_device_rule *rule;
	struct hull_ct_device *device;
	char *outside, *inside;
	unsigned int access;
	struct stat st;

	if (!config || args->group.made)
		return config;
	outside = group_piece(config, &text, ':');
	inside = group_piece(config, &text, ':');
	device = hull_ct_append(config, &config->devices, &config->n_devices, sizeof(*device));
	rule = hull_ct_append(config, &config->resources.devices, &config->resources.n_devices,
			      sizeof(*rule));
	if (!outside || !inside || !device || !rule)
		return false;
	*why = "not DEVICE[:PATH[:rwm]] with a device that is there";
	if (stat(outside, &st) || (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)) ||
	    !device_access(text, &access))
		return false;
	*device = (struct hull_ct_device){
		.path = *inside ? inside : outside,
		.host = absolute(config, outside),
		.type = S_ISCHR(st.st_mode) ? 'c' : 'b',
		.major = major(st.st_rdev), .minor = minor(st.st_rdev),
		.mode = st.st_mode & 0777, .uid = st.st_uid, .gid = st.st_gid,
	};
	*rule = (struct hull_ct_device_rule){
		true, device->type, device->major, device->minor, access,
	};
	return device->path[0] == '/';
}

/* --- the program ------------------------------------------------------------------- */

GROUP_OPTION(env)
{
	struct hull_ct_config *config = group_config_of(args, why);
	const char *value;

	/* What it was then is remembered with the rest of the environment. */
	if (!config || args->group.made)
		return config;
	if (!strchr(text, '=')) {
		value = getenv(text);
		*why = "not NAME=VALUE, and no such variable here";
		if (!*text || !value)
			return false;
		text = hull_ct_printf(config, "%s=%s", text, value);
	}
	*why = "a variable without a name";
	return text && *text != '=' && hull_ct_strings_add(config, &config->process.env, text);
}

GROUP_OPTION(workdir)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config || !put_text(args, text, &config->process.cwd, why))
		return false;
	*why = "not an absolute path";
	return text[0] == '/';
}

GROUP_OPTION(user)
{
	struct hull_ct_config *config = group_config_of(args, why);
	uint32_t uid, gid = 0;
	const char *colon;

	if (!config)
		return false;
	/* Numbers need nobody to look them up. */
	colon = strchr(text, ':');
	if (group_id_parse(text, colon ? (size_t)(colon - text) : strlen(text), &uid) &&
	    (!colon || group_id_parse(colon + 1, strlen(colon + 1), &gid))) {
		config->process.uid = uid;
		config->process.gid = gid;
		config->process.user = NULL;
		return true;
	}
	return put_text(args, text, &config->process.user, why);
}

GROUP_OPTION(group_add)
{
	struct hull_ct_config *config = group_config_of(args, why);
	uint32_t *gid;

	if (!config)
		return false;
	gid = hull_ct_append(config, &config->process.groups, &config->process.n_groups,
			     sizeof(*gid));
	if (!gid)
		return false;
	*why = "not the number of a group";
	return group_id_parse(text, strlen(text), gid);
}

GROUP_OPTION(umask)
{
	struct hull_ct_config *config = group_config_of(args, why);
	char *end;

	if (!config)
		return false;
	config->process.has_umask = true;
	config->process.umask = (mode_t)strtoul(text, &end, 8);
	*why = "not an octal number up to 0777";
	return text[0] >= '0' && text[0] <= '7' && !*end && config->process.umask <= 0777;
}

GROUP_OPTION(hostname)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config || !put_text(args, text, &config->hostname, why))
		return false;
	*why = "longer than 64 bytes";
	return strlen(text) <= 64;
}

GROUP_OPTION(init)
{
	struct hull_ct_config *config = group_config_of(args, why);

	(void)text;
	if (config)
		config->init = true;
	return config;
}

GROUP_OPTION(sysctl)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_pair *pair;

	if (!config)
		return false;
	pair = hull_ct_append(config, &config->sysctl, &config->n_sysctl, sizeof(*pair));
	if (!pair)
		return false;
	*why = "not NAME=VALUE";
	if (!strchr(text, '=') || *text == '=')
		return false;
	pair->name = group_piece(config, &text, '=');
	pair->value = hull_ct_strdup(config, text);
	return pair->name && pair->value;
}

/* --- flags of vmctl itself ------------------------------------------------------------ */

#define GROUP_FLAG(name)			\
GROUP_OPTION(name)				\
{						\
	(void)text;				\
	(void)why;				\
	return args->group.name = true;		\
}

GROUP_OPTION(help)
{
	(void)text;
	(void)why;
	return args->help = true;
}

GROUP_OPTION(json)
{
	(void)text;
	(void)why;
	return args->json = true;
}

GROUP_OPTION(name)
{
	args->name = text;
	*why = "not a name: 1 to 63 of [A-Za-z0-9_.-], no '.' or '-' first, no number";
	return hull_name_valid(text);
}

GROUP_OPTION(label)
{
	args->label = text;
	*why = "a label has up to 255 bytes";
	return strlen(text) <= HULL_GROUP_LABEL_MAX;
}

GROUP_OPTION(transient)
{
	args->group.transient = !text || !strcmp(text, "on");
	*why = "neither on nor off";
	return args->group.transient || !strcmp(text, "off");
}

GROUP_OPTION(count)
{
	return hull_number_parse(text, 1, UINT32_MAX, &args->count, why);
}

GROUP_FLAG(tty)
GROUP_FLAG(interactive)
GROUP_FLAG(detach)
GROUP_FLAG(remove)
GROUP_FLAG(dry_run)
GROUP_FLAG(all)
GROUP_FLAG(force)
GROUP_FLAG(follow)

/* --- all together ----------------------------------------------------------------------- */

enum status group_options_again(const struct command *command, const struct args *args,
				char *const *made, int n_made, struct args *both)
{
	const struct command *row;
	enum status status;

	for (row = commands; row->run != group_run_run; row++)
		;
	command_defaults(both);
	both->group.made = true;
	status = command_parse_more(row, n_made, (char **)made, both);
	both->group.made = false;
	return status == STATUS_OK ?
	       command_parse_more(command, args->argc, (char **)args->argv, both) : status;
}

static bool has_env(const struct hull_ct_config *config, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < config->process.env.n; i++)
		if (!strncmp(config->process.env.at[i], name, len) &&
		    config->process.env.at[i][len] == '=')
			return true;
	return false;
}

/* Who is not root becomes root in a user namespace of their own, unless told otherwise. */
static bool rootless(struct hull_ct_config *config)
{
	struct hull_ct_id_maps *maps = &config->maps;

	config->ns[HULL_CT_USER].mode = HULL_CT_NS_PRIVATE;
	/* Who may not make a device needs no rules about those that are there. */
	config->resources.n_devices = 0;
	if (!maps->n_uid && !maps->n_gid) {
		maps->uid = hull_ct_append(config, &maps->uid, &maps->n_uid, sizeof(*maps->uid));
		maps->gid = hull_ct_append(config, &maps->gid, &maps->n_gid, sizeof(*maps->gid));
		if (!maps->uid || !maps->gid)
			return false;
		*maps->uid = (struct hull_ct_id_map){ 0, geteuid(), 1 };
		*maps->gid = (struct hull_ct_id_map){ 0, getegid(), 1 };
	}
	return true;
}

struct hull_ct_config *group_config(const struct args *args, char *const *words, int n_words)
{
	struct args copy = *args;
	const char *why;
	struct hull_ct_config *config = group_config_of(&copy, &why);
	int i;

	if (!config)
		return NULL;
	config->label = args->label;
	config->process.terminal = args->group.tty;
	for (i = 0; i < n_words; i++)
		if (!hull_ct_strings_add(config, &config->process.args, words[i]))
			goto fail;
	if (!has_env(config, "PATH") &&
	    !hull_ct_strings_add(config, &config->process.env, default_path))
		goto fail;
	if (args->group.tty && !has_env(config, "TERM") &&
	    !hull_ct_strings_add(config, &config->process.env, "TERM=xterm"))
		goto fail;
	if (geteuid() && !args->group.userns && !rootless(config))
		goto fail;
	return config;
fail:
	hull_ct_config_free(config);
	return NULL;
}
