/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink for tests: messages byte by byte, so that they can be wrong in any way.
 * Everything but nl_open() and nl_family() gives its verdict in struct nl_reply.
 */
#ifndef HULL_NL_H
#define HULL_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/hull.h>

#define NL_ATTRS_MAX	31

/* A message under construction; @len is free to lie. */
struct nl_message {
	union {
		struct nlmsghdr header;
		unsigned char bytes[16384];
	};
};

struct nl_reply {
	int error;			/* errno, positive; 0: done */
	char sentence[256];		/* the kernel's, or "" */
	uint32_t at;			/* where in the message the fault is, or 0 */
	int messages;			/* of the family, before the end */
	bool torn;			/* NLM_F_DUMP_INTR somewhere */
};

/* Called for each message of an answer. */
typedef void (*nl_fn)(const struct nlmsghdr *message, void *data);

int nl_open(void);
/* The number of family @name, or 0; *@group: of its first multicast group */
uint16_t nl_family(int fd, const char *name, uint32_t *group);
/* The number of its group @group, or 0 */
uint32_t nl_group(int fd, const char *name, const char *group);

void nl_begin(struct nl_message *message, uint16_t type, uint8_t cmd, uint16_t flags);
void nl_put(struct nl_message *message, uint16_t type, const void *data, size_t bytes);
void nl_put_u32(struct nl_message *message, uint16_t type, uint32_t value);
void nl_put_u64(struct nl_message *message, uint16_t type, uint64_t value);
void nl_put_text(struct nl_message *message, uint16_t type, const char *text);
/* Returns where the nest begins, for nl_nest_end() */
size_t nl_nest_begin(struct nl_message *message, uint16_t type);
void nl_nest_end(struct nl_message *message, size_t start);

/* Sends @bytes of @message (0: as many as its header says) and waits for its end. */
struct nl_reply nl_send(int fd, struct nl_message *message, size_t bytes, nl_fn fn, void *data);

/* Attributes from @start by type. */
void nl_parse(const void *start, size_t bytes, const struct nlattr *tb[NL_ATTRS_MAX + 1]);
void nl_parse_message(const struct nlmsghdr *message, const struct nlattr *tb[NL_ATTRS_MAX + 1]);
void nl_parse_nest(const struct nlattr *nest, const struct nlattr *tb[NL_ATTRS_MAX + 1]);
const void *nl_data(const struct nlattr *attr);
size_t nl_bytes(const struct nlattr *attr);
uint32_t nl_u32(const struct nlattr *attr);
uint64_t nl_u64(const struct nlattr *attr);

#endif
