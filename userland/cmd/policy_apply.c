// SPDX-License-Identifier: GPL-2.0-only
/* vmctl policy apply, clear, show, stats: what is in force. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <lib/calls.h>
#include <lib/confine.h>
#include <lib/group.h>
#include <cmd/output.h>
#include <cmd/policy_calls.h>

/* ---- apply, clear -------------------------------------------------------------- */

static int blob_file(const void *blob, size_t size)
{
	int fd = memfd_create("policy", MFD_CLOEXEC);
	size_t at = 0;
	ssize_t n;

	while (fd >= 0 && at < size) {
		n = write(fd, (const char *)blob + at, size - at);
		if (n < 0) {
			close(fd);
			return -1;
		}
		at += (size_t)n;
	}
	return fd;
}

/*
 * The module looks paths up itself and refuses one that is not there, but cannot say which;
 * so this looks, too, and says.
 */
static bool places_there(const struct command *command, const struct policy_loaded *loaded,
			 int root_fd)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	int root = root_fd >= 0 ? root_fd : open("/", O_PATH | O_CLOEXEC), fd;
	struct hull_blob_flaw flaw;
	struct hull_ruleset set;
	bool ok = !hull_ruleset_init(&set, loaded->blob, loaded->size, &flaw);
	uint32_t i;

	for (i = 0; ok && i < set.n_anchors; i++) {
		const char *path = set.string + set.anchor[i].path.at;

		if (set.anchor[i].flags & HULL_ANCHOR_OPTIONAL)
			continue;
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
		ok = fd >= 0;
		if (ok)
			close(fd);
		else
			command_complain(command, "%s: %s; a ? before it says that it may be missing",
					 path, strerror(errno));
	}
	if (root_fd < 0 && root >= 0)
		close(root);
	return ok;
}

static enum status group_apply(const struct command *command, const struct args *args,
			       struct hull_client *client, const struct hull_ref *ref,
			       const struct policy_loaded *loaded)
{
	const char *root = args->n_words > 2 ? args->words[2] : NULL;
	int root_fd = root ? open(root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int fd = blob_file(loaded->blob, loaded->size);
	enum status status = STATUS_OK;
	struct hull_error error;

	if (root && root_fd < 0) {
		command_complain(command, "%s: %s", root, strerror(errno));
		status = STATUS_FAILURE;
	} else if (!places_there(command, loaded, root_fd)) {
		status = STATUS_FAILURE;
	} else if (fd < 0) {
		command_complain(command, "no memory for the compiled policy: %s", strerror(errno));
		status = STATUS_FAILURE;
	} else if (hull_confine_set(client, ref, fd, root_fd, &error)) {
		status = command_fail(command, &error);
	}
	if (fd >= 0)
		close(fd);
	if (root_fd >= 0)
		close(root_fd);
	return status;
}

/* A VM is under the same file's block of hypercalls. */
static enum status vm_apply(const struct command *command, const struct args *args,
			    struct hull_client *client, const struct hull_ref *ref,
			    const struct policy_loaded *loaded)
{
	struct hull_vm_policy calls = { 0 };
	struct policy_rules rules;
	struct hull_error error;

	if (!loaded->policy.calls) {
		command_complain(command, "%s: no block of hypercalls, and %s is a VM",
				 args->words[1], args->words[0]);
		return STATUS_FAILURE;
	}
	if (!policy_calls_read(command, args->words[1], &loaded->policy, &rules))
		return STATUS_FAILURE;
	calls.n = rules.n;
	memcpy(calls.rule, rules.rule, sizeof(calls.rule));
	return hull_vm_policy_set(client, ref, &calls, &error) ? command_fail(command, &error) :
								  STATUS_OK;
}

int policy_apply_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	struct hull_client *client = NULL;
	struct policy_loaded loaded;
	struct hull_group_info group;
	struct hull_vm_info vm = { 0 };
	struct hull_error error, other;
	enum status status = policy_load(command, args->words[1], true, &loaded);

	if (status == STATUS_OK)
		client = command_client(command, &status);
	if (client && !hull_group_get(client, &ref, &group, &error))
		status = group_apply(command, args, client, &ref, &loaded);
	else if (client && !hull_vm_get(client, &ref, &vm, &other))
		status = vm_apply(command, args, client, &ref, &loaded);
	else if (client)
		status = command_fail(command, &error);
	hull_client_close(client);
	policy_unload(&loaded);
	return status;
}

