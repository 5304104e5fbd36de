/* SPDX-License-Identifier: GPL-2.0-only */
/* System calls without a C library, for the starter: results as the kernel gives them. */
#ifndef HULL_CONTAINER_START_SYS_H
#define HULL_CONTAINER_START_SYS_H

#include <asm/unistd.h>

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a" (ret)
			 : "a" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8), "r" (r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define SYS_(nr, a, b, c, d, e, ...)	\
	sys6(__NR_##nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define sys(...)	SYS_(__VA_ARGS__, 0, 0, 0, 0, 0, 0)

#endif
