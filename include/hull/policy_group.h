/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy of groups: a request in, a verdict out. Pure: the same code runs in the
 * module and in vmctl, whose "policy test" and "policy explain" are this evaluator.
 *
 * How a hook uses it, inside rcu_read_lock() or with a reference to the policy:
 *
 *	if (!(perms & ~hull_ruleset_plain(set, sub, HULL_CLASS_FILE)))
 *		return 0;				// nothing to decide, nothing to count
 *	struct hull_request request = { .class = HULL_CLASS_FILE, .perms = perms };
 *	hull_eval_begin(&eval, set, sub, &request);
 *	for (each of the object, its parent, ... the root)	// across mount points
 *		if (hull_eval_object(&eval, inode's number, device, generation))
 *			break;				// decided
 *	hull_eval_end(&eval, &verdict);
 *
 * and for every class but file and mount just hull_evaluate(). A group within groups asks
 * each one's policy and joins the verdicts with hull_verdict_join().
 */
#ifndef HULL_POLICY_GROUP_H
#define HULL_POLICY_GROUP_H

#include <hull/policy_blob.h>

#ifdef __KERNEL__
#include <linux/compiler.h>
#include <linux/nospec.h>
#define hull_nospec(index, size)	array_index_nospec(index, size)
#else
#define hull_nospec(index, size)	(index)
#ifndef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#endif
#ifndef noinline
#define noinline	__attribute__((noinline))
#endif
#endif

/** struct hull_text - bytes, maybe without a NUL; @s may be NULL with @len 0 */
struct hull_text {
	const char *s;
	u32 len;
};

#define HULL_REQUEST_ANCHORS	16u

/**
 * struct hull_request - what somebody is about to do; on the stack
 * @class: enum hull_class
 * @peer: kinds PEER and UNIX: enum hull_peer, below HULL_PEER_NAMED
 * @named: likewise: hull_ruleset_peer() of the peer's group, or 0
 * @depth: FILE: 1 if the object doesn't exist (yet) and the walk begins at its directory
 * @n_names: FILE: components given in @name, at least min(those there are,
 *	hull_ruleset_parts()); 0 is right where that is 0
 * @perms: of the class, at least one; the strictest rule counts
 * @number: kinds NUMBER, RANGES, PEER: see the vocabulary
 * @name: FILE: the object's name, its directory's, and so on
 * @unix_name: UNIX: the abstract name without its leading NUL; NULL: it has none
 * @inet: INET: @family 4 or 6, @addr in network order (IPv4: the first of them; IPv4 in
 *	IPv6 is family 4), @port in host order
 * @mount: MOUNT: what is known of it; @anchor: hull_ruleset_anchor() of the target and
 *	of each directory above it, where they are any
 */
struct hull_request {
	u8 class;
	u8 peer, named;
	u8 depth, n_names;
	u32 perms;
	u64 number;
	union {
		struct hull_text name[HULL_BLOB_GLOB_PARTS];
		struct hull_text unix_name;
		struct {
			u32 addr[4];
			u16 port;
			u8 family;
		} inet;
		struct {
			struct hull_text type, source;
			u32 flags;
			u32 n_anchors;
			u16 anchor[HULL_REQUEST_ANCHORS];
		} mount;
	};
};

/**
 * struct hull_verdict - what to do
 * @action: enum hull_group_action, with the mode applied: what to do
 * @would: what the rule says without the mode
 * @error: positive errno of a denial, also of LIMIT and ASK when they come to one
 * @rule: counts a hit, and is named in events; 0: nobody's, always allowed
 * @sub: for FILE execute: the policy of the new program, or HULL_SUB_SAME
 * @tell: an event is wanted: a denial, an audit, something to learn. Of LIMIT and ASK
 *	the caller tells the denials himself unless @quiet
 */
struct hull_verdict {
	u8 action, would;
	u16 error;
	u16 rule, sub;
	bool tell, quiet;
};

/**
 * struct hull_anchor_slot - where an anchor is; @anchor + 1, 0: free
 *
 * An identity is what the resolver says: inode number, device, generation; or an address
 * of something held, 0, 0. Equal identities are the same object as long as the set lives;
 * @twins: there are others with this one.
 */
struct hull_anchor_slot {
	u64 ino;
	u32 dev, generation;
	u32 anchor, twins;
};

/**
 * struct hull_ruleset - a verified blob, ready to be evaluated
 * @slots: @slot_mask + 1 of them, the caller's memory; [v] by hull_ruleset_resolve() only
 *
 * Nothing of the blob may change any more.
 */
struct hull_ruleset {
	const struct hull_blob *blob;
	const struct hull_blob_sub *sub;
	const struct hull_blob_rule *rule;
	const struct hull_blob_cell *cell;
	const u16 *index;
	const struct hull_blob_range *range;
	const struct hull_blob_anchor *anchor;
	const struct hull_blob_glob *glob;
	const struct hull_blob_prefix *prefix;
	const struct hull_blob_net *net;
	const struct hull_blob_page *ports, *page;
	const struct hull_blob_name *name;
	const struct hull_blob_mount *mount;
	const struct hull_blob_string *peer;
	const char *string;
	u32 n_subs, n_rules, n_cells, n_anchors, n_peers;
	u32 mode, parts;
	u32 slot_mask, n_resolved;
	struct hull_anchor_slot *slots;
};

/* --- group_words.c: the vocabulary's rows, by enum hull_class ------------------ */

struct hull_class_row {
	const char *name;
	u8 kind;			/* enum hull_class_kind */
	u8 error;			/* of a plain "deny" */
};

extern const struct hull_class_row hull_class_rows[HULL_CLASSES];

/** hull_class_perms - all permissions of a class, as bits */
u32 hull_class_perms(u32 class);

/** hull_class_asks - of them those that are checked where the task may wait for an answer */
u32 hull_class_asks(u32 class);

/** hull_perm_name - of bit number @bit; NULL: there is none */
const char *hull_perm_name(u32 class, u32 bit);

/* --- group_verify.c: before anything else ------------------------------------- */

/**
 * struct hull_blob_flaw - what is wrong with a blob
 * @why: a static sentence
 * @section: enum hull_blob_section, or HULL_SECTIONS: the header
 * @item: in it
 */
struct hull_blob_flaw {
	const char *why;
	u32 section, item;
};

/**
 * hull_ruleset_init - verify a blob completely and make a set of it
 * @blob: aligned to 8; private to the caller: not in memory that anybody else can write
 * @size: bytes
 *
 * No anchor is resolved yet: none applies. Takes time proportional to @size; allocates
 * nothing. Return: 0, or -EINVAL with @flaw.
 */
int hull_ruleset_init(struct hull_ruleset *set, const void *blob, size_t size,
		      struct hull_blob_flaw *flaw);

/** hull_ruleset_slots_wanted - how many struct hull_anchor_slot to allocate, zeroed; 2 and up */
u32 hull_ruleset_slots_wanted(const struct hull_ruleset *set);

/** hull_ruleset_slots_give - @n as wanted; before the first resolve */
void hull_ruleset_slots_give(struct hull_ruleset *set, struct hull_anchor_slot *slots, u32 n);

/**
 * hull_ruleset_resolve - say where an anchor is; each once, before the set is published
 *
 * Several anchors may be the same object: then the strictest of their rules counts.
 * Return: 0, -EINVAL: no such anchor, -ENOSPC: resolved more often than there are anchors.
 */
int hull_ruleset_resolve(struct hull_ruleset *set, u32 anchor, u64 ino, u32 dev,
			 u32 generation);

/* --- what a hook asks for -------------------------------------------------- */

/** hull_ruleset_plain - permissions of @class that are always allowed under policy @sub */
static inline u32 hull_ruleset_plain(const struct hull_ruleset *set, u32 sub, u32 class)
{
	return set->sub[sub].class[class].plain;
}

/** hull_ruleset_needs - permissions of @class that some policy of the set may not allow */
u32 hull_ruleset_needs(const struct hull_ruleset *set, u32 class);

/** hull_ruleset_parts - how many components of a file's path patterns look at */
static inline u32 hull_ruleset_parts(const struct hull_ruleset *set)
{
	return set->parts;
}

/** hull_ruleset_peer - for a request's @named: the group called @name, or 0 */
u8 hull_ruleset_peer(const struct hull_ruleset *set, const char *name, u32 len);

/** hull_ruleset_sub - number of the policy called @name, or -ENOENT */
int hull_ruleset_sub(const struct hull_ruleset *set, const char *name, u32 len);

/* --- evaluating ------------------------------------------------------------ */

/**
 * struct hull_eval - an evaluation under way
 * @pending: permissions not decided
 * @rule: the strictest so far; 0: none
 * @action: its action
 */
struct hull_eval {
	const struct hull_ruleset *set;
	const struct hull_blob_class *class;
	const struct hull_request *request;
	u32 pending;
	u32 depth;
	u16 rule;
	u8 action;
};

/** hull_eval_cell - let a cell decide what of @pending it speaks about */
static inline void hull_eval_cell(struct hull_eval *eval, u32 cell)
{
	const struct hull_blob_cell *c = &eval->set->cell[cell];
	u32 hit = eval->pending & c->speaks;
	u32 rule;

	eval->pending &= ~hit;
	for (; hit; hit &= hit - 1) {
		rule = c->rule[__builtin_ctz(hit)];
		if (!eval->rule || eval->set->rule[rule].action > eval->action) {
			eval->rule = rule;
			eval->action = eval->set->rule[rule].action;
		}
	}
}

/** hull_eval_begin - @request must stay until the end; true: decided, no walk is needed */
static inline bool hull_eval_begin(struct hull_eval *eval, const struct hull_ruleset *set,
				   u32 sub, const struct hull_request *request)
{
	eval->set = set;
	eval->class = &set->sub[sub].class[request->class];
	eval->request = request;
	eval->pending = request->perms & ~eval->class->plain;
	eval->depth = request->depth;
	eval->rule = 0;
	eval->action = 0;
	return !(eval->pending & eval->class->speaks);
}

/*
 * Of the product the highest bits: inodes lie side by side in a slab, and further down there
 * are distances between them that make long runs of slots. 16 bits are enough for the anchors
 * that a blob may have.
 */
static inline u32 hull_anchor_hash(u64 ino, u32 dev)
{
	return (u32)(((ino ^ dev) * 0x9e3779b97f4a7c15ull) >> 48);
}

/** hull_eval_anchor - FILE: the object is @anchor, or beneath it */
void hull_eval_anchor(struct hull_eval *eval, u32 anchor);
/** hull_eval_found - the slow half of hull_eval_object() */
void hull_eval_found(struct hull_eval *eval, u32 at, u64 ino, u32 dev, u32 generation);

/**
 * hull_eval_object - FILE: the next object of the walk up; true: decided, walk no further
 *
 * First the object itself (or its directory, with the request's depth 1), last the root.
 */
static inline bool hull_eval_object(struct hull_eval *eval, u64 ino, u32 dev, u32 generation)
{
	const struct hull_ruleset *set = eval->set;
	u32 at = hull_anchor_hash(ino, dev) & set->slot_mask;
	const struct hull_anchor_slot *slot = &set->slots[at];

	/* Most objects are no anchor: that is found out here, what follows there. */
	for (; slot->anchor; slot = &set->slots[at]) {
		if (slot->ino == ino && slot->dev == dev && slot->generation == generation) {
			hull_eval_found(eval, at, ino, dev, generation);
			break;
		}
		at = (at + 1) & set->slot_mask;
	}
	eval->depth++;
	return !(eval->pending & eval->class->speaks);
}

/** hull_eval_end - what nothing decided the default does */
static inline void hull_eval_end(struct hull_eval *eval, struct hull_verdict *verdict);

/**
 * hull_evaluate - a request that needs no walk: every class but FILE
 *
 * Of a FILE request it gives what applies to a file that no anchor is above.
 */
void hull_evaluate(const struct hull_ruleset *set, u32 sub, const struct hull_request *request,
		   struct hull_verdict *verdict);

/**
 * hull_ruleset_anchor - MOUNT: the anchors that an object is, for the request's list
 * @anchor: room for @room of them
 *
 * Return: how many it is; more than @room: only those were written.
 */
u32 hull_ruleset_anchor(const struct hull_ruleset *set, u64 ino, u32 dev, u32 generation,
			u16 *anchor, u32 room);

/** hull_net_slot - where the search for a masked address begins among @n slots */
u32 hull_net_slot(const u32 addr[4], u32 n);

/** hull_verdict_strict - hull_verdict_make() of a rule that does more than allow */
void hull_verdict_strict(const struct hull_ruleset *set, u32 rule, struct hull_verdict *verdict);

/** hull_verdict_make - rule to verdict, by the set's mode; 0: allowed, nobody's */
static inline void hull_verdict_make(const struct hull_ruleset *set, u32 rule,
				     struct hull_verdict *verdict)
{
	const struct hull_blob_rule *r = &set->rule[rule];

	if (r->action == HULL_DO_ALLOW)
		*verdict = (struct hull_verdict){ .rule = (u16)rule, .sub = r->sub };
	else
		hull_verdict_strict(set, rule, verdict);
}

static inline void hull_eval_end(struct hull_eval *eval, struct hull_verdict *verdict)
{
	if (eval->pending)
		hull_eval_cell(eval, eval->class->cell);
	hull_verdict_make(eval->set, eval->rule, verdict);
}

/** hull_verdict_join - of two groups' verdicts the stricter; true: @other replaced it */
static inline bool hull_verdict_join(struct hull_verdict *verdict,
				     const struct hull_verdict *other)
{
	if (other->action <= verdict->action)
		return false;
	*verdict = *other;
	return true;
}

/* --- group_glob.c ------------------------------------------------------------ */

/**
 * hull_glob_match - * any bytes, ? one byte, [a-z], [!a-z] one of a set, \ the next as it is
 *
 * Takes time proportional to the product of the lengths at most; no recursion.
 */
bool hull_glob_match(const char *pattern, u32 pattern_len, const char *text, u32 text_len);

#endif
