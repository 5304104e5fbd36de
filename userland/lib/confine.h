/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies of groups: put in force, read back, and what they decide. As lib/client.h:
 * nothing prints, 0 or -1 and *@error.
 */
#ifndef HULL_LIB_CONFINE_H
#define HULL_LIB_CONFINE_H

#include <lib/client.h>

/*
 * A group is under the compiled policy in the file @blob_fd from now on; paths in it begin
 * at the directory @root_fd, or at this process's root with -1. ENOENT: a path is not there.
 */
int hull_confine_set(struct hull_client *client, const struct hull_ref *ref, int blob_fd,
		     int root_fd, struct hull_error *error);
/* Under none. */
int hull_confine_clear(struct hull_client *client, const struct hull_ref *ref,
		       struct hull_error *error);

/* @size 0: there is no policy. @hits: of rule 1 and up; free() it */
struct hull_confine_info {
	uint32_t size;
	uint64_t *hits;
	size_t n_hits;
};

/* @blob_fd: -1, or a file that gets the compiled policy. */
int hull_confine_get(struct hull_client *client, const struct hull_ref *ref, int blob_fd,
		     struct hull_confine_info *info, struct hull_error *error);

/* Numbers are those of hull/policy_blob.h. @line 0: no rule, a group is kept in its place */
struct hull_verdict_info {
	uint32_t group;
	char group_name[HULL_NAME_MAX + 1];
	uint64_t time_ns, dropped;
	uint32_t count, pid, tid;
	char comm[16], exe[256];
	uint32_t class, perms, action, would, error, line;
	char file[256], object[512];
};

/*
 * The next verdict that a policy wants told; waits, after hull_audit_join(). 1: one,
 * 0: interrupted by a signal, -1 and *@error; code ENOBUFS: some were lost, go on.
 */
int hull_verdict_next(struct hull_client *client, struct hull_verdict_info *verdict,
		      struct hull_error *error);

/* What a rule with the action "ask" wants to be decided; the answer is no after @timeout_ms. */
struct hull_question_info {
	uint64_t id;
	uint32_t timeout_ms;
	struct hull_verdict_info verdict;
};

/*
 * This client is told a group's questions until it is closed, and is for nothing else then.
 * EBUSY: the group has a supervisor.
 */
int hull_supervise(struct hull_client *client, const struct hull_ref *ref,
		   struct hull_error *error);
/* The next one; as hull_verdict_next(). */
int hull_question_next(struct hull_client *client, struct hull_question_info *question,
		       struct hull_error *error);
/* By another client. ENOENT: nobody waits for it any more. */
int hull_question_answer(struct hull_client *client, uint64_t id, bool allow,
			 struct hull_error *error);

#endif
