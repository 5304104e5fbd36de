// SPDX-License-Identifier: GPL-2.0-only
/* vmctl policy check, compile, explain, test, diff: all without a kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmd/output.h>
#include <cmd/policy.h>
#include <cmd/policy_calls.h>

#define TEXT	512

/* ---- check, compile -------------------------------------------------------------- */

int policy_check_run(const struct command *command, const struct args *args)
{
	struct policy_loaded loaded;
	enum status status = policy_load(command, args->words[0], true, &loaded);
	const struct hull_blob *blob = loaded.blob;
	json_t *json;

	if (status == STATUS_OK && args->json) {
		json = json_object();
		json_put_u64(json, "rules", loaded.policy.n_rules - 1);
		json_put_u64(json, "anchors", blob->section[HULL_SECTION_ANCHORS].n);
		json_put_u64(json, "policies", loaded.policy.n_subs);
		json_put_text(json, "mode", group_modes[loaded.policy.mode]);
		json_put_u64(json, "bytes", loaded.size);
		json_end(json);
	} else if (status == STATUS_OK) {
		printf("%s: %zu rules on %u places, mode %s, %zu bytes compiled\n", args->words[0],
		       loaded.policy.n_rules - 1, blob->section[HULL_SECTION_ANCHORS].n,
		       group_modes[loaded.policy.mode], loaded.size);
	}
	policy_unload(&loaded);
	return status;
}

