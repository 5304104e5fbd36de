/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of an OCI container between two commands: a directory ROOT/ID,
 *   state.json    always whole: written beside it and renamed
 *   config.json   the bundle's, as it was at create
 *   gate          a FIFO: there until start, and a byte from it starts the program
 * Its lock is held by whoever changes it. What cannot be remembered, for it changes by
 * itself, is looked up: whether the process lives, whether it is frozen.
 */
#ifndef HULL_OCI_STATE_H
#define HULL_OCI_STATE_H

#include <jansson.h>
#include <limits.h>
#include <sys/types.h>
#include <lib/client.h>
#include <oci/config.h>

#define OCI_ID_MAX	255
#define OCI_STATE_FILE	"state.json"
#define OCI_GATE_FILE	"gate"

enum oci_status {
	OCI_CREATING,
	OCI_CREATED,
	OCI_RUNNING,
	OCI_PAUSED,
	OCI_STOPPED,
};

/* @base, @dir: descriptors of ROOT and of ROOT/ID; -1: not open */
struct oci_container {
	int base, dir;
	char id[OCI_ID_MAX + 1];
	bool complete;			/* create has come to its end */
	pid_t pid;			/* of its first process; 0: none yet */
	uint64_t start_time;		/* of that: another one may have its number by now */
	uint64_t created;		/* ns since 1970 */
	uint32_t group;			/* its record in the kernel; 0: none */
	uid_t owner;
	char bundle[PATH_MAX];
	char root[PATH_MAX];		/* of its files */
	char version[32];		/* ociVersion */
	char cgroup[PATH_MAX];		/* directory; "": none of its own */
	json_t *annotations;		/* NULL: none */
};

/** oci_root - where containers are remembered if no --root says otherwise; NULL: nowhere */
const char *oci_root(char *path, size_t size);

/* 0, or -1 and *@error. */
/** oci_container_claim - a new one, locked; EEXIST */
int oci_container_claim(struct oci_container *container, const char *root, const char *id,
			struct hull_error *error);
/** oci_container_open - one that is there; ENOENT. @lock: waits for whoever changes it */
int oci_container_open(struct oci_container *container, const char *root, const char *id,
		       bool lock, struct hull_error *error);
int oci_container_write(const struct oci_container *container, struct hull_error *error);
/** oci_container_forget - its directory; it is closed, too */
void oci_container_forget(struct oci_container *container);
void oci_container_close(struct oci_container *container);
/** oci_container_config - config.json as it was; oci_bundle_free() it */
int oci_container_config(const struct oci_container *container, struct oci_bundle *bundle,
			 struct hull_error *error);

enum oci_status oci_container_status(const struct oci_container *container);
const char *oci_status_name(enum oci_status status);
/** oci_container_pidfd - of its first process, surely that one; ESRCH */
int oci_container_pidfd(const struct oci_container *container, struct hull_error *error);
/** oci_container_cgroup - its cgroup's directory, opened; ENOENT: it has none */
int oci_container_cgroup(const struct oci_container *container, struct hull_error *error);
/** oci_container_json - the state as the runtime-spec has it, for people and hooks */
json_t *oci_container_json(const struct oci_container *container, enum oci_status status,
			   bool more);

/** oci_start_time - field 22 of a process's stat; 0: there is none, or it is a zombie */
uint64_t oci_start_time(pid_t pid);
/** oci_file_write - @name in @dir, whole or not at all */
int oci_file_write(int dir, const char *name, const void *data, size_t len);

#endif
