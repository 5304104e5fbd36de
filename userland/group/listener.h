/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HULL_GROUP_LISTENER_H
#define HULL_GROUP_LISTENER_H

#include <container/container.h>
#include <jansson.h>
#include <lib/client.h>

/**
 * hull_listener_send - seccomp's listener of @made, if any, to who answers system calls for it
 * @state: of the container, as the runtime-spec has it; it is freed
 *
 * It goes to the profile's listenerPath, with the "container process state" of the runtime-spec,
 * and is not ours any more: without it calls that nobody answers fail.
 */
int hull_listener_send(struct hull_ct *made, json_t *state, struct hull_error *error);

#endif
