// SPDX-License-Identifier: GPL-2.0-only
/*
 * A verified policy of a group, evaluated: from a request to the most specific cell that
 * says something, for each kind of object. Pure; userland builds this file, too.
 */

#include <hull/policy_group.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#endif

static const char *text_of(const struct hull_ruleset *set, const struct hull_blob_string *string)
{
	return set->string + string->at;
}

static bool glob_is(const struct hull_ruleset *set, const struct hull_blob_string *pattern,
		    const struct hull_text *text)
{
	return hull_glob_match(text_of(set, pattern), pattern->len, text->s, text->len);
}

/* ---- files ------------------------------------------------------------------ */

static bool glob_applies(const struct hull_eval *eval, const struct hull_blob_glob *glob)
{
	const struct hull_request *request = eval->request;
	u32 i;

	if (glob->n > request->n_names || glob->n > eval->depth)
		return false;
	if (glob->n != eval->depth && !(glob->flags & HULL_GLOB_ANYWHERE))
		return false;
	for (i = 0; i < glob->n; i++)
		if (!glob_is(eval->set, &glob->part[i], &request->name[i]))
			return false;
	return true;
}

void hull_eval_anchor(struct hull_eval *eval, u32 anchor)
{
	const struct hull_blob_class *class = eval->class;
	const u16 *of = &eval->set->index[class->table[0].at + 2 * anchor];
	const struct hull_blob_glob *glob;

	/* Patterns first: they are more specific. The last one of an anchor is marked. */
	if (of[1]) {
		glob = &eval->set->glob[class->table[1].at + of[1] - 1];
		for (;; glob++) {
			if ((eval->set->cell[glob->cell].speaks & eval->pending) &&
			    glob_applies(eval, glob))
				hull_eval_cell(eval, glob->cell);
			if (glob->flags & HULL_GLOB_LAST)
				break;
		}
	}
	hull_eval_cell(eval, of[0]);
}

void hull_eval_found(struct hull_eval *eval, u32 at, u64 ino, u32 dev, u32 generation)
{
	const struct hull_ruleset *set = eval->set;
	u32 pending = eval->pending, left = pending;
	const struct hull_anchor_slot *slot;

	if (eval->class->kind != HULL_KIND_FILE)
		return;
	/* Anchors that are one object are equally specific: each sees what was pending. */
	for (slot = &set->slots[at]; slot->anchor; slot = &set->slots[at]) {
		if (slot->ino == ino && slot->dev == dev && slot->generation == generation) {
			eval->pending = pending;
			hull_eval_anchor(eval, slot->anchor - 1);
			left &= eval->pending;
		}
		at = (at + 1) & set->slot_mask;
	}
	eval->pending = left;
}

u32 hull_ruleset_anchor(const struct hull_ruleset *set, u64 ino, u32 dev, u32 generation,
			u16 *anchor, u32 room)
{
	u32 at = hull_anchor_hash(ino, dev) & set->slot_mask, n = 0;
	const struct hull_anchor_slot *slot;

	for (slot = &set->slots[at]; slot->anchor; slot = &set->slots[at]) {
		if (slot->ino == ino && slot->dev == dev && slot->generation == generation) {
			if (n < room)
				anchor[n] = slot->anchor - 1;
			n++;
		}
		at = (at + 1) & set->slot_mask;
	}
	return n;
}

/* ---- numbers and peers ------------------------------------------------------- */

static void eval_number(struct hull_eval *eval, const struct hull_blob_span *table, u64 number)
{
	if (number < table->n)
		hull_eval_cell(eval, eval->set->index[table->at + hull_nospec(number, table->n)]);
}

