/* SPDX-License-Identifier: GPL-2.0-only */
/* What else a process can be put under. */
#ifndef HULL_BENCH_POLICY_PEERS_H
#define HULL_BENCH_POLICY_PEERS_H

/* peer_enter - "landlock", "seccomp", or "apparmor=PROFILE"; ends the program if it cannot be */
void peer_enter(const char *what);

#endif
