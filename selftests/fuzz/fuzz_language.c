// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy language: any bytes, or words of it in any order. What is taken, the
 * evaluator takes, too; written back and read again it is the same. What is not has a
 * sentence and a line.
 */
#include <stdlib.h>
#include <string.h>

#include <policy/language.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = {
	"hull_nop", "log", "own", "module", "user", "bpf", "all", "default", "0x48750003", "7", "0x3ff",
	"0-5", "0x48750001-0x487503ff", "cpl=0", "cpl=0,3", "cpl=3,2,1", "allow", "deny", "deny=EPERM",
	"deny=4095", "audit", "forward", "limit=1", "limit=10/20", "limit=4294967295,EBUSY", "kill",
	"\n", "# x\n", "=", ",", "limit=", "cpl=", "-",
};

#define WORDS	(sizeof(words) / sizeof(words[0]))

static void check_error(const char *text, size_t size, const struct policy_error *error)
{
	unsigned int lines = 1;
	size_t i;

	for (i = 0; i < size; i++)
		lines += text[i] == '\n';
	if (!error->why[0] || !error->line || error->line > lines ||
	    strlen(error->word) >= sizeof(error->word))
		abort();
}

static void check_rules(const struct policy_rules *rules)
{
	static struct hull_policy_calls compiled;
	static char text[HULL_POLICY_RULES_MAX * (POLICY_TEXT_MAX + 1)];
	static struct policy_rules again;
	struct policy_error error;
	const char *why;
	uint32_t i, bad;
	size_t len = 0;

	if (hull_policy_calls_compile(&compiled, rules->rule, rules->n, &why, &bad))
		abort();
	for (i = 0; i < rules->n; i++) {
		policy_rule_text(&rules->rule[i], !i, NULL, text + len, POLICY_TEXT_MAX);
		len += strlen(text + len);
		text[len++] = '\n';
	}
	if (!policy_parse(text, len, NULL, &again, &error) || again.n != rules->n ||
	    memcmp(again.rule, rules->rule, sizeof(again.rule)))
		abort();
}

static void check(const char *text, size_t size)
{
	static struct policy_rules rules;
	struct policy_error error;

	if (policy_parse(text, size, NULL, &rules, &error))
		check_rules(&rules);
	else
		check_error(text, size, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	size_t i, len = 0;

	if (!size)
		return 0;
	if (data[0] & 1) {
		/* Of the input's size, so that one byte too many is seen. */
		text = malloc(size);
		memcpy(text, data, size);
		check(text, size);
		free(text);
		return 0;
	}
	/* Three words a rule; few enough that some texts are right as a whole. */
	size = 1 + (size - 1) % 13;
	text = malloc(size * 40);
	for (i = 1; i < size; i++) {
		const char *word = words[data[i] % WORDS];

		memcpy(text + len, word, strlen(word));
		len += strlen(word);
		if (!(data[0] & 2) || (data[i] & 0x80))
			text[len++] = ' ';
	}
	check(text, len);
	free(text);
	return 0;
}