int policy_clear_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_error error;

	if (client && hull_confine_clear(client, &ref, &error))
		status = command_fail(command, &error);
	hull_client_close(client);
	return status;
}

/* ---- show -------------------------------------------------------------------------- */

/* What the module wrote: verified before it is read, as the module does with ours. */
static void *blob_back(int fd, size_t size, struct hull_ruleset *set, const char **why)
{
	struct hull_blob_flaw flaw = { .why = "out of memory" };
	void *blob = malloc(size);

	if (blob && pread(fd, blob, size, 0) == (ssize_t)size &&
	    !hull_ruleset_init(set, blob, size, &flaw))
		return blob;
	*why = flaw.why;
	free(blob);
	return NULL;
}

static int show_json(const struct hull_ruleset *set, const struct hull_confine_info *info)
{
	json_t *object = json_object(), *rules = json_array(), *rule;
	uint32_t i;

	json_put_text(object, "mode", group_modes[set->mode]);
	json_put_u64(object, "bytes", info->size);
	for (i = 1; i < set->n_rules; i++) {
		rule = json_object();
		json_put_text(rule, "file", set->string + set->rule[i].file);
		json_put_u64(rule, "line", set->rule[i].line);
		json_put_text(rule, "rule", set->string + set->rule[i].text.at);
		json_put_u64(rule, "hits", i <= info->n_hits ? info->hits[i - 1] : 0);
		json_array_append_new(rules, rule);
	}
	json_put(object, "rules", rules);
	return json_end(object);
}

static void show_text(const struct hull_ruleset *set, const struct hull_confine_info *info)
{
	uint32_t i;

	row_print("mode", "%s", group_modes[set->mode]);
	row_print("compiled", "%u bytes, %u rules, %u places", info->size, set->n_rules - 1,
		  set->n_anchors);
	printf("%12s  %s\n", "HITS", "RULE");
	for (i = 1; i < set->n_rules; i++) {
		const struct hull_blob_rule *rule = &set->rule[i];
		char *text = strdup(set->string + rule->text.at);

		printf("%12" PRIu64 "  %s", i <= info->n_hits ? info->hits[i - 1] : 0,
		       text ? text_clean(text) : "");
		if (rule->line)
			printf("  # %s:%u", set->string + rule->file, rule->line);
		printf("\n");
		free(text);
	}
}

int policy_show_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_confine_info info = { 0 };
	int fd = memfd_create("policy", MFD_CLOEXEC);
	struct hull_ruleset set;
	struct hull_error error;
	const char *why = "";
	void *blob = NULL;

	if (client && hull_confine_get(client, &ref, fd, &info, &error)) {
		status = command_fail(command, &error);
	} else if (client && !info.size) {
		if (args->json)
			json_end(json_null());
		else
			printf("no policy\n");
	} else if (client) {
		blob = blob_back(fd, info.size, &set, &why);
		if (!blob)
			command_complain(command, "the module's policy cannot be read: %s", why);
		else if (args->json)
			show_json(&set, &info);
		else
			show_text(&set, &info);
		status = blob ? STATUS_OK : STATUS_FAILURE;
	}
	free(blob);
	free(info.hits);
	if (fd >= 0)
		close(fd);
	hull_client_close(client);
	return status;
}

/* ---- stats --------------------------------------------------------------------------- */

static void stats_print(const struct hull_group_stats *stats, bool as_json)
{
	const struct {
		const char *name;
		uint64_t n;
	} rows[] = {
		{ "allowed", stats->allowed }, { "denied", stats->denied },
		{ "audited", stats->audited }, { "asked", stats->asked },
		{ "limited", stats->limited }, { "killed", stats->killed },
	};
	json_t *object = as_json ? json_object() : NULL;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (as_json)
			json_put_u64(object, rows[i].name, rows[i].n);
		else
			row_print(rows[i].name, "%" PRIu64, rows[i].n);
	}
	if (as_json)
		json_end(object);
}

int policy_stats_run(const struct command *command, const struct args *args)
{
	struct hull_ref ref = command_ref(args->words[0]);
	enum status status = STATUS_OK;
	struct hull_client *client = command_client(command, &status);
	struct hull_group_stats stats = { 0 };
	struct hull_error error;

	if (!client)
		return status;
	if (hull_group_stats(client, &ref, &stats, &error))
		status = command_fail(command, &error);
	else
		stats_print(&stats, args->json);
	hull_client_close(client);
	return status;
}
