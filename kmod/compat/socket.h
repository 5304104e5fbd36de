/* SPDX-License-Identifier: GPL-2.0-only */
/* Protocols that not every kernel has a name for. */
#ifndef HULL_COMPAT_SOCKET_H
#define HULL_COMPAT_SOCKET_H

#include <linux/in.h>

/* Linux before 6.11 has SMC as a family alone. */
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif

#endif
