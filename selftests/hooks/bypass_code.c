// SPDX-License-Identifier: GPL-2.0-only
/* Programs and code by another way. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bypass.h"

#define PROGRAM	SECRET "/program"
#define NO_EXEC	"deny file execute " SECRET
#define NO_MAP	"deny file mapexec " SECRET
#define NO_WX	"deny memory anonexec,writeexec,madeexec"
#define PAGE	4096

static int do_exec(void)
{
	return try_exec(PROGRAM);
}

static int exec_fd(void)
{
	char *argv[] = { PROGRAM, NULL };

	syscall(SYS_execveat, open(PROGRAM, O_PATH), "", argv, argv + 1, AT_EMPTY_PATH);
	return errno;
}

static int do_execveat(void)
{
	return try_child(exec_fd);
}

static int do_fexecve(void)
{
	char text[64];

	sprintf(text, "/proc/self/fd/%d", open(PROGRAM, O_PATH));
	return try_exec(text);
}

static int do_script(void)
{
	return try_exec(OPEN "/script");
}

static int do_loader(void)
{
	return try_exec(OPEN "/loaded");
}

static int do_exec_bind(void)
{
	if (mount(PROGRAM, OPEN "/file", NULL, MS_BIND, NULL))
		return ENODATA;
	return try_exec(OPEN "/file");
}

static int do_exec_link(void)
{
	if (link(PROGRAM, OPEN "/linked"))
		return errno;
	return try_exec(OPEN "/linked");
}

static int do_memfd(void)
{
	int fd = memfd_create("program", 0);
	char text[64];

	put_program(fd, NULL);
	sprintf(text, "/proc/self/fd/%d", fd);
	/* Nobody may have it open for writing. */
	fd = open(text, O_RDONLY | O_CLOEXEC);
	close(fd - 1);
	sprintf(text, "/proc/self/fd/%d", fd);
	return try_exec(text);
}

/* A program that has no name any more, but was one of a file system's. */
static int do_unlinked(void)
{
	char text[64];
	int fd;

	make_program(OPEN "/gone", NULL);
	fd = open(OPEN "/gone", O_RDONLY | O_CLOEXEC);
	unlink(OPEN "/gone");
	sprintf(text, "/proc/self/fd/%d", fd);
	return try_exec(text);
}

static int map(int prot, int flags, int fd)
{
	return mmap(NULL, PAGE, prot, flags, fd, 0) == MAP_FAILED ? errno : 0;
}

static int do_map(void)
{
	return map(PROT_READ | PROT_EXEC, MAP_PRIVATE, open(PROGRAM, O_RDONLY));
}

static int do_map_protect(void)
{
	void *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open(PROGRAM, O_RDONLY), 0);

	return at == MAP_FAILED ? ENODATA : result(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
}

static int do_map_pkey(void)
{
	void *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open(PROGRAM, O_RDONLY), 0);

	return result(syscall(SYS_pkey_mprotect, at, PAGE, PROT_READ | PROT_EXEC, -1));
}

static int do_map_personality(void)
{
	if (personality(READ_IMPLIES_EXEC) < 0)
		return errno;
	return map(PROT_READ, MAP_PRIVATE, open(PROGRAM, O_RDONLY));
}

