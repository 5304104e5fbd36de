// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verifier: right blobs, and one field of each kind made wrong. Each is refused, and
 * the sentence and the section are those of what is wrong.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <policy/group.h>
#include "hull_tap.h"

static const char text[] =
	"default deny\nallow file r /a /b\ndeny file w /a/**/*.k\nallow file x /a/*/*.so\n"
	"allow inet tcp 10.0.0.0/8 port 80\ndeny inet 10.1.2.3\nallow unix connect @x @y @z*\n"
	"deny signal send KILL peer group:w\nallow capability 1-3\nlimit=5 task fork\n"
	"ask=2s mount type ext* on /m with ro\nallow ioctl 0x10-0x20 0x30\n"
	"policy p {\n default deny\n}\nallow file execute /p to p\n";

static char *right, *blob;
static size_t size;
static struct hull_blob_flaw flaw;
static struct hull_ruleset set;

static void *item(unsigned int section, unsigned int i, size_t bytes)
{
	return blob + ((struct hull_blob *)blob)->section[section].at + i * bytes;
}

#define ITEM(section, i, type)	((struct hull_blob_##type *)item(HULL_SECTION_##section, i, \
								  sizeof(struct hull_blob_##type)))
#define HEADER			((struct hull_blob *)blob)
#define CLASS(ID)		(&ITEM(SUBS, 0, sub)->class[HULL_CLASS_##ID])
#define INDEX(ID, i)		(((u16 *)item(HULL_SECTION_INDEX, CLASS(ID)->table[0].at, 2)) + (i))

static bool refused(const char *why, unsigned int section)
{
	char *copy = malloc(size);	/* of its size, so that one byte too many is seen */
	bool ok;

	memcpy(copy, blob, size);
	ok = hull_ruleset_init(&set, copy, size, &flaw) && strstr(flaw.why, why) &&
	     flaw.section == section;
	free(copy);
	if (!ok)
		tap_note("%s: %s, section %u", why, flaw.why ? flaw.why : "taken", flaw.section);
	memcpy(blob, right, size);
	return ok;
}

/* Changes a field, expects a refusal, and makes it right again. */
#define WRONG(change, why, section) \
	do { \
		change; \
		tap_ok(refused(why, HULL_SECTION_##section), "%s", #change); \
	} while (0)
#define HULL_SECTION_HEADER	HULL_SECTIONS

static void header(void)
{
	WRONG(HEADER->magic++, "not a policy", HEADER);
	WRONG(HEADER->version++, "another version", HEADER);
	WRONG(HEADER->classes--, "another version", HEADER);
	WRONG(HEADER->size -= 8, "not as long", HEADER);
	WRONG(HEADER->mode = 3, "no such mode", HEADER);
	WRONG(HEADER->parts = 5, "field of the header", HEADER);
	WRONG(HEADER->flags = 1, "field of the header", HEADER);
	WRONG(HEADER->section[HULL_SECTION_RULES].at += 8, "not where", RULES);
	WRONG(HEADER->section[HULL_SECTION_RULES].n = 0, "too few", RULES);
	WRONG(HEADER->section[HULL_SECTION_CELLS].n = ~0u, "too few or too many", CELLS);
	WRONG(HEADER->section[HULL_SECTION_INDEX].n = 4 << 20, "ends behind", INDEX);
	WRONG(HEADER->section[HULL_SECTION_STRINGS].n -= 9, "something is behind", HEADER);
}

static void items(void)
{
	WRONG(ITEM(RULES, 0, rule)->action = HULL_DO_DENY, "rule 0", RULES);
	WRONG(ITEM(RULES, 1, rule)->action = __HULL_DO_MAX, "no such action", RULES);
	WRONG(ITEM(RULES, 1, rule)->error = 0, "an error", RULES);
	WRONG(ITEM(RULES, 1, rule)->error = 4096, "an error", RULES);
	WRONG(ITEM(RULES, 1, rule)->rate = 1, "rate and burst", RULES);
	WRONG(ITEM(RULES, 1, rule)->sub = 2, "no such policy", RULES);
	WRONG(ITEM(RULES, 11, rule)->rate = 600001, "ten minutes", RULES);
	WRONG((ITEM(RULES, 8, rule)->action = HULL_DO_ASK, ITEM(RULES, 8, rule)->rate = 1),
	      "nobody may wait", SUBS);
	WRONG(ITEM(RULES, 1, rule)->file = ~0u, "rule's file", RULES);
	WRONG(ITEM(RULES, 1, rule)->text.at = ~0u, "a string", RULES);
	WRONG(ITEM(RULES, 1, rule)->text.len++, "a string", RULES);
	WRONG(ITEM(CELLS, 0, cell)->speaks = 1, "cell 0", CELLS);
	WRONG(ITEM(CELLS, 1, cell)->speaks |= 1u << 30, "too many permissions", CELLS);
	WRONG(ITEM(CELLS, 1, cell)->rule[0] = 0xffff, "a rule that there is not", CELLS);
	WRONG(ITEM(CELLS, 1, cell)->rule[0] = 0, "a rule that there is not", CELLS);
	WRONG(ITEM(ANCHORS, 0, anchor)->flags = 2, "not an anchor", ANCHORS);
	WRONG(ITEM(GLOBS, 0, glob)->n = 0, "not a pattern", GLOBS);
	WRONG(ITEM(GLOBS, 0, glob)->n = 4, "not a pattern", GLOBS);
	WRONG(ITEM(GLOBS, 0, glob)->anchor = 99, "not a pattern", GLOBS);
	WRONG(ITEM(RANGES, 0, range)->last = 1, "not a range", RANGES);
	WRONG(ITEM(RANGES, 0, range)->cell = ~0u, "not a range", RANGES);
	WRONG(ITEM(PREFIXES, 0, prefix)->mask[0] = 0, "not a prefix", PREFIXES);
	WRONG(ITEM(PREFIXES, 0, prefix)->slots.n = 3, "not a table", PREFIXES);
	WRONG(ITEM(PREFIXES, 0, prefix)->slots.at = ~0u, "not a table", PREFIXES);
	WRONG(ITEM(NETS, 0, net)->family = 5, "not a network", NETS);
	WRONG(ITEM(NETS, 0, net)->ports = 99, "not a network", NETS);
	WRONG(ITEM(NETS, 1, net)->addr[0] = ~0u, "not its own", PREFIXES);
	WRONG(ITEM(PORTS, 0, page)->at[255] = 99, "no such page", PORTS);
	WRONG(ITEM(PAGES, 0, page)->at[0] = 0xffff, "no such cell", PAGES);
	WRONG(ITEM(NAMES, 0, name)->cell = ~0u, "no such cell", NAMES);
	WRONG(ITEM(MOUNTS, 0, mount)->target = 99, "condition", MOUNTS);
	WRONG(ITEM(MOUNTS, 0, mount)->clear = HULL_MOUNT_RDONLY, "condition", MOUNTS);
}

static void classes(void)
{
	WRONG(CLASS(FILE)->kind = HULL_KIND_INET, "not of this kind", SUBS);
	WRONG(CLASS(FILE)->cell = 0, "a default", SUBS);
	WRONG(CLASS(FILE)->plain = HULL_FILE_MOUNT, "not plain", SUBS);
	WRONG(CLASS(FILE)->plain = HULL_FILE_READ, "what it cannot", SUBS);
	WRONG(CLASS(FILE)->speaks &= ~(u32)HULL_FILE_READ, "its class doesn't", SUBS);
	WRONG(CLASS(FILE)->speaks |= 1u << 29, "what it cannot", SUBS);
	WRONG(CLASS(FILE)->table[0].n -= 2, "not every anchor", SUBS);
	WRONG(CLASS(FILE)->table[0].at = ~0u, "longer than", SUBS);
	WRONG(CLASS(FILE)->table[1].n--, "not marked", SUBS);
	WRONG(INDEX(FILE, 1)[0]++, "not its own", SUBS);
	WRONG(INDEX(FILE, 0)[0] = 0xffff, "cell that there is not", SUBS);
	WRONG(ITEM(GLOBS, 1, glob)->flags &= (u8)~HULL_GLOB_LAST, "not marked", SUBS);
	WRONG(CLASS(CAPABILITY)->table[0].n = 5000, "longer than", SUBS);
	WRONG(CLASS(IOCTL)->table[0].n = 99, "longer than", SUBS);
	WRONG(ITEM(RANGES, 1, range)->first = 0x18, "not in order", SUBS);
	WRONG(*(char *)item(HULL_SECTION_STRINGS, ITEM(NAMES, 1, name)->text.at, 1) = 0,
	      "not in order", SUBS);
}

int main(void)
{
	struct group_policy policy;
	struct group_error error;

	tap_plan(62);
	if (!group_parse(&policy, "text", text, strlen(text), NULL, &error))
		return 1;
	right = group_compile(&policy, &size, &error);
	group_policy_free(&policy);
	if (!right)
		return 1;
	blob = malloc(size);
	memcpy(blob, right, size);
	tap_ok(!hull_ruleset_init(&set, blob, size, &flaw), "a right one is taken");
	tap_ok(hull_ruleset_init(&set, blob, 16, &flaw), "a piece is not");
	header();
	items();
	classes();
	free(blob);
	free(right);
	return tap_end();
}
