// SPDX-License-Identifier: GPL-2.0-only
/* Patterns on names: bounded work, no recursion. Pure; userland builds this file, too. */

#include <hull/policy_group.h>

/* A set at pattern[*at], behind its [; false: there is no end, it is a plain [. */
static bool set_match(const char *pattern, u32 len, u32 *at, char c, bool *match)
{
	u32 i = *at;
	bool negate = i < len && pattern[i] == '!';
	bool found = false, first = true;
	u8 low, high;

	for (i += negate; i < len && (first || pattern[i] != ']'); i++, first = false) {
		low = pattern[i];
		high = low;
		if (i + 2 < len && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
			high = pattern[i + 2];
			i += 2;
		}
		found |= (u8)c >= low && (u8)c <= high;
	}
	if (i >= len)
		return false;
	*at = i + 1;
	*match = found != negate;
	return true;
}

/* One item of the pattern that is no *, against one byte; *@at moves behind the item. */
static bool item_match(const char *pattern, u32 len, u32 *at, char c)
{
	char p = pattern[(*at)++];
	bool match;

	if (p == '?')
		return true;
	if (p == '[' && set_match(pattern, len, at, c, &match))
		return match;
	if (p == '\\' && *at < len)
		p = pattern[(*at)++];
	return p == c;
}

/* On a mismatch the last * takes one byte more: earlier ones never need another look. */
bool hull_glob_match(const char *pattern, u32 pattern_len, const char *text, u32 text_len)
{
	u32 p = 0, t = 0, star_p = 0, star_t = 0;
	bool star = false;

	while (t < text_len) {
		if (p < pattern_len && pattern[p] == '*') {
			star = true;
			star_p = ++p;
			star_t = t;
		} else if (p < pattern_len && item_match(pattern, pattern_len, &p, text[t])) {
			t++;
		} else if (star) {
			p = star_p;
			t = ++star_t;
		} else {
			return false;
		}
	}
	while (p < pattern_len && pattern[p] == '*')
		p++;
	return p == pattern_len;
}