static int do_anon(void)
{
	return map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static int do_anon_personality(void)
{
	if (personality(READ_IMPLIES_EXEC) < 0)
		return errno;
	return map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

/* The heap is no mapping that anybody is asked about. */
static int do_heap_personality(void)
{
	unsigned char *at;

	if (personality(READ_IMPLIES_EXEC) < 0)
		return errno;
	at = (unsigned char *)((syscall(SYS_brk, 0) + PAGE - 1) & ~(PAGE - 1l));
	if (syscall(SYS_brk, at + PAGE) != (long)(at + PAGE))
		return ENODATA;
	*at = 0xc3;	/* ret */
	((void (*)(void))at)();
	return 0;
}

static int do_made(void)
{
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*at = 1;
	if (mprotect(at, PAGE, PROT_READ))
		return ENODATA;
	return result(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
}

static int do_memfd_twice(void)
{
	int fd = memfd_create("code", 0);

	if (ftruncate(fd, PAGE) || map(PROT_READ | PROT_WRITE, MAP_SHARED, fd))
		return ENODATA;
	return map(PROT_READ | PROT_EXEC, MAP_SHARED, fd);
}

static int do_shared_anon(void)
{
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*at = 1;
	if (mprotect(at, PAGE, PROT_READ))
		return ENODATA;
	return result(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
}

static int do_shm(void)
{
	void *at = shmat(shmget(IPC_PRIVATE, PAGE, 0700), NULL, SHM_EXEC);

	return at == (void *)-1 ? errno : 0;
}

static int do_shm_twice(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0700);
	void *at = shmat(id, NULL, 0), *code;

	if (at == (void *)-1)
		return ENODATA;
	code = shmat(id, NULL, SHM_RDONLY | SHM_EXEC);
	return code == (void *)-1 ? errno : 0;
}

static int do_zero_device(void)
{
	return map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, open("/dev/zero", O_RDWR));
}

/* Written through the descriptor instead of the mapping. */
static int do_self_mem(void)
{
	int fd = open("/proc/self/mem", O_RDWR);
	char code = 0xc3;

	if (fd < 0)
		return errno;
	return pwrite(fd, &code, 1, (off_t)(unsigned long)do_self_mem) != 1 ? errno : 0;
}

static int do_exe_file(void)
{
	int fd = open(OPEN "/program", O_RDONLY), ret;

	ret = result(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0));
	/* Mapped still: the kernel was asked and said no for its own reason. */
	return ret == EBUSY ? 0 : ret;
}

const struct bypass bypass_code[] = {
	{ "execute", NO_EXEC, EACCES, do_exec },
	{ "execveat of O_PATH", NO_EXEC, EACCES, do_execveat },
	{ "execute /proc/self/fd", NO_EXEC, EACCES, do_fexecve },
	{ "interpreter of a script", NO_EXEC, EACCES, do_script },
	{ "loader of a program", NO_EXEC, EACCES, do_loader },
	{ "execute by a bind mount", NO_EXEC, EACCES, do_exec_bind },
	{ "execute by a hard link", NO_EXEC, EXDEV, do_exec_link },
	{ "execute memory", "deny memory memfdexec", EACCES, do_memfd },
	{ "execute what was deleted", "deny file execute " OPEN, EACCES, do_unlinked },
	{ "map a program", NO_MAP, EACCES, do_map },
	{ "map a program, then protect", NO_MAP, EACCES, do_map_protect },
	{ "map a program, then protect with a key", NO_MAP, EACCES, do_map_pkey },
	{ "map a program where reading implies executing", NO_MAP, EACCES, do_map_personality },
	{ "executable memory", NO_WX, EACCES, do_anon },
	{ "memory where reading implies executing", NO_WX, EACCES, do_anon_personality },
	{ "heap where reading implies executing", NO_WX, EACCES, do_heap_personality },
	{ "memory written, then protected", NO_WX, EACCES, do_made },
	{ "a memory file mapped twice", NO_WX, EACCES, do_memfd_twice },
	{ "shared memory written, then protected", NO_WX, EACCES, do_shared_anon },
	{ "executable System V memory", NO_WX, EACCES, do_shm },
	{ "System V memory attached twice", NO_WX, EACCES, do_shm_twice },
	{ "/dev/zero mapped executable", NO_WX, EACCES, do_zero_device },
	{ "code written by /proc/self/mem", "deny file write /proc/*/mem\n"
	  "deny file write /proc/**/mem", EACCES, do_self_mem },
	{ "another program's name by prctl", "deny prctl use 35", EPERM, do_exe_file },
};

const unsigned int bypass_code_n = sizeof(bypass_code) / sizeof(bypass_code[0]);
