// SPDX-License-Identifier: GPL-2.0-only
/* Requests without a kernel: what is written is asked of the evaluator that the module has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <policy/group.h>

/* Who a file is: here its path says so. */
static uint64_t identity(const char *path, size_t len)
{
	uint64_t hash = 14695981039346656037ull;

	while (len--)
		hash = (hash ^ (unsigned char)*path++) * 1099511628211ull;
	return hash;
}

bool group_set_make(struct group_set *set, void *blob, size_t size, const char **why)
{
	struct hull_blob_flaw flaw;
	uint32_t i, n;

	*set = (struct group_set){ .blob = blob };
	*why = "out of memory";
	if (hull_ruleset_init(&set->set, blob, size, &flaw)) {
		*why = flaw.why;
		goto out_free;
	}
	n = hull_ruleset_slots_wanted(&set->set);
	set->slots = calloc(n, sizeof(*set->slots));
	if (!set->slots)
		goto out_free;
	hull_ruleset_slots_give(&set->set, set->slots, n);
	for (i = 0; i < set->set.n_anchors; i++) {
		const struct hull_blob_string *path = &set->set.anchor[i].path;

		hull_ruleset_resolve(&set->set, i, identity(set->set.string + path->at, path->len),
				     0, 0);
	}
	return true;

out_free:
	group_set_free(set);
	return false;
}

void group_set_free(struct group_set *set)
{
	free(set->slots);
	free(set->blob);
	*set = (struct group_set){ 0 };
}

/* ---- walks --------------------------------------------------------------------------- */

/* From @path up: the length of what is left, 1 for "/", 0 behind it. */
static size_t parent(const char *path, size_t len)
{
	if (len <= 1)
		return 0;
	while (len > 1 && path[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : 1;
}

static void names_fill(struct hull_request *request, const char *path)
{
	size_t len = strlen(path), up;

	for (; len > 1 && request->n_names < HULL_BLOB_GLOB_PARTS; len = up) {
		size_t from;

		up = parent(path, len);
		from = up > 1 ? up + 1 : 1;
		request->name[request->n_names].s = path + from;
		request->name[request->n_names++].len = (uint32_t)(len - from);
	}
}

static void file_ask(const struct hull_ruleset *set, unsigned int sub,
		     struct hull_request *request, const char *path, struct group_answer *answer)
{
	struct hull_eval eval;
	size_t len;

	names_fill(request, path);
	if (!hull_eval_begin(&eval, set, sub, request)) {
		for (len = strlen(path); len; len = parent(path, len)) {
			if (!hull_eval_object(&eval, identity(path, len), 0, 0))
				continue;
			snprintf(answer->where, sizeof(answer->where), "beneath %.*s", (int)len,
				 path);
			break;
		}
	}
	hull_eval_end(&eval, &answer->verdict);
}

static void mount_fill(const struct hull_ruleset *set, struct hull_request *request,
		       const struct group_mount *mount)
{
	const char *path = mount->target ? mount->target : "/";
	size_t len;

	request->mount.flags = mount->set;
	request->mount.n_anchors = 0;
	request->mount.type = (struct hull_text){
		mount->type, mount->type ? (uint32_t)strlen(mount->type) : 0,
	};
	request->mount.source = (struct hull_text){
		mount->source, mount->source ? (uint32_t)strlen(mount->source) : 0,
	};
	for (len = strlen(path); len; len = parent(path, len)) {
		uint32_t room = HULL_REQUEST_ANCHORS - request->mount.n_anchors, n;

		n = hull_ruleset_anchor(set, identity(path, len), 0, 0,
					&request->mount.anchor[request->mount.n_anchors], room);
		request->mount.n_anchors += n < room ? n : room;
	}
}

/* ---- all ------------------------------------------------------------------------------- */

static void peer_fill(const struct hull_ruleset *set, const struct group_policy *of, int peer,
		      struct hull_request *request)
{
	request->peer = peer < 0 ? HULL_PEER_SAME : (uint8_t)peer;
	if (peer >= HULL_PEER_NAMED) {
		const char *name = of->peers[peer - HULL_PEER_NAMED];

		request->peer = HULL_PEER_OTHER;
		request->named = hull_ruleset_peer(set, name, (uint32_t)strlen(name));
	}
}

static const char *where_of(unsigned int kind)
{
	static const char *const words[__HULL_KIND_MAX] = {
		[HULL_KIND_NUMBER] = "by its number", [HULL_KIND_RANGES] = "by its number",
		[HULL_KIND_PEER] = "by the peer", [HULL_KIND_INET] = "by address and port",
		[HULL_KIND_UNIX] = "by name or peer", [HULL_KIND_MOUNT] = "by its conditions",
	};

	return words[kind] ? words[kind] : "";
}

/* What the default of the class would say: then that is what said it. */
static bool by_default(const struct hull_ruleset *set, unsigned int sub, unsigned int class,
		       uint32_t perm, const struct hull_verdict *verdict)
{
	const struct hull_blob_cell *cell = &set->cell[set->sub[sub].class[class].cell];

	return !verdict->rule || cell->rule[__builtin_ctz(perm)] == verdict->rule;
}

static void rest_ask(const struct hull_ruleset *set, unsigned int sub,
		     const struct group_policy *of, const struct group_item *item,
		     struct hull_request *request, struct group_answer *answer)
{
	unsigned int kind = hull_class_rows[item->class].kind;

	request->number = item->first;
	if (kind == HULL_KIND_PEER || kind == HULL_KIND_UNIX)
		peer_fill(set, of, item->peer, request);
	if (kind == HULL_KIND_UNIX) {
		request->unix_name = (struct hull_text){
			item->name, item->name ? (uint32_t)strlen(item->name) : 0,
		};
	} else if (kind == HULL_KIND_INET) {
		request->inet.family = item->any ? 4 : item->inet.family;
		memcpy(request->inet.addr, item->inet.addr, sizeof(item->inet.addr));
		request->inet.port = (uint16_t)item->first;
	} else if (kind == HULL_KIND_MOUNT) {
		mount_fill(set, request, &item->mount);
	}
	hull_evaluate(set, sub, request, &answer->verdict);
	snprintf(answer->where, sizeof(answer->where), "%s", where_of(kind));
}

void group_ask(const struct group_set *set, unsigned int sub, const struct group_policy *of,
	       const struct group_item *item, uint32_t perm, struct group_answer *answer)
{
	struct hull_request request = { .class = item->class, .perms = perm };
	uint32_t rule;

	memset(answer, 0, sizeof(*answer));
	if (item->class == HULL_CLASS_FILE)
		file_ask(&set->set, sub, &request, item->any ? "/" : item->path.anchor, answer);
	else
		rest_ask(&set->set, sub, of, item, &request, answer);
	if (by_default(&set->set, sub, item->class, perm, &answer->verdict))
		snprintf(answer->where, sizeof(answer->where), "by default");
	/* What nothing has to decide is not counted under a rule; the default names it. */
	if (!answer->verdict.rule) {
		rule = set->set.cell[set->set.sub[sub].class[item->class].cell]
			       .rule[__builtin_ctz(perm)];
		answer->verdict.rule = (uint16_t)rule;
	}
}
