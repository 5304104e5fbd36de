/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two files of the verifier share. */
#ifndef HULL_POLICY_GROUP_VERIFY_H
#define HULL_POLICY_GROUP_VERIFY_H

#include <hull/policy_group.h>

/**
 * struct hull_verify - a verification under way
 * @item: the policy that is looked at
 * @asks: some rule asks
 * @mute: of the class that is looked at what nobody can be asked about
 * @work: items looked at because a table names them; bounded, as tables may overlap
 */
struct hull_verify {
	struct hull_ruleset *set;
	const struct hull_blob *blob;
	struct hull_blob_flaw *flaw;
	u32 work, item, mute;
	bool asks;
};

/* false, always */
bool hull_verify_fail(struct hull_verify *verify, u32 section, u32 item, const char *why);
bool hull_verify_string(struct hull_verify *verify, const struct hull_blob_string *string,
			u32 section, u32 item);
/* Ranges, patterns, nets, pages, names, mounts: each by itself. */
bool hull_verify_items(struct hull_verify *verify);
/* What policy @sub says of each class. */
bool hull_verify_sub(struct hull_verify *verify, u32 sub);

#endif
