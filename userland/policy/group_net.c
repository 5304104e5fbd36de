// SPDX-License-Identifier: GPL-2.0-only
/* Addresses and ports: [ADDRESS[/LENGTH]...] ["port" PORT[-PORT]...], each with each. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <policy/group_private.h>
#include <policy/language.h>

#define ADDRESSES_MAX	1024u

struct address {
	uint8_t family, len;
	uint32_t addr[4];
};

static const struct {
	const char *word, *text[2];
} names[] = {
	{ "any", { "0.0.0.0/0", "::/0" } },
	{ "localhost", { "127.0.0.0/8", "::1/128" } },
	{ "multicast", { "224.0.0.0/4", "ff00::/8" } },
};

void group_address_mask(uint32_t mask[4], unsigned int len)
{
	unsigned int i;

	memset(mask, 0, 16);
	for (i = 0; i < len; i++)
		((uint8_t *)mask)[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

static bool address_parse(const char *text, struct address *address)
{
	const char *slash = strchr(text, '/');
	uint64_t len;
	uint32_t mask[4];
	char host[64];
	unsigned int i;

	memset(address, 0, sizeof(*address));
	snprintf(host, sizeof(host), "%.*s", (int)(slash ? slash - text : 63), text);
	if (inet_pton(AF_INET, host, address->addr) == 1)
		address->family = 4;
	else if (inet_pton(AF_INET6, host, address->addr) == 1)
		address->family = 6;
	else
		return false;
	len = address->family == 4 ? 32 : 128;
	address->len = (uint8_t)len;
	if (slash && (!policy_number_parse(slash + 1, strlen(slash + 1), &len) ||
		      len > address->len))
		return false;
	address->len = (uint8_t)len;
	/* Bits behind the prefix say nothing: most likely a mistake. */
	group_address_mask(mask, (unsigned int)len);
	for (i = 0; i < 4; i++)
		if (address->addr[i] & ~mask[i])
			return false;
	return true;
}

static bool addresses_parse(struct group_parser *parser, struct group_words *words,
			    struct address *list, size_t *n)
{
	const struct group_word *word = group_word(words);
	size_t i, k;

	if (*n + 2 > ADDRESSES_MAX)
		return group_fail(parser, &word->at, "too many addresses in one rule");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].word, word->text))
			continue;
		for (k = 0; k < 2; k++)
			address_parse(names[i].text[k], &list[(*n)++]);
		return true;
	}
	if (!address_parse(word->text, &list[*n]))
		return group_fail(parser, &word->at,
				  "expected ADDRESS[/LENGTH] without bits behind its length, any, localhost or port");
	++*n;
	return true;
}

static bool ports_parse(struct group_parser *parser, const struct group_word *word,
			struct group_item *item)
{
	const char *dash = strchr(word->text, '-');
	size_t len = dash ? (size_t)(dash - word->text) : strlen(word->text);
	bool ok = policy_number_parse(word->text, len, &item->first);

	item->last = item->first;
	if (ok && dash)
		ok = policy_number_parse(dash + 1, strlen(dash + 1), &item->last);
	if (!ok || item->first > item->last || item->last > 0xffff)
		return group_fail(parser, &word->at, "expected PORT or PORT-PORT, 0 to 65535");
	return true;
}

static bool items_add(struct group_parser *parser, const struct address *list, size_t n,
		      struct group_item *item)
{
	size_t i;

	for (i = 0; i < n; i++) {
		item->inet.family = list[i].family;
		item->inet.len = list[i].len;
		memcpy(item->inet.addr, list[i].addr, sizeof(list[i].addr));
		if (!group_item_add(parser, item))
			return false;
	}
	return true;
}

bool group_inet_parse(struct group_parser *parser, struct group_words *words,
		      struct group_item *item)
{
	struct address list[ADDRESSES_MAX];
	size_t n = 0, ports = 0;

	for (; group_word(words) && !group_word_take(words, "port"); words->i++) {
		if (!strcmp(group_word(words)->text, "quietly"))
			break;
		if (!addresses_parse(parser, words, list, &n))
			return false;
	}
	if (!n) {
		address_parse(names[0].text[0], &list[n++]);
		address_parse(names[0].text[1], &list[n++]);
	}
	item->first = 0;
	item->last = 0xffff;
	if (!words->i || strcmp(words->word[words->i - 1].text, "port"))
		return items_add(parser, list, n, item);
	for (; group_word(words) && strcmp(group_word(words)->text, "quietly"); words->i++, ports++)
		if (!ports_parse(parser, group_word(words), item) ||
		    !items_add(parser, list, n, item))
			return false;
	return ports || group_fail(parser, group_word_at(words), "expected a port");
}
