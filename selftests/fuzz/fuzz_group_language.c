// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy language of groups: any bytes, or its words in any order. What is taken is
 * compiled to a blob that the module takes, or refused with a sentence; each object written
 * back is read again as the same. What is not taken has a sentence and a place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <policy/group.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Heads and tails of rules, so that many a text is right. */
static const char *const heads[] = {
	"allow file", "deny=EACCES file", "audit file r", "kill file execute,w", "allow inet",
	"limit=5/9,EAGAIN inet tcp.connect", "deny inet udp,tcp.bind", "allow unix connect",
	"deny unix", "allow signal send", "deny ptrace", "ask=5s capability", "allow namespace",
	"freeze bpf", "allow socket", "deny device read", "allow ioctl", "deny vsock connect",
	"allow mount bind", "deny mount", "default deny", "default allow file", "mode audit",
	"set a =", "include", "policy p {", "}", "hypercalls {", "allow netlink", "deny uring issue",
	"allow perf", "default ask=1ms inet tcp",
};

static const char *const tails[] = {
	"/a", "/a/b", "/a/*.c", "/**/x", "/a/**/[!a-c]?", "?/opt", "\"/a b\"", "$a", "$a/x", "/",
	"10.0.0.0/8", "10.1.2.3", "::1", "fe80::/10", "any", "localhost", "port 80", "port 1-99,7",
	"@x", "@x*", "peer same", "peer outside,group:w", "KILL", "9-12", "net_raw", "3", "0-7",
	"user", "inet/raw", "netlink/*/15", "packet", "char:1:3", "block:8:0-15", "host:22", "*",
	"type ext*", "source /dev/x", "on /m", "with ro,nosuid", "without noexec", "to p",
	"quietly", ",", "\n", "\n", ";", "{", "}", "=", "#", "\\\n", "all", "r", "0xffffffff",
};

static void error_check(const char *text, size_t size, const struct group_error *error)
{
	unsigned int lines = 1;
	size_t i;

	for (i = 0; i < size; i++)
		lines += text[i] == '\n';
	if (!error->why[0] || !error->line || error->line > lines || !error->column)
		abort();
}

static bool item_same(const struct group_item *a, const struct group_item *b)
{
	if (a->class != b->class || a->perms != b->perms || a->any != b->any ||
	    a->first != b->first || a->last != b->last || (a->peer < 0) != (b->peer < 0))
		return false;
	if (a->class == HULL_CLASS_FILE && !a->any)
		return !strcmp(a->path.anchor, b->path.anchor) && a->path.n == b->path.n &&
		       a->path.anywhere == b->path.anywhere &&
		       a->path.optional == b->path.optional;
	return true;
}

/* As vmctl shows it: the same words mean the same. */
static void back_check(const struct group_policy *policy, const struct group_item *item)
{
	char text[2048], object[1024], perms[512];
	struct group_policy again;
	struct group_error error;
	bool found = false;
	size_t i;

	group_item_text(policy, item, object, sizeof(object));
	group_perms_text(item->class, item->perms, perms, sizeof(perms));
	snprintf(text, sizeof(text), "allow %s %s %s", hull_class_rows[item->class].name, perms,
		 object);
	if (!group_parse(&again, "back", text, strlen(text), NULL, &error)) {
		fprintf(stderr, "%s: %s\n", text, error.why);
		abort();
	}
	for (i = 0; i < again.n_items; i++)
		found |= item_same(item, &again.items[i]);
	if (!found) {
		fprintf(stderr, "%s\n", text);
		abort();
	}
	group_policy_free(&again);
}

static void policy_check(const struct group_policy *policy)
{
	struct group_answer answer;
	struct group_error error;
	struct group_set set;
	const char *why;
	size_t size, i;
	void *blob = group_compile(policy, &size, &error);

	if (!blob) {
		if (!error.why[0])
			abort();
		return;
	}
	if (!group_set_make(&set, blob, size, &why))
		abort();
	for (i = 0; i < policy->n_items && i < 8; i++) {
		const struct group_item *item = &policy->items[i];

		group_ask(&set, item->sub, policy, item, item->perms & -item->perms, &answer);
		if (answer.verdict.rule >= set.set.n_rules)
			abort();
		back_check(policy, item);
	}
	group_set_free(&set);
}

static void check(const char *text, size_t size)
{
	struct group_policy policy;
	struct group_error error;

	if (group_parse(&policy, "text", text, size, NULL, &error))
		policy_check(&policy);
	else
		error_check(text, size, &error);
	group_policy_free(&policy);
}

#define PICK(array, i)	(array)[(i) % (sizeof(array) / sizeof((array)[0]))]

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t i, len = 0;
	char *text;

	if (!size)
		return 0;
	if (!(data[0] & 7)) {
		text = malloc(size);
		memcpy(text, data, size);
		check(text, size);
		free(text);
		return 0;
	}
	if (size > 2 + data[0] / 8u)
		size = 2 + data[0] / 8u;
	text = malloc(size * 40);
	for (i = 1; i < size; i++) {
		const char *word = data[i] & 0x80 ? PICK(heads, data[i] & 0x7f) :
						    PICK(tails, data[i]);

		if (data[i] & 0x80)
			text[len++] = '\n';
		memcpy(text + len, word, strlen(word));
		len += strlen(word);
		text[len++] = ' ';
	}
	check(text, len);
	free(text);
	return 0;
}
