/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways around a policy: each is possible without one, and refused under one. */
#ifndef HULL_BYPASS_H
#define HULL_BYPASS_H

#include <stddef.h>
#include <sys/types.h>

#define T	"/tmp/b"
#define SECRET	T "/secret"		/* what rules are about */
#define SECRETS	SECRET "/file"
#define OPEN	T "/open"		/* what they are not about */
#define MOUNTED	SECRET "/mounted"	/* another file system below */
#define MARK	OPEN "/mark"		/* made by a program that must not run */

/**
 * struct bypass - a way
 * @name: what is tried
 * @rules: more than "default allow". NULL: being in a group is enough to be refused, with
 *	no policy; so the try that must succeed is made outside
 * @error: what it must fail with under these
 * @act: in the group, in a mount namespace of its own; 0, or an errno
 */
struct bypass {
	const char *name, *rules;
	int error;
	int (*act)(void);
};

#define BYPASS_TABLE(what)	extern const struct bypass what[]; extern const unsigned int what##_n
BYPASS_TABLE(bypass_paths);
BYPASS_TABLE(bypass_mounts);
BYPASS_TABLE(bypass_code);
BYPASS_TABLE(bypass_nets);
BYPASS_TABLE(bypass_fds);
BYPASS_TABLE(bypass_tasks);
BYPASS_TABLE(bypass_places);
BYPASS_TABLE(bypass_rings);
BYPASS_TABLE(bypass_helpers);

/* A process outside of any group, with @outside_door, a connected unix socket, to it. */
extern pid_t outside;
extern int outside_door;

/* Descriptors from before the confinement. */
struct inherited {
	int read, write, directory, connected, procs, ring;
};
extern struct inherited inherited;

/* A system call's result as an errno or 0. */
int result(long ret);
/* Opens, and reads something. */
int try_read(const char *path);
int try_fd(int fd);
/* Runs @fn in a child; what it returned, or 128 + the signal it got. */
int try_child(int (*fn)(void));
void write_text(const char *path, const char *text);

/*
 * A program that exits with 0 at once. @interpreter: needed to load it, or NULL.
 */
void make_program(const char *path, const char *interpreter);
/* The same in a descriptor. */
void put_program(int fd, const char *interpreter);
/* Executes with no arguments in a child, closes what it can; 0 if the program ran. */
int try_exec(const char *path);

struct io_uring_sqe;
/* A ring of io_uring; @flags of its set-up. */
int ring_make(unsigned int flags);
/* The way that needs inherited.ring. */
int ring_before(void);
/* Maps it, does @sqe by it, and waits: what came of it, or -errno. */
int ring_do(int fd, unsigned int flags, const struct io_uring_sqe *sqe);

#endif
