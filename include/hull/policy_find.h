/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of a verified policy, looked up in place: which rule decides about one permission,
 * 0: none. The evaluator is made of these, and so are hooks that cannot spend a call.
 */
#ifndef HULL_POLICY_FIND_H
#define HULL_POLICY_FIND_H

#include <hull/policy_group.h>

/**
 * hull_find_cell - the rule for permission number @bit in a cell
 *
 * A cell that doesn't speak about a permission has rule 0 for it: the verifier saw to that.
 */
static __always_inline u32 hull_find_cell(const struct hull_ruleset *set, u32 cell, u32 bit)
{
	return set->cell[cell].rule[bit];
}

/** hull_find_number - in a table of cells by number */
static __always_inline u32 hull_find_number(const struct hull_ruleset *set,
					    const struct hull_blob_span *table, u64 number, u32 bit)
{
	if (number >= table->n)
		return 0;
	return hull_find_cell(set, set->index[table->at + hull_nospec(number, table->n)], bit);
}

/** hull_find_range - in a table of ranges of numbers */
u32 hull_find_range(const struct hull_ruleset *set, const struct hull_blob_span *table, u64 number,
		    u32 bit);

/** hull_find_peer - in a table by peer and number; @peer: enum hull_peer, named ones included */
static __always_inline u32 hull_find_peer(const struct hull_ruleset *set,
					  const struct hull_blob_span *table, u32 peer, u64 number,
					  u32 bit)
{
	if (number >= HULL_PEER_STRIDE)
		return 0;
	return hull_find_number(set, table, peer * HULL_PEER_STRIDE + number, bit);
}

/* Every bit of an address reaches the highest ones; 16 are more than a table has slots for. */
static __always_inline u32 hull_net_hash(const u32 addr[4])
{
	u64 mixed = addr[0] * 0x9e3779b97f4a7c15ull + addr[1] * 0xc2b2ae3d27d4eb4full +
		    addr[2] * 0x165667b19e3779f9ull + addr[3] * 0xd6e8feb86659fd93ull;

	return (u32)(mixed >> 48);
}

/* hull_net_hash() of an address whose other words are 0. */
static __always_inline u32 hull_net_hash4(u32 addr)
{
	return (u32)((addr * 0x9e3779b97f4a7c15ull) >> 48);
}

/** hull_find_port_cell - the cell of a port; @ports: of a network, not 0 */
u32 hull_find_port_cell(const struct hull_ruleset *set, u32 ports, u16 port);

/** hull_find_port - what is said of a port of a network */
static __always_inline u32 hull_find_port(const struct hull_ruleset *set,
					  const struct hull_blob_net *net, u16 port, u32 bit)
{
	u32 cell = net->cell;

	if (net->ports)
		cell = hull_find_port_cell(set, net->ports, port);
	return hull_find_cell(set, cell, bit);
}

/* In the table of one length of prefix; of IPv4 only the first word is not 0. */
static __always_inline const struct hull_blob_net *
hull_find_net4(const struct hull_ruleset *set, const struct hull_blob_prefix *prefix, u32 addr)
{
	const u16 *slots = &set->index[prefix->slots.at];
	u32 last = prefix->slots.n - 1, masked = addr & prefix->mask[0];
	u32 at = hull_net_hash4(masked) & last;
	const struct hull_blob_net *net;

	for (; slots[at]; at = (at + 1) & last) {
		net = &set->net[slots[at] - 1];
		if (net->addr[0] == masked)
			return net;
	}
	return NULL;
}

/** hull_find_inet4 - of an IPv4 address, in network order; its prefixes come first */
static __always_inline u32 hull_find_inet4(const struct hull_ruleset *set,
					   const struct hull_blob_span *table, u32 addr, u16 port,
					   u32 bit)
{
	const struct hull_blob_prefix *prefix = &set->prefix[table->at];
	const struct hull_blob_prefix *end = prefix + table->n;
	const struct hull_blob_net *net;
	u32 rule;

	for (; prefix < end && prefix->family == 4; prefix++) {
		net = hull_find_net4(set, prefix, addr);
		rule = net ? hull_find_port(set, net, port, bit) : 0;
		if (rule)
			return rule;
	}
	return 0;
}

/**
 * hull_find_inet4_soon - hull_find_inet4() as far as no ports are looked at
 *
 * Return: 0 where there is more to look at, or no rule.
 */
static __always_inline u32 hull_find_inet4_soon(const struct hull_ruleset *set,
						const struct hull_blob_span *table, u32 addr,
						u32 bit)
{
	const struct hull_blob_prefix *prefix = &set->prefix[table->at];
	const struct hull_blob_prefix *end = prefix + table->n;
	const struct hull_blob_net *net;
	u32 rule;

	for (; prefix < end && prefix->family == 4; prefix++) {
		net = hull_find_net4(set, prefix, addr);
		if (!net)
			continue;
		if (net->ports)
			return 0;
		rule = hull_find_cell(set, net->cell, bit);
		if (rule)
			return rule;
	}
	return 0;
}

/** hull_find_inet6 - of an IPv6 address that is none of IPv4 */
u32 hull_find_inet6(const struct hull_ruleset *set, const struct hull_blob_span *table,
		    const u32 addr[4], u16 port, u32 bit);

#endif
