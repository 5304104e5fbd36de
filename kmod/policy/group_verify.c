// SPDX-License-Identifier: GPL-2.0-only
/*
 * A blob, checked whole before anybody evaluates it: the header and the sections here, what
 * each policy says of each class in group_verify_class.c. Pure; userland builds it, too.
 *
 * Sections are in order, each beginning where the one before ends, at a multiple of 8.
 * Whatever is an index or a number of bytes is checked against what it goes into.
 */

#include <policy/group_verify.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#endif

#define ERRNO_MAX	4095

bool hull_verify_fail(struct hull_verify *verify, u32 section, u32 item, const char *why)
{
	*verify->flaw = (struct hull_blob_flaw){ .why = why, .section = section, .item = item };
	return false;
}

static const struct {
	u32 size, min, max;
} sections[HULL_SECTIONS] = {
	[HULL_SECTION_SUBS] = { sizeof(struct hull_blob_sub), 1, HULL_BLOB_SUBS_MAX },
	[HULL_SECTION_RULES] = { sizeof(struct hull_blob_rule), 1, HULL_BLOB_RULES_MAX },
	[HULL_SECTION_CELLS] = { sizeof(struct hull_blob_cell), 1, HULL_BLOB_CELLS_MAX },
	[HULL_SECTION_INDEX] = { sizeof(u16), 0, HULL_BLOB_SIZE_MAX },
	[HULL_SECTION_RANGES] = { sizeof(struct hull_blob_range), 0, HULL_BLOB_SIZE_MAX },
	[HULL_SECTION_ANCHORS] = { sizeof(struct hull_blob_anchor), 0, HULL_BLOB_ANCHORS_MAX },
	[HULL_SECTION_GLOBS] = { sizeof(struct hull_blob_glob), 0, HULL_BLOB_RULES_MAX },
	[HULL_SECTION_PREFIXES] = { sizeof(struct hull_blob_prefix), 0, HULL_BLOB_SIZE_MAX },
	[HULL_SECTION_NETS] = { sizeof(struct hull_blob_net), 0, HULL_BLOB_NETS_MAX },
	[HULL_SECTION_PORTS] = { sizeof(struct hull_blob_page), 0, HULL_BLOB_NETS_MAX },
	[HULL_SECTION_PAGES] = { sizeof(struct hull_blob_page), 0, 0xffff },
	[HULL_SECTION_NAMES] = { sizeof(struct hull_blob_name), 0, HULL_BLOB_RULES_MAX },
	[HULL_SECTION_MOUNTS] = { sizeof(struct hull_blob_mount), 0, HULL_BLOB_RULES_MAX },
	[HULL_SECTION_PEERS] = { sizeof(struct hull_blob_string), 0, HULL_BLOB_PEERS_MAX },
	[HULL_SECTION_STRINGS] = { 1, 1, HULL_BLOB_SIZE_MAX },
};

/* All arithmetic is in 64 bits: no product or sum of 32-bit numbers leaves them. */
static bool sections_check(struct hull_verify *verify, const struct hull_blob *blob)
{
	u64 at = sizeof(*blob);
	u32 i;

	for (i = 0; i < HULL_SECTIONS; i++) {
		const struct hull_blob_span *span = &blob->section[i];

		at = (at + 7) & ~7ull;
		if (span->at != at)
			return hull_verify_fail(verify, i, 0, "a section is not where it must be");
		if (span->n < sections[i].min || span->n > sections[i].max)
			return hull_verify_fail(verify, i, span->n, "too few or too many items");
		at += (u64)span->n * sections[i].size;
		if (at > blob->size)
			return hull_verify_fail(verify, i, span->n, "a section ends behind the blob");
	}
	if (((at + 7) & ~7ull) != blob->size)
		return hull_verify_fail(verify, HULL_SECTIONS, 0, "something is behind the sections");
	return true;
}

static bool header_check(struct hull_verify *verify, const struct hull_blob *blob, size_t size)
{
	const char *why = NULL;

	if (size < sizeof(*blob) || size > HULL_BLOB_SIZE_MAX)
		why = "too short or too long for a policy";
	else if (blob->magic != HULL_BLOB_MAGIC)
		why = "not a policy";
	else if (blob->version != HULL_BLOB_VERSION || blob->classes != HULL_CLASSES)
		why = "a policy of another version: vmctl and the module must be of one";
	else if (blob->size != size)
		why = "not as long as it says";
	else if (blob->mode >= __HULL_MODE_MAX)
		why = "no such mode";
	else if (blob->parts > HULL_BLOB_GLOB_PARTS || blob->flags || blob->reserved)
		why = "a field of the header is wrong";
	return why ? hull_verify_fail(verify, HULL_SECTIONS, 0, why) : sections_check(verify, blob);
}

