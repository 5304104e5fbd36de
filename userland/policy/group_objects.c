// SPDX-License-Identifier: GPL-2.0-only
/* What a rule is about: one function a kind of object, one item an object. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <policy/group_private.h>
#include <policy/language.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

bool group_item_add(struct group_parser *parser, const struct group_item *item)
{
	struct group_policy *policy = parser->policy;

	if (policy->n_items == GROUP_ITEMS_MAX)
		return group_fail(parser, &parser->token, "too many objects: %u is the most",
				  GROUP_ITEMS_MAX);
	policy->items = group_grow(parser->arena, policy->items, policy->n_items, sizeof(*item));
	policy->items[policy->n_items++] = *item;
	return true;
}

/* Is this word one that an object can be, not one that goes on with the rule? */
static bool object_next(const struct group_words *words)
{
	const struct group_word *word = group_word(words);

	return word && (word->quoted || (strcmp(word->text, "to") &&
					 strcmp(word->text, "quietly")));
}

/* Cuts @text at the first @c, in the parser's memory; the rest, or NULL. */
static char *cut(struct group_parser *parser, const char *text, char c, char **first)
{
	char *at;

	*first = group_copy(parser->arena, text, strlen(text));
	at = strchr(*first, c);
	if (!at)
		return NULL;
	*at = '\0';
	return at + 1;
}

/* ---- files -------------------------------------------------------------------------- */

static bool has_glob(const char *text)
{
	return strpbrk(text, "*?[\\");
}

/* The components of @path from the first pattern on: the anchor is what is before. */
static bool pattern_parse(struct group_parser *parser, const struct group_token *at,
			  char *pattern, struct group_path *path)
{
	char *part, *next;
	unsigned int i;

	for (part = pattern; part; part = next) {
		next = strchr(part, '/');
		if (next)
			*next++ = '\0';
		if (!strcmp(part, "**") && part == pattern) {
			path->anywhere = true;
			continue;
		}
		if (!*part || !strcmp(part, "**"))
			return group_fail(parser, at, "** can only be the first part of a pattern");
		if (path->n == HULL_BLOB_GLOB_PARTS)
			return group_fail(parser, at,
					  "a pattern has %u components at most; ** before the last ones goes deeper",
					  HULL_BLOB_GLOB_PARTS);
		path->part[path->n++] = part;
	}
	for (i = 0; i < path->n / 2; i++) {
		const char *swap = path->part[i];

		path->part[i] = path->part[path->n - 1 - i];
		path->part[path->n - 1 - i] = swap;
	}
	/* "/srv/" and two stars: all beneath is what an anchor means anyway. */
	if (!path->n)
		path->anywhere = false;
	return true;
}

