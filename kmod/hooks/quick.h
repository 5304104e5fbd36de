/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The common case in few instructions: one policy around the task, one permission, and
 * what it says is "allow". All else is check.c's business: who gets no answer here asks there.
 * Arguments fit into registers: a struct on the stack costs more than its look-up.
 */
#ifndef HULL_HOOKS_QUICK_H
#define HULL_HOOKS_QUICK_H

#include <linux/path.h>
#include <hull/policy_group.h>

struct task_struct;

/** hull_quick_file - true: allowed, and counted; as hull_check() of a file that is there */
bool hull_quick_file(const struct path *path, u32 perms);
/** hull_quick_may - true: hull_may() would allow it; nothing is counted */
bool hull_quick_may(const struct path *path, u32 perms);
/** hull_quick_number - true: allowed, and counted; what is described by a number at most */
bool hull_quick_number(u32 class, u32 perms, u64 number);
/** hull_quick_inet4, _inet6 - the same of INET; @addr in network order */
bool hull_quick_inet4(u32 perm, u32 addr, u16 port);
bool hull_quick_inet6(u32 perm, const u32 addr[4], u16 port);
/**
 * hull_quick_peer - PEER, both ways: who acts must be allowed to, and who is acted on likewise
 * @out, @in: permissions
 */
bool hull_quick_peer(const struct task_struct *peer, u32 class, u32 out, u32 in, u64 number);

#endif