static const void *section_of(const struct hull_blob *blob, u32 section)
{
	return (const char *)blob + blob->section[section].at;
}

static void set_fill(struct hull_ruleset *set, const struct hull_blob *blob)
{
	set->blob = blob;
	set->sub = section_of(blob, HULL_SECTION_SUBS);
	set->rule = section_of(blob, HULL_SECTION_RULES);
	set->cell = section_of(blob, HULL_SECTION_CELLS);
	set->index = section_of(blob, HULL_SECTION_INDEX);
	set->range = section_of(blob, HULL_SECTION_RANGES);
	set->anchor = section_of(blob, HULL_SECTION_ANCHORS);
	set->glob = section_of(blob, HULL_SECTION_GLOBS);
	set->prefix = section_of(blob, HULL_SECTION_PREFIXES);
	set->net = section_of(blob, HULL_SECTION_NETS);
	set->ports = section_of(blob, HULL_SECTION_PORTS);
	set->page = section_of(blob, HULL_SECTION_PAGES);
	set->name = section_of(blob, HULL_SECTION_NAMES);
	set->mount = section_of(blob, HULL_SECTION_MOUNTS);
	set->peer = section_of(blob, HULL_SECTION_PEERS);
	set->string = section_of(blob, HULL_SECTION_STRINGS);
	set->n_subs = blob->section[HULL_SECTION_SUBS].n;
	set->n_rules = blob->section[HULL_SECTION_RULES].n;
	set->n_cells = blob->section[HULL_SECTION_CELLS].n;
	set->n_anchors = blob->section[HULL_SECTION_ANCHORS].n;
	set->n_peers = blob->section[HULL_SECTION_PEERS].n;
	set->mode = blob->mode;
	set->parts = blob->parts;
}

bool hull_verify_string(struct hull_verify *verify, const struct hull_blob_string *string,
			u32 section, u32 item)
{
	const struct hull_blob_span *all = &verify->blob->section[HULL_SECTION_STRINGS];

	if (string->len <= HULL_BLOB_STRING_MAX && string->at < all->n &&
	    string->len < all->n - string->at && !verify->set->string[string->at + string->len])
		return true;
	return hull_verify_fail(verify, section, item, "a string is too long, or not in the strings");
}

static bool strings_check(struct hull_verify *verify)
{
	u32 n = verify->blob->section[HULL_SECTION_STRINGS].n;

	return !verify->set->string[n - 1] ||
	       hull_verify_fail(verify, HULL_SECTION_STRINGS, n - 1, "the strings don't end");
}

static const char *rule_flaw(const struct hull_ruleset *set, const struct hull_blob_rule *rule)
{
	bool errs = rule->action >= HULL_DO_LIMIT;
	bool rated = rule->action == HULL_DO_LIMIT || rule->action == HULL_DO_ASK;

	if (rule->action >= __HULL_DO_MAX)
		return "there is no such action";
	if (rule->flags & ~HULL_RULE_QUIET || rule->reserved)
		return "a field of a rule is wrong";
	if (errs ? !rule->error || rule->error > ERRNO_MAX : rule->error)
		return "an error goes with what may be denied, 1 to 4095";
	if (rated != !!rule->rate || (rule->action == HULL_DO_LIMIT) != !!rule->burst)
		return "rate and burst go with limit, a time with ask, from 1 on";
	if (rule->action == HULL_DO_ASK && rule->rate > HULL_BLOB_ASK_MS_MAX)
		return "a question takes ten minutes at most";
	if (rule->sub != HULL_SUB_SAME && rule->sub >= set->n_subs)
		return "there is no such policy to go on with";
	return NULL;
}

static bool rules_check(struct hull_verify *verify)
{
	const struct hull_ruleset *set = verify->set;
	const struct hull_blob_rule *rule = set->rule;
	const char *why;
	u32 i;

	if (rule->action || rule->sub != HULL_SUB_SAME || rule->flags)
		return hull_verify_fail(verify, HULL_SECTION_RULES, 0, "rule 0 is none");
	for (i = 0; i < set->n_rules; i++, rule++) {
		why = rule_flaw(set, rule);
		if (!why && rule->file >= verify->blob->section[HULL_SECTION_STRINGS].n)
			why = "the name of a rule's file is not in the strings";
		if (why)
			return hull_verify_fail(verify, HULL_SECTION_RULES, i, why);
		if (!hull_verify_string(verify, &rule->text, HULL_SECTION_RULES, i))
			return false;
		verify->asks |= rule->action == HULL_DO_ASK;
	}
	return true;
}

