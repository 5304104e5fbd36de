// SPDX-License-Identifier: GPL-2.0-only
/* The policy language: what words mean, what is refused and in which words, and back. */
#include <errno.h>
#include <string.h>

#include <policy/language.h>
#include "hull_tap.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define LAST		(HULL_HYPERCALL_NUMBERS - 1)

static struct policy_rules rules;
static struct policy_error error;

/* One name that only this VM knows, of the number 0x101. */
static bool number_of(void *data, const char *name, uint32_t *number)
{
	*number = 0x101;
	return !strcmp(name, data);
}

static const char *name_of(void *data, uint32_t number)
{
	return number == 0x101 ? data : NULL;
}

static const struct policy_names names = { number_of, name_of, "adder" };

static bool parse(const char *text)
{
	return policy_parse(text, strlen(text), &names, &rules, &error);
}

/* A text of one rule, and how it is written back; NULL: as it was. */
static const struct {
	const char *text, *back;
	struct hull_policy_rule rule;
} good[] = {
	{ "hull_log deny=EPERM", NULL, { 2, 2, 15, HULL_POLICY_DENY, -EPERM, 0, 0 } },
	{ "log deny", "hull_log deny=EPERM", { 2, 2, 15, HULL_POLICY_DENY, -EPERM, 0, 0 } },
	{ "2 deny=1", "hull_log deny=EPERM", { 2, 2, 15, HULL_POLICY_DENY, -EPERM, 0, 0 } },
	{ "0x48750002 deny=4095", "hull_log deny=4095",
	  { 2, 2, 15, HULL_POLICY_DENY, -4095, 0, 0 } },
	{ "1215627266 allow", "hull_log allow", { 2, 2, 15, HULL_POLICY_ALLOW, 0, 0, 0 } },
	{ "0x3ff kill", "0x487503ff kill", { LAST, LAST, 15, HULL_POLICY_KILL, 0, 0, 0 } },
	{ "0x48750002-0x48750010 audit", NULL, { 2, 16, 15, HULL_POLICY_AUDIT, 0, 0, 0 } },
	{ "0-0xff allow", "own allow", { 0, 255, 15, HULL_POLICY_ALLOW, 0, 0, 0 } },
	{ "own allow", NULL, { 0, 255, 15, HULL_POLICY_ALLOW, 0, 0, 0 } },
	{ "module forward", NULL, { 256, 511, 15, HULL_POLICY_FORWARD, 0, 0, 0 } },
	{ "user cpl=0,3 kill", NULL, { 512, 767, 9, HULL_POLICY_KILL, 0, 0, 0 } },
	{ "bpf cpl=3,1 audit", "bpf cpl=1,3 audit", { 768, LAST, 10, HULL_POLICY_AUDIT, 0, 0, 0 } },
	{ "all cpl=0,1,2,3 allow", "all allow", { 0, LAST, 15, HULL_POLICY_ALLOW, 0, 0, 0 } },
	{ "nop limit=100", "hull_nop limit=100/100,EAGAIN",
	  { 0, 0, 15, HULL_POLICY_LIMIT, -EAGAIN, 100, 100 } },
	{ "nop limit=100/5", "hull_nop limit=100/5,EAGAIN",
	  { 0, 0, 15, HULL_POLICY_LIMIT, -EAGAIN, 100, 5 } },
	{ "nop limit=1,EBUSY", "hull_nop limit=1/1,EBUSY",
	  { 0, 0, 15, HULL_POLICY_LIMIT, -EBUSY, 1, 1 } },
	{ "hull_nop limit=4294967295/4294967295,ENOSYS", NULL,
	  { 0, 0, 15, HULL_POLICY_LIMIT, -ENOSYS, UINT32_MAX, UINT32_MAX } },
	{ "adder deny=ENOSYS", NULL, { 257, 257, 15, HULL_POLICY_DENY, -ENOSYS, 0, 0 } },
	{ "  nop\tallow\r\n", "hull_nop allow", { 0, 0, 15, HULL_POLICY_ALLOW, 0, 0, 0 } },
	{ "# all deny\nnop # x\nallow#", "hull_nop allow", { 0, 0, 15, HULL_POLICY_ALLOW, 0, 0, 0 } },
};

static void test_good(void)
{
	char text[POLICY_TEXT_MAX];
	size_t i;
	bool ok;

	for (i = 0; i < COUNT(good); i++) {
		ok = parse(good[i].text) && rules.n == 2 &&
		     !memcmp(&rules.rule[1], &good[i].rule, sizeof(rules.rule[1]));
		policy_rule_text(&rules.rule[1], false, &names, text, sizeof(text));
		tap_ok(ok && !strcmp(text, good[i].back ? good[i].back : good[i].text), "%s: %s",
		       good[i].back ? good[i].back : good[i].text, ok ? text : error.why);
	}
}

