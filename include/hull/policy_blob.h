/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy of a group in its binary form. vmctl makes it, the module verifies it whole
 * and then evaluates it where it lies. Documentation/policy/blob.rst shows it as a picture.
 *
 * All numbers are in the machine's own order and naturally aligned. The header names the
 * sections; each is an array. Nothing points backwards into something that points forwards:
 * policies -> tables -> cells -> rules -> strings.
 *
 * A cell says for each permission of a class which rule decides, or that none does. What
 * has no table entry of its own is the class's default cell, where each permission has a
 * rule. Looking up is finding the most specific cell that says something.
 */
#ifndef HULL_POLICY_BLOB_H
#define HULL_POLICY_BLOB_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

#define HULL_BLOB_MAGIC		0x6c6c7548u	/* "Hull" */
#define HULL_BLOB_VERSION	2
#define HULL_BLOB_SIZE_MAX	(8u << 20)

/* What a policy may have at most. */
#define HULL_BLOB_RULES_MAX	8192u
#define HULL_BLOB_CELLS_MAX	32768u
#define HULL_BLOB_ANCHORS_MAX	8192u
#define HULL_BLOB_SUBS_MAX	32u
#define HULL_BLOB_PEERS_MAX	16u
#define HULL_BLOB_PREFIXES_MAX	(33u + 129u)
#define HULL_BLOB_NETS_MAX	8192u
#define HULL_BLOB_NUMBERS_MAX	4096u		/* of a table by number */
#define HULL_BLOB_STRING_MAX	4095u
#define HULL_BLOB_GLOB_PARTS	4u		/* components of a pattern */
#define HULL_BLOB_LIST_MAX	1024u		/* of what is looked through one by one */

#define HULL_BLOB_ASK_MS_MAX	600000u		/* how long a question may take */

#define HULL_CELL_PERMS		30u		/* a cell is 64 bytes */

enum hull_group_mode {
	HULL_MODE_ENFORCE,
	HULL_MODE_AUDIT,		/* allow all, tell what would not be */
	HULL_MODE_LEARN,		/* allow all, tell all that no rule allows */
	__HULL_MODE_MAX,
};

/* What a rule does: a later one is stricter, and the strictest of several counts. */
enum hull_group_action {
	HULL_DO_ALLOW,
	HULL_DO_AUDIT,			/* allow and tell */
	HULL_DO_LIMIT,			/* allow so many a second, deny above */
	HULL_DO_ASK,			/* a process answers in time, or it is denied */
	HULL_DO_DENY,
	HULL_DO_FREEZE,			/* deny, and freeze the group */
	HULL_DO_KILL,			/* deny, and kill the task's process */
	__HULL_DO_MAX,
};

#define HULL_RULE_QUIET		(1u << 0)	/* deny: tell nobody */

/* How the object of a class is described; see the rows of enum hull_blob_kind below. */
enum hull_class_kind {
	HULL_KIND_NONE,			/* not at all: only permissions */
	HULL_KIND_NUMBER,		/* by a small number: a table */
	HULL_KIND_RANGES,		/* by a 64-bit number: sorted ranges */
	HULL_KIND_PEER,			/* by a peer and a number below HULL_PEER_STRIDE: a table */
	HULL_KIND_FILE,			/* by the anchors it is beneath, and patterns */
	HULL_KIND_INET,			/* by address prefix and port */
	HULL_KIND_UNIX,			/* by name, then by peer */
	HULL_KIND_MOUNT,		/* by a list of conditions */
	__HULL_KIND_MAX,
};

#define HULL_CLASS(ID, name, kind, error, help)	HULL_CLASS_##ID,
enum hull_class {
#include <hull/policy_vocabulary.def>
	HULL_CLASSES,
};

/* HULL_FILE_READ ...: bits of a class */
#define HULL_PERM(ID, PERM, bit, name, help)	HULL_##ID##_##PERM = 1u << (bit),
enum hull_perm {
#include <hull/policy_vocabulary.def>
};

/**
 * struct hull_blob_span - some items of a section, or of the blob
 * @at: the first: an index in its section; of a section: bytes from the blob's begin
 * @n: how many
 */
struct hull_blob_span {
	u32 at, n;
};