static void eval_ranges(struct hull_eval *eval, const struct hull_blob_span *table, u64 number)
{
	const struct hull_blob_range *range = &eval->set->range[table->at];
	u32 low = 0, high = table->n, middle;

	/* The first one that doesn't end before @number. */
	while (low < high) {
		middle = (low + high) / 2;
		if (range[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < table->n && range[low].first <= number)
		hull_eval_cell(eval, range[low].cell);
}

static void eval_peer(struct hull_eval *eval, const struct hull_blob_span *table)
{
	const struct hull_request *request = eval->request;

	if (request->number >= HULL_PEER_STRIDE)
		return;
	if (request->named)
		eval_number(eval, table, request->named * HULL_PEER_STRIDE + request->number);
	if (eval->pending)
		eval_number(eval, table, request->peer * HULL_PEER_STRIDE + request->number);
}

/* ---- addresses ----------------------------------------------------------------- */

static u32 net_hash(const u32 addr[4])
{
	u64 mixed = (((u64)addr[0] << 32 | addr[1]) ^ ((u64)addr[2] << 32 | addr[3]) * 31) *
		    0x9e3779b97f4a7c15ull;

	return (u32)(mixed >> 32);
}

u32 hull_net_slot(const u32 addr[4], u32 n)
{
	return net_hash(addr) & (n - 1);
}

static const struct hull_blob_net *net_find(const struct hull_ruleset *set,
					    const struct hull_blob_prefix *prefix,
					    const u32 addr[4])
{
	const u16 *slots = &set->index[prefix->slots.at];
	const struct hull_blob_net *net;
	u32 masked[4], at, i;

	for (i = 0; i < 4; i++)
		masked[i] = addr[i] & prefix->mask[i];
	at = hull_net_slot(masked, prefix->slots.n);
	for (; slots[at]; at = (at + 1) & (prefix->slots.n - 1)) {
		net = &set->net[slots[at] - 1];
		if (net->addr[0] == masked[0] && net->addr[1] == masked[1] &&
		    net->addr[2] == masked[2] && net->addr[3] == masked[3])
			return net;
	}
	return NULL;
}

static void eval_inet(struct hull_eval *eval)
{
	const struct hull_request *request = eval->request;
	const struct hull_ruleset *set = eval->set;
	const struct hull_blob_prefix *prefix = &set->prefix[eval->class->table[0].at];
	const struct hull_blob_prefix *end = prefix + eval->class->table[0].n;
	u32 addr[4] = { request->inet.addr[0] }, port = request->inet.port;
	const struct hull_blob_net *net;
	u32 cell;

	if (request->inet.family != 4)
		memcpy(addr, request->inet.addr, sizeof(addr));
	for (; prefix < end && eval->pending; prefix++) {
		if (prefix->family != request->inet.family)
			continue;
		net = net_find(set, prefix, addr);
		if (!net)
			continue;
		cell = net->cell;
		if (net->ports)
			cell = set->page[set->ports[net->ports - 1].at[port >> 8]].at[port & 0xff];
		hull_eval_cell(eval, cell);
	}
}

/* ---- names ---------------------------------------------------------------------- */

static int name_compare(const struct hull_ruleset *set, const struct hull_blob_name *name,
			const struct hull_text *text)
{
	if (name->text.len != text->len)
		return name->text.len < text->len ? -1 : 1;
	return memcmp(text_of(set, &name->text), text->s, text->len);
}

static void eval_unix(struct hull_eval *eval)
{
	const struct hull_blob_class *class = eval->class;
	const struct hull_blob_name *name = &eval->set->name[class->table[0].at];
	const struct hull_text *text = &eval->request->unix_name;
	u32 low = 0, high = text->s ? class->table[0].n : 0, middle;
	int order;

	while (low < high) {
		middle = (low + high) / 2;
		order = name_compare(eval->set, &name[middle], text);
		if (!order) {
			hull_eval_cell(eval, name[middle].cell);
			break;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	name = &eval->set->name[class->table[1].at];
	for (high = text->s ? class->table[1].n : 0; high && eval->pending; high--, name++)
		if (glob_is(eval->set, &name->text, text))
			hull_eval_cell(eval, name->cell);
	if (eval->pending)
		eval_peer(eval, &class->table[2]);
}

/* ---- mounts --------------------------------------------------------------------- */

static bool mount_applies(const struct hull_eval *eval, const struct hull_blob_mount *mount)
{
	const struct hull_request *request = eval->request;
	u32 i, n = request->mount.n_anchors;

	if (n > HULL_REQUEST_ANCHORS)
		n = HULL_REQUEST_ANCHORS;
	if ((request->mount.flags & (mount->set | mount->clear)) != mount->set)
		return false;
	if (mount->type.len && !glob_is(eval->set, &mount->type, &request->mount.type))
		return false;
	if (mount->source.len && !glob_is(eval->set, &mount->source, &request->mount.source))
		return false;
	for (i = 0; mount->target && i < n; i++)
		if (request->mount.anchor[i] == mount->target - 1)
			return true;
	return !mount->target;
}

static void eval_mount(struct hull_eval *eval)
{
	const struct hull_blob_mount *mount = &eval->set->mount[eval->class->table[0].at];
	const struct hull_blob_mount *end = mount + eval->class->table[0].n;

	for (; mount < end && eval->pending; mount++)
		if ((eval->set->cell[mount->cell].speaks & eval->pending) &&
		    mount_applies(eval, mount))
			hull_eval_cell(eval, mount->cell);
}

/* ---- all of them ---------------------------------------------------------------- */

void hull_evaluate(const struct hull_ruleset *set, u32 sub, const struct hull_request *request,
		   struct hull_verdict *verdict)
{
	struct hull_eval eval;

	if (!hull_eval_begin(&eval, set, sub, request)) {
		switch (eval.class->kind) {
		case HULL_KIND_NUMBER:
			eval_number(&eval, &eval.class->table[0], request->number);
			break;
		case HULL_KIND_RANGES:
			eval_ranges(&eval, &eval.class->table[0], request->number);
			break;
		case HULL_KIND_PEER:
			eval_peer(&eval, &eval.class->table[0]);
			break;
		case HULL_KIND_INET:
			eval_inet(&eval);
			break;
		case HULL_KIND_UNIX:
			eval_unix(&eval);
			break;
		case HULL_KIND_MOUNT:
			eval_mount(&eval);
			break;
		}
	}
	hull_eval_end(&eval, verdict);
}

u32 hull_ruleset_needs(const struct hull_ruleset *set, u32 class)
{
	u32 i, plain = ~0u;

	for (i = 0; i < set->n_subs; i++)
		plain &= set->sub[i].class[class].plain;
	return hull_class_perms(class) & ~plain;
}

u8 hull_ruleset_peer(const struct hull_ruleset *set, const char *name, u32 len)
{
	u32 i;

	for (i = 0; i < set->n_peers; i++)
		if (set->peer[i].len == len && !memcmp(text_of(set, &set->peer[i]), name, len))
			return HULL_PEER_NAMED + i;
	return 0;
}

int hull_ruleset_sub(const struct hull_ruleset *set, const char *name, u32 len)
{
	u32 i;

	for (i = 0; i < set->n_subs; i++)
		if (set->sub[i].name.len == len &&
		    !memcmp(text_of(set, &set->sub[i].name), name, len))
			return i;
	return -ENOENT;
}