/* @word: the one that is complained of */
static const struct {
	const char *text, *word;
	unsigned int line;
} bad[] = {
	{ "lgo deny", "lgo", 1 },
	{ "nop", "", 1 },
	{ "nop\n\n", "", 3 },
	{ "nop dney", "dney", 1 },
	{ "nop deny=", "deny=", 1 },
	{ "nop deny=EFOO", "deny=EFOO", 1 },
	{ "nop deny=0", "deny=0", 1 },
	{ "nop deny=4096", "deny=4096", 1 },
	{ "nop deny=-1", "deny=-1", 1 },
	{ "nop allow=1", "allow=1", 1 },
	{ "nop kill=", "kill=", 1 },
	{ "nop =", "=", 1 },
	{ "nop limit", "limit", 1 },
	{ "nop limit=", "limit=", 1 },
	{ "nop limit=0", "limit=0", 1 },
	{ "nop limit=1/0", "limit=1/0", 1 },
	{ "nop limit=1/", "limit=1/", 1 },
	{ "nop limit=/1", "limit=/1", 1 },
	{ "nop limit=4294967296", "limit=4294967296", 1 },
	{ "nop limit=99999999999999999999", "limit=99999999999999999999", 1 },
	{ "nop limit=1,", "limit=1,", 1 },
	{ "nop limit=1,E/2", "limit=1,E/2", 1 },
	{ "nop cpl= allow", "cpl=", 1 },
	{ "nop cpl=4 allow", "cpl=4", 1 },
	{ "nop cpl=0,,1 allow", "cpl=0,,1", 1 },
	{ "nop cpl=0 cpl=1 allow", "cpl=1", 1 },
	{ "cpl=0 allow", "cpl=0", 1 },
	{ "0x400 allow", "0x400", 1 },
	{ "1024 allow", "1024", 1 },
	{ "0x4874ffff allow", "0x4874ffff", 1 },
	{ "0x48750400 allow", "0x48750400", 1 },
	{ "0x148750000 allow", "0x148750000", 1 },
	{ "0xffffffffffffffffff allow", "0xffffffffffffffffff", 1 },
	{ "0x allow", "0x", 1 },
	{ "1- allow", "1-", 1 },
	{ "1-0 allow", "1-0", 1 },
	{ "1-2-3 allow", "1-2-3", 1 },
	{ "0-0x400 allow", "0-0x400", 1 },
	{ "nop allow\nnop audit\nnop wrong\n", "wrong", 3 },
	{ "default allow\ndefault deny", "default", 2 },
	{ "default cpl=0 allow", "cpl=0", 1 },
	{ "default", "", 1 },
	{ "n\x01p\xff allow", "n?p?", 1 },
};

static void test_bad(void)
{
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		tap_ok(!parse(bad[i].text) && !strcmp(error.word, bad[i].word) && error.why[0] &&
		       error.line == bad[i].line, "line %u: '%s': %s", error.line, error.word,
		       error.why);
}

static void test_whole(void)
{
	char text[80 * HULL_POLICY_RULES_MAX] = "", one[POLICY_TEXT_MAX];
	int i;

	tap_ok(parse("") && rules.n == 1 && rules.rule[0].action == HULL_POLICY_ALLOW &&
	       rules.rule[0].cpls == 15 && rules.rule[0].last == LAST && !rules.line[0],
	       "nothing said: all is allowed");
	tap_ok(parse("nop allow\ndefault deny=ENOSYS\n own cpl=3 kill") && rules.n == 3 &&
	       rules.rule[0].action == HULL_POLICY_DENY && rules.rule[0].error == -ENOSYS &&
	       rules.line[0] == 2 && rules.line[1] == 1 && rules.line[2] == 3,
	       "the default may be anywhere");
	policy_rule_text(&rules.rule[0], true, NULL, one, sizeof(one));
	tap_ok(!strcmp(one, "default deny=ENOSYS"), "%s", one);
	for (i = 1; i < (int)HULL_POLICY_RULES_MAX; i++)
		strcat(text, "nop allow\n");
	tap_ok(parse(text) && rules.n == HULL_POLICY_RULES_MAX, "as many rules as there may be");
	strcat(text, "log allow");
	tap_ok(!parse(text) && !strcmp(error.word, "log") && error.line == HULL_POLICY_RULES_MAX,
	       "one more: %s", error.why);
	tap_ok(!policy_parse("nop allow\0", 10, NULL, &rules, &error), "a NUL: %s", error.why);
	tap_ok(!policy_parse("adder allow", 11, NULL, &rules, &error), "a name that nobody knows");
	tap_ok(policy_parse("nop allowed", 9, NULL, &rules, &error), "bytes after the end are not read");
}

int main(void)
{
	tap_plan(COUNT(good) + COUNT(bad) + 8);
	test_good();
	test_bad();
	test_whole();
	return tap_end();
}
