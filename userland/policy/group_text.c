// SPDX-License-Identifier: GPL-2.0-only
/* Objects to text, as group_objects.c reads them. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <policy/group.h>

__attribute__((format(printf, 3, 4)))
static void append(char *text, size_t size, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, size - len, format, args);
	va_end(args);
}

/* A word that the lexer would cut, or that would be taken for a pattern. */
static const char *quote_of(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f || strchr(",{}=;#*?[\\", *text))
			return "\"";
	return "";
}

static void path_text(const struct group_path *path, char *text, size_t size)
{
	const char *quote = path->n || path->anywhere ? "" : quote_of(path->anchor);
	unsigned int i;

	append(text, size, "%s%s%s%s", quote, path->optional ? "?" : "", path->anchor, quote);
	if (path->anywhere)
		append(text, size, "%s**", strcmp(path->anchor, "/") ? "/" : "");
	for (i = path->n; i-- > 0;)
		append(text, size, "%s%s",
		       text[strlen(text) - 1] == '/' ? "" : "/", path->part[i]);
}

static void number_text(const struct group_item *item, char *text, size_t size)
{
	const char *name = group_number_name(item->class, item->first);

	if (item->first == item->last && name)
		append(text, size, "%s", name);
	else if (item->first == item->last)
		append(text, size, "%llu", (unsigned long long)item->first);
	else
		append(text, size, "%llu-%llu", (unsigned long long)item->first,
		       (unsigned long long)item->last);
}

static void part_text(char *text, size_t size, const char *before, uint64_t first, uint64_t last,
		      uint64_t most)
{
	if (!first && last == most)
		append(text, size, "%s*", before);
	else if (first == last)
		append(text, size, "%s%llu", before, (unsigned long long)first);
	else
		append(text, size, "%s%llu-%llu", before, (unsigned long long)first,
		       (unsigned long long)last);
}

static void ranges_text(const struct group_item *item, char *text, size_t size)
{
	uint64_t a = item->first, b = item->last;

	switch (item->class) {
	case HULL_CLASS_DEVICE:
		append(text, size, "%s", a >> 52 ? "block" : "char");
		part_text(text, size, ":", a >> 20 & 0xfff, b >> 20 & 0xfff, 0xfff);
		part_text(text, size, ":", a & 0xfffff, b & 0xfffff, 0xfffff);
		break;
	case HULL_CLASS_SOCKET:
		part_text(text, size, "", a >> 40, b >> 40, 255);
		part_text(text, size, "/", a >> 32 & 0xff, b >> 32 & 0xff, 255);
		part_text(text, size, "/", (uint32_t)a, (uint32_t)b, UINT32_MAX);
		break;
	case HULL_CLASS_VSOCK:
		part_text(text, size, "", a >> 32, b >> 32, UINT32_MAX);
		part_text(text, size, ":", (uint32_t)a, (uint32_t)b, UINT32_MAX);
		break;
	default:
		number_text(item, text, size);
	}
}

static void peer_text(const struct group_policy *policy, int peer, char *text, size_t size)
{
	if (peer >= HULL_PEER_NAMED)
		append(text, size, "peer group:%s", policy->peers[peer - HULL_PEER_NAMED]);
	else if (peer >= 0)
		append(text, size, "peer %s", group_peers[peer]);
}

static void inet_text(const struct group_item *item, char *text, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "?";
	unsigned int most = item->inet.family == 4 ? 32 : 128;

	inet_ntop(item->inet.family == 4 ? AF_INET : AF_INET6, item->inet.addr, address,
		  sizeof(address));
	append(text, size, "%s", address);
	if (item->inet.len != most)
		append(text, size, "/%u", item->inet.len);
	if (item->first || item->last != 0xffff)
		part_text(text, size, " port ", item->first, item->last, 0xffff);
}

static void flags_text(const char *before, uint32_t flags, char *text, size_t size)
{
	unsigned int i;

	for (i = 0; flags && group_mount_flags[i]; i++) {
		if (!(flags & (1u << i)))
			continue;
		append(text, size, "%s%s", before, group_mount_flags[i]);
		before = ",";
	}
}

static void mount_text(const struct group_mount *mount, char *text, size_t size)
{
	if (mount->type)
		append(text, size, " type %s", mount->type);
	if (mount->source)
		append(text, size, " source %s", mount->source);
	if (mount->target)
		append(text, size, " on %s", mount->target);
	flags_text(" with ", mount->set, text, size);
	flags_text(" without ", mount->clear, text, size);
	if (*text == ' ')
		memmove(text, text + 1, strlen(text));
}

void group_item_text(const struct group_policy *policy, const struct group_item *item, char *text,
		     size_t size)
{
	text[0] = '\0';
	if (item->any)
		return;
	switch (hull_class_rows[item->class].kind) {
	case HULL_KIND_FILE:
		path_text(&item->path, text, size);
		break;
	case HULL_KIND_NUMBER:
		number_text(item, text, size);
		break;
	case HULL_KIND_RANGES:
		ranges_text(item, text, size);
		break;
	case HULL_KIND_PEER:
		if (item->class == HULL_CLASS_SIGNAL && (item->first || item->last != 64)) {
			number_text(item, text, size);
			append(text, size, item->peer < 0 ? "" : " ");
		}
		peer_text(policy, item->peer, text, size);
		append(text, size, "%s", *text ? "" : "*");
		break;
	case HULL_KIND_UNIX:
		if (item->name)
			append(text, size, *quote_of(item->name) == '"' && !strpbrk(item->name, "*?[\\") ?
			       "\"@%s\"" : "@%s", item->name);
		else
			peer_text(policy, item->peer, text, size);
		break;
	case HULL_KIND_INET:
		inet_text(item, text, size);
		break;
	case HULL_KIND_MOUNT:
		mount_text(&item->mount, text, size);
		break;
	}
}
