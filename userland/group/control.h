/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a supervisor's control socket. */
#ifndef HULL_GROUP_CONTROL_H
#define HULL_GROUP_CONTROL_H

#define CONTROL_START	"start"
#define CONTROL_RESIZE	"resize %hu %hu"
#define CONTROL_MAX	512

#endif
