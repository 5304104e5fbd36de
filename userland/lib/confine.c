// SPDX-License-Identifier: GPL-2.0-only
/* Policies of groups. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <lib/confine.h>
#include <lib/netlink.h>

static struct nlmsghdr *request_begin(struct hull_client *client, uint8_t cmd,
				      const struct hull_ref *ref)
{
	struct nlattr *nest;
	struct nlmsghdr *request = hull_request_group(client, cmd, ref, &nest);

	mnl_attr_nest_end(request, nest);
	return request;
}

int hull_confine_set(struct hull_client *client, const struct hull_ref *ref, int blob_fd,
		     int root_fd, struct hull_error *error)
{
	struct nlmsghdr *request = request_begin(client, HULL_CMD_CONFINE_SET, ref);
	struct nlattr *nest = mnl_attr_nest_start(request, HULL_A_CONFINE);

	mnl_attr_put_u32(request, HULL_A_CONFINE_BLOB_FD, (uint32_t)blob_fd);
	if (root_fd >= 0)
		mnl_attr_put_u32(request, HULL_A_CONFINE_ROOT_FD, (uint32_t)root_fd);
	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, NULL, NULL, NULL, error);
}

int hull_confine_clear(struct hull_client *client, const struct hull_ref *ref,
		       struct hull_error *error)
{
	struct nlmsghdr *request = request_begin(client, HULL_CMD_CONFINE_SET, ref);

	return hull_transact(client, request, NULL, NULL, NULL, error);
}

static int info_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct nlattr *sub[HULL_A_CONFINE_MAX + 1], *hits;
	struct hull_confine_info *info = data;

	if (!tb[HULL_A_CONFINE] || info->hits)
		return 0;
	hull_nest_parse(tb[HULL_A_CONFINE], sub, HULL_A_CONFINE_MAX);
	info->size = hull_attr_u32(sub[HULL_A_CONFINE_SIZE]);
	hits = sub[HULL_A_CONFINE_HITS];
	if (!hits)
		return 0;
	info->n_hits = mnl_attr_get_payload_len(hits) / sizeof(*info->hits);
	info->hits = calloc(info->n_hits + 1, sizeof(*info->hits));
	if (!info->hits)
		return hull_error_set(error, ENOMEM, "out of memory");
	memcpy(info->hits, mnl_attr_get_payload(hits), info->n_hits * sizeof(*info->hits));
	return 0;
}

int hull_confine_get(struct hull_client *client, const struct hull_ref *ref, int blob_fd,
		     struct hull_confine_info *info, struct hull_error *error)
{
	struct nlmsghdr *request = request_begin(client, HULL_CMD_CONFINE_GET, ref);
	struct nlattr *nest;

	*info = (struct hull_confine_info) { 0 };
	if (blob_fd >= 0) {
		nest = mnl_attr_nest_start(request, HULL_A_CONFINE);
		mnl_attr_put_u32(request, HULL_A_CONFINE_BLOB_FD, (uint32_t)blob_fd);
		mnl_attr_nest_end(request, nest);
	}
	if (!hull_transact(client, request, info_take, info, NULL, error))
		return 0;
	free(info->hits);
	info->hits = NULL;
	return -1;
}

static bool verdict_parse(struct nlattr *const *tb, struct hull_verdict_info *verdict)
{
	struct nlattr *group[HULL_A_GROUP_MAX + 1], *sub[HULL_A_VERDICT_MAX + 1];

	if (!tb[HULL_A_GROUP] || !tb[HULL_A_VERDICT])
		return false;
	hull_nest_parse(tb[HULL_A_GROUP], group, HULL_A_GROUP_MAX);
	hull_nest_parse(tb[HULL_A_VERDICT], sub, HULL_A_VERDICT_MAX);
	*verdict = (struct hull_verdict_info) {
		.group = hull_attr_u32(group[HULL_A_GROUP_ID]),
		.time_ns = hull_attr_u64(sub[HULL_A_VERDICT_TIME]),
		.dropped = hull_attr_u64(sub[HULL_A_VERDICT_DROPPED]),
		.count = hull_attr_u32(sub[HULL_A_VERDICT_COUNT]),
		.pid = hull_attr_u32(sub[HULL_A_VERDICT_PID]),
		.tid = hull_attr_u32(sub[HULL_A_VERDICT_TID]),
		.class = hull_attr_u32(sub[HULL_A_VERDICT_CLASS]),
		.perms = hull_attr_u32(sub[HULL_A_VERDICT_PERMS]),
		.action = hull_attr_u32(sub[HULL_A_VERDICT_ACTION]),
		.would = hull_attr_u32(sub[HULL_A_VERDICT_WOULD]),
		.error = hull_attr_u32(sub[HULL_A_VERDICT_ERRNO]),
		.line = hull_attr_u32(sub[HULL_A_VERDICT_LINE]),
	};
	hull_attr_text(group[HULL_A_GROUP_NAME], verdict->group_name, sizeof(verdict->group_name));
	hull_attr_text(sub[HULL_A_VERDICT_COMM], verdict->comm, sizeof(verdict->comm));
	hull_attr_text(sub[HULL_A_VERDICT_EXE], verdict->exe, sizeof(verdict->exe));
	hull_attr_text(sub[HULL_A_VERDICT_FILE], verdict->file, sizeof(verdict->file));
	hull_attr_text(sub[HULL_A_VERDICT_OBJECT], verdict->object, sizeof(verdict->object));
	return true;
}

static bool verdict_take(const struct nlmsghdr *message, struct hull_verdict_info *verdict)
{
	struct nlattr *tb[HULL_A_MAX + 1];

	return !hull_message_parse(message, tb, HULL_A_MAX) &&
	       hull_attr_u32(tb[HULL_A_EVENT]) == HULL_EVENT_VERDICT && verdict_parse(tb, verdict);
}

int hull_verdict_next(struct hull_client *client, struct hull_verdict_info *verdict,
		      struct hull_error *error)
{
	const struct nlmsghdr *message;
	int got;

	do {
		got = hull_message_next(client, &message, error);
	} while (got > 0 && !verdict_take(message, verdict));
	return got;
}

int hull_supervise(struct hull_client *client, const struct hull_ref *ref, struct hull_error *error)
{
	return hull_transact(client, request_begin(client, HULL_CMD_SUPERVISE, ref), NULL, NULL,
			     NULL, error);
}

static bool question_take(const struct nlmsghdr *message, struct hull_question_info *question)
{
	struct nlattr *tb[HULL_A_MAX + 1], *sub[HULL_A_QUESTION_MAX + 1];

	if (hull_message_parse(message, tb, HULL_A_MAX) || !tb[HULL_A_QUESTION] ||
	    !verdict_parse(tb, &question->verdict))
		return false;
	hull_nest_parse(tb[HULL_A_QUESTION], sub, HULL_A_QUESTION_MAX);
	question->id = hull_attr_u64(sub[HULL_A_QUESTION_ID]);
	question->timeout_ms = hull_attr_u32(sub[HULL_A_QUESTION_TIMEOUT]);
	return true;
}

int hull_question_next(struct hull_client *client, struct hull_question_info *question,
		       struct hull_error *error)
{
	const struct nlmsghdr *message;
	int got;

	do {
		got = hull_message_next(client, &message, error);
	} while (got > 0 && !question_take(message, question));
	return got;
}

int hull_question_answer(struct hull_client *client, uint64_t id, bool allow,
			 struct hull_error *error)
{
	struct nlmsghdr *request = hull_request(client, HULL_CMD_ANSWER, 0);
	struct nlattr *nest = mnl_attr_nest_start(request, HULL_A_QUESTION);

	mnl_attr_put_u64(request, HULL_A_QUESTION_ID, id);
	mnl_attr_put_u32(request, HULL_A_QUESTION_ALLOW, allow);
	mnl_attr_nest_end(request, nest);
	return hull_transact(client, request, NULL, NULL, NULL, error);
}