enum hull_blob_section {
	HULL_SECTION_SUBS,		/* struct hull_blob_sub; 0 is where a group begins */
	HULL_SECTION_RULES,		/* struct hull_blob_rule; 0 is none */
	HULL_SECTION_CELLS,		/* struct hull_blob_cell; 0 says nothing */
	HULL_SECTION_INDEX,		/* u16: tables of cells, hashes */
	HULL_SECTION_RANGES,		/* struct hull_blob_range */
	HULL_SECTION_ANCHORS,		/* struct hull_blob_anchor */
	HULL_SECTION_GLOBS,		/* struct hull_blob_glob */
	HULL_SECTION_PREFIXES,		/* struct hull_blob_prefix */
	HULL_SECTION_NETS,		/* struct hull_blob_net */
	HULL_SECTION_PORTS,		/* struct hull_blob_page: of pages, by a port's high byte */
	HULL_SECTION_PAGES,		/* struct hull_blob_page: of cells, by its low byte */
	HULL_SECTION_NAMES,		/* struct hull_blob_name */
	HULL_SECTION_MOUNTS,		/* struct hull_blob_mount */
	HULL_SECTION_PEERS,		/* struct hull_blob_string: names of groups */
	HULL_SECTION_STRINGS,		/* char; the last one is NUL */
	HULL_SECTIONS,
};

/**
 * struct hull_blob - the header
 * @mode: enum hull_group_mode
 * @classes: HULL_CLASSES: both sides know the same vocabulary
 * @parts: components that the longest pattern has; 0: names of files don't matter
 * @flags, @reserved: 0
 */
struct hull_blob {
	u32 magic, version, size, mode;
	u32 classes, parts, flags, reserved;
	struct hull_blob_span section[HULL_SECTIONS];
};

/** struct hull_blob_string - @len bytes in the section of strings, and a NUL behind them */
struct hull_blob_string {
	u32 at, len;
};

/**
 * struct hull_blob_class - what a policy says of a class
 * @kind: enum hull_class_kind; HULL_KIND_NONE as well if all is in the default
 * @cell: the default: has a rule for each permission of the class
 * @plain: permissions that always are allowed, without anything to tell or to count
 * @speaks: permissions that some cell of the tables says something about
 * @table: by kind:
 *	NUMBER	[0] index: a cell for each number
 *	RANGES	[0] ranges, sorted, disjoint
 *	PEER	[0] index: a cell for each peer * HULL_PEER_STRIDE + number
 *	FILE	[0] index: two for each anchor: a cell; first pattern in [1] + 1, or 0
 *		[1] globs, those of an anchor side by side, the last one marked
 *	INET	[0] prefixes, longest first
 *	UNIX	[0] names, sorted by length and bytes; [1] names with patterns
 *		[2] index: as PEER
 *	MOUNT	[0] mounts: the first that applies
 */
struct hull_blob_class {
	u16 kind, cell;
	u32 plain, speaks;
	struct hull_blob_span table[3];
};

/** struct hull_blob_sub - a policy: the main one, or one that exec leads to */
struct hull_blob_sub {
	struct hull_blob_string name;
	struct hull_blob_class class[HULL_CLASSES];
};

/**
 * struct hull_blob_rule - what a line of the text says
 * @action: enum hull_group_action
 * @flags: HULL_RULE_*
 * @error: a positive errno, 1 to 4095; 0 with ALLOW and AUDIT
 * @rate: LIMIT: a second, 1 and up; ASK: milliseconds to wait, 1 and up; else 0
 * @burst: LIMIT: at once, 1 and up; else 0
 * @line: in the text; 0: nowhere
 * @sub: execute permission: the policy that the program runs under; or HULL_SUB_SAME
 * @text: the rule as it was written
 */
struct hull_blob_rule {
	u8 action, flags;
	u16 error;
	u32 rate, burst, line;
	u16 sub, reserved;
	u32 file;			/* string (NUL-terminated): the file it is in */
	struct hull_blob_string text;
};

#define HULL_SUB_SAME	0xffffu

/** struct hull_blob_cell - @rule of each permission that is in @speaks, others 0 */
struct hull_blob_cell {
	u32 speaks;
	u16 rule[HULL_CELL_PERMS];
};

/** struct hull_blob_range - @first to @last */
struct hull_blob_range {
	u64 first, last;
	u32 cell, reserved;
};

/**
 * struct hull_blob_anchor - a file or directory that rules are about
 * @path: absolute; for people and for who resolves it
 * @flags: HULL_ANCHOR_*
 */
struct hull_blob_anchor {
	struct hull_blob_string path;
	u32 flags, reserved;
};

#define HULL_ANCHOR_OPTIONAL	(1u << 0)	/* need not exist; then it applies to nothing */

/**
 * struct hull_blob_glob - a pattern on the last components of a path beneath an anchor
 * @anchor: whose it is
 * @n: components, 1 to HULL_BLOB_GLOB_PARTS
 * @flags: HULL_GLOB_*
 * @part: patterns of components, the last component's first
 */
