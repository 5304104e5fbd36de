/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the library share: messages to the family, and its answers. */
#ifndef HULL_LIB_NETLINK_H
#define HULL_LIB_NETLINK_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <lib/calls.h>
#include <lib/client.h>
#include <lib/group.h>

#define HULL_RECEIVE_BYTES	32768
#define HULL_TOP_MAX		15	/* top-level attributes: the family's and the controller's */

struct hull_client {
	struct mnl_socket *socket;
	uint32_t sequence;
	uint16_t family;
	uint32_t events_group, audit_group;
	size_t pending, at;		/* of what was received: bytes, and where the next message is */
	char out[8192];		/* the largest: a policy with all the rules there may be */
	char in[HULL_RECEIVE_BYTES];
};

/* A request in client->out; @flags beside NLM_F_REQUEST and NLM_F_ACK */
struct nlmsghdr *hull_request(struct hull_client *client, uint8_t cmd, uint16_t flags);
/* likewise, with the nest that names a VM, left open for more: mnl_attr_nest_end() */
struct nlmsghdr *hull_request_vm(struct hull_client *client, uint8_t cmd,
				 const struct hull_ref *ref, struct nlattr **nest);

/* likewise, of a group */
struct nlmsghdr *hull_request_group(struct hull_client *client, uint8_t cmd,
				    const struct hull_ref *ref, struct nlattr **nest);

/* One message of an answer: @tb[0..HULL_TOP_MAX] by type. 0, or -1 and *@error. */
typedef int (*hull_answer_fn)(struct nlattr *const *tb, void *data, struct hull_error *error);

/*
 * Sends client->out and calls @fn (may be NULL) for each message until the kernel
 * says that it is done. *@torn (may be NULL): the dump was not consistent.
 */
int hull_transact(struct hull_client *client, struct nlmsghdr *request, hull_answer_fn fn,
		  void *data, bool *torn, struct hull_error *error);

/* Attributes into @tb[0..@max] by type; unknown ones are skipped, so old programs go on. */
int hull_message_parse(const struct nlmsghdr *message, struct nlattr **tb, uint16_t max);
void hull_nest_parse(const struct nlattr *nest, struct nlattr **tb, uint16_t max);

/* Values, or 0 and "" when absent or of a wrong size. */
uint32_t hull_attr_u32(const struct nlattr *attr);
uint64_t hull_attr_u64(const struct nlattr *attr);
void hull_attr_text(const struct nlattr *attr, char *text, size_t size);

/* What a group sends: as hull_events_next(), with the message as it is. */
int hull_group_join(struct hull_client *client, uint32_t group, struct hull_error *error);
int hull_message_next(struct hull_client *client, const struct nlmsghdr **message,
		      struct hull_error *error);

/* HULL_A_POLICY of a request; which rule a refusal of @request is about, in its sentence */
void hull_policy_put_nest(struct nlmsghdr *request, const struct hull_vm_policy *policy);
void hull_policy_error(const struct nlmsghdr *request, struct hull_error *error);

int hull_vm_parse(const struct nlattr *nest, struct hull_vm_info *vm, struct hull_error *error);
int hull_group_parse(const struct nlattr *nest, struct hull_group_info *group,
		     struct hull_error *error);

/* A growing array of @size bytes a piece; the new piece is zeroed. NULL: no memory. */
struct hull_array {
	void *items;
	size_t n, size;
};

void *hull_array_add(struct hull_array *array);
/* A dump of one moment, @add for each; on failure *@array is freed. */
int hull_dump(struct hull_client *client, uint8_t cmd, hull_answer_fn add,
	      struct hull_array *array, struct hull_error *error);

#endif