/* Absolute, without "//", "." and "..": the same text is the same place. */
static bool path_tidy(char *path)
{
	char *from = path, *to = path;

	if (*path != '/')
		return false;
	while (*from) {
		size_t len = strcspn(from + 1, "/");

		if ((len == 1 && from[1] == '.') || (len == 2 && from[1] == '.' && from[2] == '.'))
			return false;
		if (len) {
			memmove(to, from, len + 1);
			to += len + 1;
		}
		from += len + 1;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
	return true;
}

bool group_path_parse(struct group_parser *parser, const struct group_token *at,
		      const char *text, bool patterns, struct group_path *path)
{
	char *copy, *part, *next;

	*path = (struct group_path){ .optional = *text == '?' };
	text += path->optional;
	copy = group_copy(parser->arena, text, strlen(text));
	if (!path_tidy(copy))
		return group_fail(parser, at,
				  "expected an absolute path without . and .. (a ? before it: it may be missing)");
	path->anchor = copy;
	for (part = copy; patterns && part; part = next) {
		next = strchr(part + 1, '/');
		if (next)
			*next = '\0';
		if (has_glob(part)) {
			if (next)
				*next = '/';
			*part = '\0';
			if (part == copy)
				path->anchor = "/";
			return pattern_parse(parser, at, part + 1, path);
		}
		if (next)
			*next = '/';
	}
	return true;
}

static bool file_parse(struct group_parser *parser, struct group_words *words,
		       struct group_item *item)
{
	const struct group_word *word = group_word(words);

	words->i++;
	return group_path_parse(parser, &word->at, word->text, !word->quoted, &item->path) &&
	       group_item_add(parser, item);
}

/* ---- numbers -------------------------------------------------------------------------- */

static bool bound_parse(const char *text, uint64_t most, uint64_t *number)
{
	return policy_number_parse(text, strlen(text), number) && *number <= most;
}

/* "*", "7" or "7-9" */
static bool span_parse(struct group_parser *parser, const char *text, uint64_t most,
		       uint64_t *first, uint64_t *last)
{
	char *low, *high = cut(parser, text, '-', &low);

	*first = 0;
	*last = most;
	if (!strcmp(text, "*"))
		return true;
	return bound_parse(low, most, first) && bound_parse(high ? high : low, most, last) &&
	       *first <= *last;
}

static uint64_t number_most(unsigned int class)
{
	if (class == HULL_CLASS_SIGNAL)
		return 64;
	if (class == HULL_CLASS_CAPABILITY)
		return 63;
	if (hull_class_rows[class].kind == HULL_KIND_NUMBER)
		return HULL_BLOB_NUMBERS_MAX - 1;
	return UINT32_MAX;
}

static bool numbers_fail(struct group_parser *parser, const struct group_token *at,
			 unsigned int class)
{
	char names[128];

	group_number_names(class, names, sizeof(names));
	if (strlen(names) > 90)
		strcpy(names + 87, "...");
	return group_fail(parser, at, "expected %s%sa number or a range of numbers", names,
			  *names ? ", " : class == HULL_CLASS_CAPABILITY ?
			  "a capability as net_admin, " : "");
}

static bool number_parse(struct group_parser *parser, struct group_words *words,
			 struct group_item *item)
{
	const struct group_word *word = group_word(words);
	uint64_t most = number_most(item->class);

	words->i++;
	if (group_number_parse(item->class, word->text, &item->first) && item->first <= most)
		item->last = item->first;
	else if (!span_parse(parser, word->text, most, &item->first, &item->last))
		return numbers_fail(parser, &word->at, item->class);
	return group_item_add(parser, item);
}

/* "char:1:3", "block:8:0-15", "char:*" */
static bool device_parse(struct group_parser *parser, struct group_words *words,
			 struct group_item *item)
{
	const struct group_word *word = group_word(words);
	uint64_t major, major_last, minor, minor_last;
	char *kind, *majors = NULL, *minors = NULL;
	bool block, ok;

	words->i++;
	minors = cut(parser, word->text, ':', &kind);
	block = !strcmp(kind, "block");
	if (minors)
		minors = cut(parser, minors, ':', &majors);
	ok = majors && (block || !strcmp(kind, "char")) &&
	     span_parse(parser, majors, 0xfff, &major, &major_last) &&
	     span_parse(parser, minors ? minors : "*", 0xfffff, &minor, &minor_last);
	/* Several majors are one range only with all their minors. */
	if (ok && major != major_last && (minor || minor_last != 0xfffff))
		ok = false;
	if (!ok)
		return group_fail(parser, &word->at,
				  "expected char:MAJOR[:MINOR] or block:..., each * or a number or, the last one, a range");
	item->first = HULL_DEVICE(block, major, minor);
	item->last = HULL_DEVICE(block, major_last, minor_last);
	return group_item_add(parser, item);
}

static const struct {
	const char *name;
	unsigned int number;
} families[] = {
	{ "unix", AF_UNIX }, { "inet", AF_INET }, { "inet6", AF_INET6 }, { "netlink", AF_NETLINK },
	{ "packet", AF_PACKET }, { "vsock", AF_VSOCK }, { "alg", AF_ALG }, { "key", AF_KEY },
	{ "can", AF_CAN }, { "bluetooth", AF_BLUETOOTH }, { "tipc", AF_TIPC }, { "rds", AF_RDS },
	{ "xdp", AF_XDP }, { "qipcrtr", AF_QIPCRTR }, { "kcm", AF_KCM }, { "smc", AF_SMC },
}, types[] = {
	{ "stream", SOCK_STREAM }, { "dgram", SOCK_DGRAM }, { "raw", SOCK_RAW },
	{ "rdm", SOCK_RDM }, { "seqpacket", SOCK_SEQPACKET },
}, protocols[] = {
	{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 }, { "sctp", IPPROTO_SCTP }, { "mptcp", IPPROTO_MPTCP },
};

#define NAMED(parser, text, rows, most, first, last) \
	named_parse(parser, text, &(rows)[0].name, sizeof(rows) / sizeof((rows)[0]), \
		    &(rows)[0].number, sizeof((rows)[0]), most, first, last)

static bool named_parse(struct group_parser *parser, const char *text, const char *const *name,
			size_t n, const unsigned int *number, size_t step, uint64_t most,
			uint64_t *first, uint64_t *last)
{
	size_t i;

	for (i = 0; text && i < n; i++) {
		if (!strcmp(*(const char *const *)((const char *)name + i * step), text)) {
			*first = *(const unsigned int *)((const char *)number + i * step);
			*last = *first;
			return true;
		}
	}
	return span_parse(parser, text ? text : "*", most, first, last);
}

#define TYPES	11u

/* FAMILY[/TYPE[/PROTOCOL]]; a protocol of any type is a range for each type. */
static bool socket_parse(struct group_parser *parser, struct group_words *words,
			 struct group_item *item)
{
	const struct group_word *word = group_word(words);
	uint64_t family, family_last, type, type_last, protocol, protocol_last;
	char *name, *rest = cut(parser, word->text, '/', &name), *kind = NULL, *last = NULL;
	bool ok = true, any;

	words->i++;
	if (rest)
		last = cut(parser, rest, '/', &kind);
	ok = NAMED(parser, name, families, 255, &family, &family_last) &&
	     NAMED(parser, kind, types, 255, &type, &type_last) &&
	     NAMED(parser, last, protocols, UINT32_MAX, &protocol, &protocol_last);
	any = ok && type == 0 && type_last == 255;
	if (ok && family != family_last && (!any || protocol || protocol_last != UINT32_MAX))
		ok = false;
	if (!ok)
		return group_fail(parser, &word->at,
				  "expected FAMILY[/TYPE[/PROTOCOL]], as packet, inet/raw, netlink/*/15");
	if (any && last && strcmp(last, "*")) {
		for (type = 1; type < TYPES; type++) {
			item->first = HULL_SOCKET(family, type, protocol);
			item->last = HULL_SOCKET(family, type, protocol_last);
			if (!group_item_add(parser, item))
				return false;
		}
		return true;
	}
	item->first = HULL_SOCKET(family, type, protocol);
	item->last = HULL_SOCKET(family_last, type_last, protocol_last);
	return group_item_add(parser, item);
}

/* CID[:PORT[-PORT]] */
static bool vsock_parse(struct group_parser *parser, struct group_words *words,
			struct group_item *item)
{
	const struct group_word *word = group_word(words);
	uint64_t cid, cid_last, port, port_last;
	char *name, *ports = cut(parser, word->text, ':', &name);
	bool ok;

	words->i++;
	if (!strcmp(name, "host"))
		name = group_copy(parser->arena, "2", 1);
	ok = span_parse(parser, name, UINT32_MAX, &cid, &cid_last) &&
	     span_parse(parser, ports ? ports : "*", UINT32_MAX, &port, &port_last);
	if (ok && cid != cid_last && (port || port_last != UINT32_MAX))
		ok = false;
	/* The largest number of all is only ever the end of a range. */
	if (ok && HULL_VSOCK(cid, port) == UINT64_MAX)
		ok = false;
	if (!ok)
		return group_fail(parser, &word->at,
				  "expected CID[:PORT[-PORT]] or host:PORT; ports go with one cid");
	item->first = HULL_VSOCK(cid, port);
	item->last = HULL_VSOCK(cid_last, port_last);
	return group_item_add(parser, item);
}

static bool ranges_parse(struct group_parser *parser, struct group_words *words,
			 struct group_item *item)
{
	switch (item->class) {
	case HULL_CLASS_DEVICE:
		return device_parse(parser, words, item);
	case HULL_CLASS_SOCKET:
		return socket_parse(parser, words, item);
	case HULL_CLASS_VSOCK:
		return vsock_parse(parser, words, item);
	}
	return number_parse(parser, words, item);
}

/* ---- peers and names --------------------------------------------------------------------- */

/* "same" or "group:NAME", of which a policy knows some */
static bool peer_parse(struct group_parser *parser, const struct group_word *word, int *peer)
{
	struct group_policy *policy = parser->policy;
	const char *name = word->text + strlen("group:");
	unsigned int i;

	*peer = group_peer_parse(word->text);
	if (*peer >= 0)
		return true;
	if (strncmp(word->text, "group:", strlen("group:")) || !*name ||
	    strlen(name) > GROUP_NAME_MAX)
		return group_fail(parser, &word->at,
				  "expected self, same, below, above, other, outside, kernel or group:NAME");
	for (i = 0; i < policy->n_peers && strcmp(policy->peers[i], name); i++)
		;
	if (i == HULL_BLOB_PEERS_MAX)
		return group_fail(parser, &word->at, "too many groups: %u is the most",
				  HULL_BLOB_PEERS_MAX);
	if (i == policy->n_peers)
		policy->peers[policy->n_peers++] = name;
	*peer = HULL_PEER_NAMED + (int)i;
	return true;
}

/* [SIGNAL...] ["peer" PEER...]: each of them with each */
static bool signals_parse(struct group_parser *parser, struct group_words *words,
			  struct group_item *item)
{
	struct group_words numbers = *words;
	size_t i, n = 0, first = words->i;
	struct group_item one;

	while (object_next(words) && strcmp(group_word(words)->text, "peer"))
		words->i++;
	numbers.n = words->i;
	do {
		one = *item;
		if (group_word_take(words, "peer") || n) {
			if (!object_next(words))
				return group_fail(parser, group_word_at(words), "expected a peer");
			if (!peer_parse(parser, group_word(words), &one.peer))
				return false;
			words->i++;
		}
		n++;
		one.last = item->class == HULL_CLASS_SIGNAL ? 64 : 0;
		numbers.i = first;
		if (first == numbers.n && !group_item_add(parser, &one))
			return false;
		for (i = first; i < numbers.n; i++) {
			if (item->class != HULL_CLASS_SIGNAL)
				return group_fail(parser, &words->word[i].at, "expected 'peer'");
			if (!number_parse(parser, &numbers, &one))
				return false;
		}
	} while (object_next(words));
	return true;
}

/* "@name" or "peer" PEER... */
static bool unix_parse(struct group_parser *parser, struct group_words *words,
		       struct group_item *item)
{
	const struct group_word *word = group_word(words);

	if (group_word_take(words, "peer")) {
		do {
			if (!object_next(words))
				return group_fail(parser, group_word_at(words), "expected a peer");
			if (!peer_parse(parser, group_word(words), &item->peer) ||
			    !group_item_add(parser, item))
				return false;
			words->i++;
		} while (object_next(words) && *group_word(words)->text != '@' &&
			 strcmp(group_word(words)->text, "peer"));
		item->peer = -1;
		return true;
	}
	if (*word->text != '@')
		return group_fail(parser, &word->at,
				  "expected @NAME or peer; sockets with a path are of class file: connect, bind");
	item->name = word->text + 1;
	words->i++;
	if (!group_item_add(parser, item))
		return false;
	item->name = NULL;
	return true;
}

/* ---- mounts --------------------------------------------------------------------------------- */

static bool flags_parse(struct group_parser *parser, struct group_words *words, uint32_t *flags)
{
	const struct group_word *word = group_word(words);
	unsigned int i;
	bool any = false;

	for (; word; word = group_word(words), any = true) {
		for (i = 0; group_mount_flags[i] && strcmp(group_mount_flags[i], word->text); i++)
			;
		if (!group_mount_flags[i])
			break;
		*flags |= 1u << i;
		words->i++;
	}
	return any || group_fail(parser, group_word_at(words),
				 "expected flags: ro, nosuid, nodev, noexec, rec");
}

/* All conditions of a rule are of one mount. */
static bool mount_parse(struct group_parser *parser, struct group_words *words,
			struct group_item *item)
{
	struct group_path path;

	while (object_next(words)) {
		const char *keyword = group_word(words)->text;
		const struct group_token *at = group_word_at(words);
		const struct group_word *value;

		words->i++;
		value = group_word(words);
		if (!value)
			return group_fail(parser, &words->end, "expected a value behind '%.20s'",
					  keyword);
		if (!strcmp(keyword, "with")) {
			if (!flags_parse(parser, words, &item->mount.set))
				return false;
			continue;
		}
		if (!strcmp(keyword, "without")) {
			if (!flags_parse(parser, words, &item->mount.clear))
				return false;
			continue;
		}
		words->i++;
		if (!strcmp(keyword, "type")) {
			item->mount.type = value->text;
		} else if (!strcmp(keyword, "source")) {
			item->mount.source = value->text;
		} else if (!strcmp(keyword, "on")) {
			if (!group_path_parse(parser, &value->at, value->text, false, &path))
				return false;
			item->mount.target = path.anchor;
		} else {
			return group_fail(parser, at,
					  "expected type, source, on, with or without");
		}
	}
	if (item->mount.set & item->mount.clear)
		return group_fail(parser, &words->end, "a flag can't be set and clear at once");
	return group_item_add(parser, item);
}

/* ---- all of them ------------------------------------------------------------------------------ */

static bool none_parse(struct group_parser *parser, struct group_words *words,
		       struct group_item *item)
{
	char names[128] = "";
	uint32_t bit;

	for (bit = 0; bit < HULL_CELL_PERMS && hull_perm_name(item->class, bit); bit++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 bit ? ", " : "", hull_perm_name(item->class, bit));
	return group_fail(parser, group_word_at(words), "expected the end of the rule, or of %s",
			  names);
}

static bool (*const kinds[__HULL_KIND_MAX])(struct group_parser *parser,
					    struct group_words *words,
					    struct group_item *item) = {
	[HULL_KIND_NONE] = none_parse, [HULL_KIND_NUMBER] = number_parse,
	[HULL_KIND_RANGES] = ranges_parse, [HULL_KIND_PEER] = signals_parse,
	[HULL_KIND_FILE] = file_parse, [HULL_KIND_INET] = group_inet_parse,
	[HULL_KIND_UNIX] = unix_parse, [HULL_KIND_MOUNT] = mount_parse,
};

bool group_objects_parse(struct group_parser *parser, struct group_words *words,
			 const struct group_item *like)
{
	struct group_item item = *like;

	if (!object_next(words)) {
		item.any = true;
		return group_item_add(parser, &item);
	}
	while (object_next(words))
		if (!kinds[hull_class_rows[item.class].kind](parser, words, &item))
			return false;
	return true;
}