struct hull_blob_glob {
	u16 anchor, cell;
	u8 n, flags;
	u16 reserved;
	struct hull_blob_string part[HULL_BLOB_GLOB_PARTS];
};

#define HULL_GLOB_ANYWHERE	(1u << 0)	/* any number of directories come before */
#define HULL_GLOB_LAST		(1u << 1)	/* of its anchor */

/**
 * struct hull_blob_prefix - all addresses known with one length of prefix
 * @mask: in network order
 * @family: 4 or 6
 * @len: bits
 * @slots: in the index: a net + 1, or 0; a power of two of them, at most half are taken
 */
struct hull_blob_prefix {
	u32 mask[4];
	u8 family, len;
	u16 reserved;
	struct hull_blob_span slots;
	u32 reserved2;			/* so that its size is a power of two */
};

/**
 * struct hull_blob_net - an address prefix and what is said of its ports
 * @addr: in network order, masked
 * @cell: for all ports, where @ports is 0
 * @ports: in the section of ports, + 1; 0: all ports alike
 */
struct hull_blob_net {
	u32 addr[4];
	u16 cell;
	u8 family, len;
	u32 ports;
};

/** struct hull_blob_page - 256 numbers; @speaks: permissions that some cell behind them decides */
struct hull_blob_page {
	u32 speaks, reserved;
	u16 at[256];
};

/** struct hull_blob_name - an abstract name, or a pattern of such */
struct hull_blob_name {
	struct hull_blob_string text;
	u32 cell;
};

/**
 * struct hull_blob_mount - one condition on mounts
 * @type, @source: patterns; with a length of 0: any
 * @target: anchor + 1: what is beneath; 0: any
 * @set: flags that must be set, HULL_MOUNT_*
 * @clear: flags that must not
 */
struct hull_blob_mount {
	struct hull_blob_string type, source;
	u32 target, set, clear, cell;
};

#define HULL_MOUNT_RDONLY	(1u << 0)
#define HULL_MOUNT_NOSUID	(1u << 1)
#define HULL_MOUNT_NODEV	(1u << 2)
#define HULL_MOUNT_NOEXEC	(1u << 3)
#define HULL_MOUNT_RECURSIVE	(1u << 4)
#define HULL_MOUNT_FLAGS	0x1fu

/* Peers: the most specific one is asked for first. */
enum hull_peer {
	HULL_PEER_SELF,			/* the same process */
	HULL_PEER_SAME,			/* the same group */
	HULL_PEER_BELOW,		/* a group within this one */
	HULL_PEER_ABOVE,		/* a group that this one is in */
	HULL_PEER_OTHER,		/* some other group */
	HULL_PEER_OUTSIDE,		/* a task in no group */
	HULL_PEER_KERNEL,		/* no task at all */
	HULL_PEER_NAMED = 8,		/* and up: of the section of peers */
};

#define HULL_PEER_STRIDE	65u		/* signals and 0 */
#define HULL_PEERS		(HULL_PEER_NAMED + HULL_BLOB_PEERS_MAX)

enum hull_namespace {
	HULL_NS_USER, HULL_NS_MNT, HULL_NS_PID, HULL_NS_NET, HULL_NS_UTS, HULL_NS_IPC,
	HULL_NS_CGROUP, HULL_NS_TIME,
};

enum hull_fd_kind {
	HULL_FD_SOCKET, HULL_FD_PIPE, HULL_FD_MEMFD, HULL_FD_ANON, HULL_FD_PIDFD, HULL_FD_OTHER,
};

#define HULL_DEVICE(block, major, minor) \
	((u64)!!(block) << 52 | (u64)(major) << 20 | (minor))
#define HULL_SOCKET(family, type, protocol) \
	((u64)(family) << 40 | (u64)(type) << 32 | (u32)(protocol))
#define HULL_VSOCK(cid, port)	((u64)(cid) << 32 | (port))

enum hull_inet_protocol {
	HULL_INET_TCP, HULL_INET_UDP, HULL_INET_ICMP, HULL_INET_SCTP, HULL_INET_RAW,
	HULL_INET_OTHER,
};

enum hull_inet_operation {
	HULL_INET_BIND, HULL_INET_CONNECT, HULL_INET_LISTEN, HULL_INET_ACCEPT, HULL_INET_SEND,
};

#define HULL_INET_PERM(protocol, operation)	(1u << ((protocol) * 5 + (operation)))

#endif