static bool cells_check(struct hull_verify *verify)
{
	const struct hull_ruleset *set = verify->set;
	const struct hull_blob_cell *cell = set->cell;
	u32 i, bit;

	if (cell->speaks)
		return hull_verify_fail(verify, HULL_SECTION_CELLS, 0, "cell 0 says nothing");
	for (i = 0; i < set->n_cells; i++, cell++) {
		if (cell->speaks >> HULL_CELL_PERMS)
			return hull_verify_fail(verify, HULL_SECTION_CELLS, i, "too many permissions");
		for (bit = 0; bit < HULL_CELL_PERMS; bit++)
			if (cell->rule[bit] >= set->n_rules ||
			    !cell->rule[bit] != !(cell->speaks & (1u << bit)))
				return hull_verify_fail(verify, HULL_SECTION_CELLS, i,
							"a cell names a rule that there is not");
	}
	return true;
}

static bool anchors_check(struct hull_verify *verify)
{
	const struct hull_ruleset *set = verify->set;
	u32 i;

	for (i = 0; i < set->n_anchors; i++) {
		const struct hull_blob_anchor *anchor = &set->anchor[i];

		if (!hull_verify_string(verify, &anchor->path, HULL_SECTION_ANCHORS, i))
			return false;
		if (set->string[anchor->path.at] != '/' || anchor->reserved ||
		    anchor->flags & ~HULL_ANCHOR_OPTIONAL)
			return hull_verify_fail(verify, HULL_SECTION_ANCHORS, i, "not an anchor");
	}
	for (i = 0; i < set->n_peers; i++)
		if (!hull_verify_string(verify, &set->peer[i], HULL_SECTION_PEERS, i))
			return false;
	return true;
}

int hull_ruleset_init(struct hull_ruleset *set, const void *data, size_t size,
		      struct hull_blob_flaw *flaw)
{
	/* Where nothing is resolved every slot is free: this one, which nobody writes to. */
	static const struct hull_anchor_slot none;
	struct hull_verify verify = { .set = set, .blob = data, .flaw = flaw };
	u32 i;

	memset(set, 0, sizeof(*set));
	memset(flaw, 0, sizeof(*flaw));
	if (!header_check(&verify, data, size))
		return -EINVAL;
	set_fill(set, data);
	set->slots = (struct hull_anchor_slot *)&none;
	if (!strings_check(&verify) || !rules_check(&verify) || !cells_check(&verify) ||
	    !anchors_check(&verify) || !hull_verify_items(&verify))
		return -EINVAL;
	for (i = 0; i < set->n_subs; i++)
		if (!hull_verify_sub(&verify, i))
			return -EINVAL;
	return 0;
}

u32 hull_ruleset_slots_wanted(const struct hull_ruleset *set)
{
	u32 n = 2;

	/* A quarter full at most: nearly every miss is one look. */
	while (n < 4 * set->n_anchors)
		n *= 2;
	return n;
}

void hull_ruleset_slots_give(struct hull_ruleset *set, struct hull_anchor_slot *slots, u32 n)
{
	set->slots = slots;
	set->slot_mask = n - 1;
}

int hull_ruleset_resolve(struct hull_ruleset *set, u32 anchor, u64 ino, u32 dev, u32 generation)
{
	u32 at = hull_anchor_hash(ino, dev) & set->slot_mask, twins = 0;
	struct hull_anchor_slot *slot;

	if (anchor >= set->n_anchors)
		return -EINVAL;
	/* One slot stays free, always: every search ends. */
	if (set->n_resolved >= set->n_anchors || set->n_resolved >= set->slot_mask)
		return -ENOSPC;
	for (slot = &set->slots[at]; slot->anchor; slot = &set->slots[at]) {
		if (slot->ino == ino && slot->dev == dev && slot->generation == generation)
			slot->twins = twins = 1;
		at = (at + 1) & set->slot_mask;
	}
	*slot = (struct hull_anchor_slot){
		.ino = ino, .dev = dev, .generation = generation, .anchor = anchor + 1,
		.twins = twins,
	};
	set->n_resolved++;
	return 0;
}