static bool write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= (size_t)n) {
		n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

int policy_compile_run(const struct command *command, const struct args *args)
{
	struct policy_loaded loaded;
	enum status status = policy_load(command, args->words[0], true, &loaded);
	int fd;

	if (status == STATUS_OK) {
		fd = open(args->words[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || !write_all(fd, loaded.blob, loaded.size) || close(fd)) {
			command_complain(command, "%s: %s", args->words[1], strerror(errno));
			status = STATUS_FAILURE;
		}
	}
	policy_unload(&loaded);
	return status;
}

/* ---- explain ------------------------------------------------------------------------ */

static void explain_one(const struct group_set *set, const struct group_policy *request,
			const struct group_item *item, uint32_t perm, bool as_json)
{
	const struct hull_blob_rule *rule;
	struct group_answer answer;
	char does[64], object[TEXT];
	json_t *json;

	group_ask(set, 0, request, item, perm, &answer);
	rule = &set->set.rule[answer.verdict.rule];
	policy_does(&set->set, answer.verdict.rule, does, sizeof(does));
	group_item_text(request, item, object, sizeof(object));
	if (!as_json) {
		printf("%s %s %s: %s, %s\n", hull_class_rows[item->class].name,
		       hull_perm_name(item->class, (uint32_t)__builtin_ctz(perm)), object, does,
		       answer.where);
		if (rule->line)
			printf("\t%s:%u: %s\n", set->set.string + rule->file, rule->line,
			       set->set.string + rule->text.at);
		if (set->set.mode != HULL_MODE_ENFORCE && rule->action != HULL_DO_ALLOW)
			printf("\tin mode %s it is allowed and told\n", group_modes[set->set.mode]);
		return;
	}
	json = json_object();
	json_put_text(json, "class", hull_class_rows[item->class].name);
	json_put_text(json, "permission",
		      hull_perm_name(item->class, (uint32_t)__builtin_ctz(perm)));
	json_put_text(json, "object", object);
	json_put_text(json, "action", does);
	json_put_text(json, "where", answer.where);
	json_put_text(json, "file", set->set.string + rule->file);
	json_put_u64(json, "line", rule->line);
	json_put_text(json, "rule", set->set.string + rule->text.at);
	json_end(json);
}

int policy_explain_run(const struct command *command, const struct args *args)
{
	struct group_policy request = { 0 };
	struct policy_loaded loaded;
	struct group_set set;
	enum status status;
	uint32_t left;
	size_t i;

	if (!strcmp(args->words[1], "hypercall"))
		return policy_calls_explain(command, args);
	status = policy_load_set(command, args->words[0], &loaded, &set);
	if (status == STATUS_OK)
		status = policy_request(command, args->n_words - 1, args->words + 1, &request);
	for (i = 0; status == STATUS_OK && i < request.n_items; i++)
		for (left = request.items[i].perms; left; left &= left - 1)
			explain_one(&set, &request, &request.items[i], left & -left, args->json);
	group_policy_free(&request);
	group_set_free(&set);
	policy_unload(&loaded);
	return status;
}

/* ---- test ------------------------------------------------------------------------------ */

/* false: it is not as expected, and that has been said */
static bool expect_one(const struct group_set *set, const struct group_policy *tests,
		       const struct group_item *item, uint32_t perm, const char *file)
{
	const struct group_rule *want = &tests->rules[item->rule];
	const char *name = tests->subs[item->sub];
	int sub = item->sub ? hull_ruleset_sub(&set->set, name, (uint32_t)strlen(name)) : 0;
	struct group_answer answer;
	char does[64], object[TEXT];

	if (sub < 0) {
		printf("%s:%u: there is no policy %s\n", file, want->line, name);
		return false;
	}
	group_ask(set, (unsigned int)sub, tests, item, perm, &answer);
	if (answer.verdict.would == want->blob.action &&
	    (!want->given || answer.verdict.error == want->blob.error))
		return true;
	policy_does(&set->set, answer.verdict.rule, does, sizeof(does));
	group_item_text(tests, item, object, sizeof(object));
	printf("%s:%u: %s: %s %s is %s, %s (line %u)\n", file, want->line, want->text,
	       hull_perm_name(item->class, (uint32_t)__builtin_ctz(perm)), object, does,
	       answer.where, set->set.rule[answer.verdict.rule].line);
	return false;
}

int policy_test_run(const struct command *command, const struct args *args)
{
	struct policy_loaded loaded, tests = { 0 };
	struct group_set set;
	enum status status = policy_load_set(command, args->words[0], &loaded, &set);
	size_t i, n = 0, good = 0;
	uint32_t left;

	if (status == STATUS_OK)
		status = policy_load(command, args->words[1], false, &tests);
	for (i = 0; status == STATUS_OK && i < tests.policy.n_items; i++) {
		for (left = tests.policy.items[i].perms; left; left &= left - 1, n++)
			good += expect_one(&set, &tests.policy, &tests.policy.items[i], left & -left,
					   args->words[1]);
	}
	if (status == STATUS_OK)
		status = policy_calls_test(command, args->words[0], &loaded.policy, args->words[1],
					   &tests.policy, &n, &good);
	if (status == STATUS_OK) {
		printf("%zu of %zu as expected\n", good, n);
		status = good == n ? STATUS_OK : STATUS_FAILURE;
	}
	policy_unload(&tests);
	group_set_free(&set);
	policy_unload(&loaded);
	return status;
}

/* ---- diff ------------------------------------------------------------------------------- */

static bool same(const struct group_answer *a, const struct group_answer *b)
{
	return a->verdict.would == b->verdict.would && a->verdict.error == b->verdict.error &&
	       a->verdict.sub == b->verdict.sub;
}

/* Asks both about one object; permissions that changed in the same way are one line. */
static size_t diff_item(const struct group_set sets[2], const struct group_policy *of,
			const struct group_item *item)
{
	char object[TEXT], before[64], after[64], last[160] = "", line[160], perms[256];
	struct group_answer a, b;
	uint32_t left, changed = 0;
	size_t n = 0;

	group_item_text(of, item, object, sizeof(object));
	for (left = item->perms; left; left &= left - 1) {
		group_ask(&sets[0], item->sub, of, item, left & -left, &a);
		group_ask(&sets[1], item->sub, of, item, left & -left, &b);
		line[0] = '\0';
		if (!same(&a, &b)) {
			policy_does(&sets[0].set, a.verdict.rule, before, sizeof(before));
			policy_does(&sets[1].set, b.verdict.rule, after, sizeof(after));
			snprintf(line, sizeof(line), "%s -> %s", before, after);
		}
		if (changed && strcmp(line, last)) {
			group_perms_text(item->class, changed, perms, sizeof(perms));
			printf("%s %s %s: %s\n", hull_class_rows[item->class].name, perms, object,
			       last);
			changed = 0;
			n++;
		}
		if (line[0])
			changed |= left & -left;
		strcpy(last, line);
	}
	if (changed) {
		group_perms_text(item->class, changed, perms, sizeof(perms));
		printf("%s %s%s%s: %s\n", hull_class_rows[item->class].name, perms,
		       *object ? " " : "", object, last);
		n++;
	}
	return n;
}

static size_t diff_items(const struct group_set sets[2], const struct group_policy *of)
{
	size_t i, n = 0;

	for (i = 0; i < of->n_items; i++)
		if (!of->items[i].any && of->items[i].sub < sets[0].set.n_subs &&
		    of->items[i].sub < sets[1].set.n_subs)
			n += diff_item(sets, of, &of->items[i]);
	return n;
}

int policy_diff_run(const struct command *command, const struct args *args)
{
	struct policy_loaded loaded[2] = { 0 };
	struct group_set sets[2] = { 0 };
	enum status status = STATUS_OK;
	struct group_item item = { .any = true, .peer = HULL_PEER_OUTSIDE };
	size_t n = 0;
	int i;

	for (i = 0; i < 2 && status == STATUS_OK; i++)
		status = policy_load_set(command, args->words[i], &loaded[i], &sets[i]);
	if (status == STATUS_OK) {
		for (i = 0; i < HULL_CLASSES; i++) {
			item.class = (uint8_t)i;
			item.perms = hull_class_perms(item.class);
			item.first = UINT32_MAX;
			n += diff_item(sets, &loaded[0].policy, &item);
		}
		n += diff_items(sets, &loaded[0].policy) + diff_items(sets, &loaded[1].policy);
		status = policy_calls_diff(command, args->words, loaded, &n);
	}
	if (status == STATUS_OK && n)
		status = STATUS_FAILURE;
	for (i = 0; i < 2; i++) {
		group_set_free(&sets[i]);
		policy_unload(&loaded[i]);
	}
	return status;
}
