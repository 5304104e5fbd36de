// SPDX-License-Identifier: GPL-2.0-only
/*
 * A verified policy of a group, evaluated: from a request to the most specific cell that
 * says something, for each kind of object. Pure; userland builds this file, too.
 */

#include <hull/policy_find.h>

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

/* Every other class: which rule decides about one permission, or 0. */

/* ---- numbers and peers ------------------------------------------------------- */

u32 hull_find_range(const struct hull_ruleset *set, const struct hull_blob_span *table, u64 number,
		    u32 bit)
{
	const struct hull_blob_range *range = &set->range[table->at];
	u32 low = 0, high = table->n, middle;

	/* The first one that doesn't end before @number. */
	while (low < high) {
		middle = (low + high) / 2;
		if (range[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == table->n || range[low].first > number)
		return 0;
	return hull_find_cell(set, range[low].cell, bit);
}

static __always_inline u32 peer_rule(const struct hull_ruleset *set,
				     const struct hull_blob_span *table,
				     const struct hull_request *request, u32 bit)
{
	u32 rule = 0;

	if (request->named)
		rule = hull_find_peer(set, table, request->named, request->number, bit);
	return rule ?: hull_find_peer(set, table, request->peer, request->number, bit);
}

/* ---- addresses ----------------------------------------------------------------- */

u32 hull_find_port_cell(const struct hull_ruleset *set, u32 ports, u16 port)
{
	return set->page[set->ports[ports - 1].at[port >> 8]].at[port & 0xff];
}

u32 hull_net_slot(const u32 addr[4], u32 n)
{
	return hull_net_hash(addr) & (n - 1);
}

static const struct hull_blob_net *net_find6(const struct hull_ruleset *set,
					     const struct hull_blob_prefix *prefix,
					     const u32 addr[4])
{
	const u16 *slots = &set->index[prefix->slots.at];
	u32 masked[4] = {
		addr[0] & prefix->mask[0], addr[1] & prefix->mask[1],
		addr[2] & prefix->mask[2], addr[3] & prefix->mask[3],
	};
	u32 at = hull_net_slot(masked, prefix->slots.n);
	const struct hull_blob_net *net;

	for (; slots[at]; at = (at + 1) & (prefix->slots.n - 1)) {
		net = &set->net[slots[at] - 1];
		if (!memcmp(net->addr, masked, sizeof(masked)))
			return net;
	}
	return NULL;
}

u32 hull_find_inet6(const struct hull_ruleset *set, const struct hull_blob_span *table,
		    const u32 addr[4], u16 port, u32 bit)
{
	const struct hull_blob_prefix *prefix = &set->prefix[table->at];
	const struct hull_blob_prefix *end = prefix + table->n;
	const struct hull_blob_net *net;
	u32 rule;

	for (; prefix < end; prefix++) {
		if (prefix->family != 6)
			continue;
		net = net_find6(set, prefix, addr);
		rule = net ? hull_find_port(set, net, port, bit) : 0;
		if (rule)
			return rule;
	}
	return 0;
}

static u32 inet_rule(const struct hull_ruleset *set, const struct hull_blob_span *table,
		     const struct hull_request *request, u32 bit)
{
	const u32 *addr = request->inet.addr;

	if (request->inet.family == 4)
		return hull_find_inet4_soon(set, table, addr[0], bit) ?:
		       hull_find_inet4(set, table, addr[0], request->inet.port, bit);
	return hull_find_inet6(set, table, addr, request->inet.port, bit);
}

/* ---- names ---------------------------------------------------------------------- */

static int name_compare(const struct hull_ruleset *set, const struct hull_blob_name *name,
			const struct hull_text *text)
{
	if (name->text.len != text->len)
		return name->text.len < text->len ? -1 : 1;
	return memcmp(text_of(set, &name->text), text->s, text->len);
}

static u32 name_rule(const struct hull_ruleset *set, const struct hull_blob_class *class,
		     const struct hull_text *text, u32 bit)
{
	const struct hull_blob_name *name = &set->name[class->table[0].at];
	u32 low = 0, high = class->table[0].n, middle, rule = 0;
	int order = 1;

	while (low < high && order) {
		middle = (low + high) / 2;
		order = name_compare(set, &name[middle], text);
		if (!order)
			rule = hull_find_cell(set, name[middle].cell, bit);
		else if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	name = &set->name[class->table[1].at];
	for (high = class->table[1].n; high && !rule; high--, name++)
		if (glob_is(set, &name->text, text))
			rule = hull_find_cell(set, name->cell, bit);
	return rule;
}

static noinline u32 unix_rule(const struct hull_ruleset *set, const struct hull_blob_class *class,
		     const struct hull_request *request, u32 bit)
{
	u32 rule = 0;

	if (request->unix_name.s)
		rule = name_rule(set, class, &request->unix_name, bit);
	return rule ?: peer_rule(set, &class->table[2], request, bit);
}

/* ---- mounts --------------------------------------------------------------------- */

static bool mount_applies(const struct hull_ruleset *set, const struct hull_blob_mount *mount,
			  const struct hull_request *request)
{
	u32 i, n = request->mount.n_anchors;

	if (n > HULL_REQUEST_ANCHORS)
		n = HULL_REQUEST_ANCHORS;
	if ((request->mount.flags & (mount->set | mount->clear)) != mount->set)
		return false;
	if (mount->type.len && !glob_is(set, &mount->type, &request->mount.type))
		return false;
	if (mount->source.len && !glob_is(set, &mount->source, &request->mount.source))
		return false;
	for (i = 0; mount->target && i < n; i++)
		if (request->mount.anchor[i] == mount->target - 1)
			return true;
	return !mount->target;
}

static noinline u32 mount_rule(const struct hull_ruleset *set, const struct hull_blob_span *table,
		      const struct hull_request *request, u32 bit)
{
	const struct hull_blob_mount *mount = &set->mount[table->at];
	const struct hull_blob_mount *end = mount + table->n;
	u32 rule;

	for (; mount < end; mount++) {
		rule = hull_find_cell(set, mount->cell, bit);
		if (rule && mount_applies(set, mount, request))
			return rule;
	}
	return 0;
}

/* ---- all of them ---------------------------------------------------------------- */

/* The kinds that are asked for most are decided in place, the others in functions. */
static __always_inline u32 rule_find(const struct hull_ruleset *set,
				     const struct hull_blob_class *class,
				     const struct hull_request *request, u32 bit)
{
	u32 rule = 0;

	if (class->speaks & (1u << bit)) {
		if (class->kind == HULL_KIND_PEER)
			rule = peer_rule(set, &class->table[0], request, bit);
		else if (class->kind == HULL_KIND_NUMBER)
			rule = hull_find_number(set, &class->table[0], request->number, bit);
		else if (class->kind == HULL_KIND_INET)
			rule = inet_rule(set, &class->table[0], request, bit);
		else if (class->kind == HULL_KIND_RANGES)
			rule = hull_find_range(set, &class->table[0], request->number, bit);
		else if (class->kind == HULL_KIND_UNIX)
			rule = unix_rule(set, class, request, bit);
		else if (class->kind == HULL_KIND_MOUNT)
			rule = mount_rule(set, &class->table[0], request, bit);
	}
	return rule ?: hull_find_cell(set, class->cell, bit);
}

/* Several permissions: each by itself, the strictest rule counts. */
static noinline u32 rules_find(const struct hull_ruleset *set,
			       const struct hull_blob_class *class,
			       const struct hull_request *request, u32 left)
{
	u32 strictest = 0, rule;

	for (; left; left &= left - 1) {
		rule = rule_find(set, class, request, __builtin_ctz(left));
		if (!strictest || set->rule[rule].action > set->rule[strictest].action)
			strictest = rule;
	}
	return strictest;
}

void hull_evaluate(const struct hull_ruleset *set, u32 sub, const struct hull_request *request,
		   struct hull_verdict *verdict)
{
	const struct hull_blob_class *class = &set->sub[sub].class[request->class];
	u32 left = request->perms & ~class->plain, rule = 0;

	if (left & (left - 1))
		rule = rules_find(set, class, request, left);
	else if (left)
		rule = rule_find(set, class, request, __builtin_ctz(left));
	hull_verdict_make(set, rule, verdict);
}

/* What is not simply allowed, by the set's mode. */
void hull_verdict_strict(const struct hull_ruleset *set, u32 rule, struct hull_verdict *verdict)
{
	const struct hull_blob_rule *r = &set->rule[rule];

	verdict->rule = (u16)rule;
	verdict->would = r->action;
	verdict->action = r->action;
	verdict->error = r->error;
	verdict->sub = r->sub;
	verdict->quiet = r->flags & HULL_RULE_QUIET;
	verdict->tell = !verdict->quiet &&
			(r->action == HULL_DO_AUDIT || r->action >= HULL_DO_DENY);
	if (set->mode != HULL_MODE_ENFORCE) {
		verdict->action = HULL_DO_ALLOW;
		verdict->tell = !verdict->quiet;
	}
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
