/* SPDX-License-Identifier: GPL-2.0-only */
/* The family as these tests use it: VMs of engine kvm, which exist on any machine. */
#ifndef HULL_VMS_H
#define HULL_VMS_H

#include "nl.h"

extern int vms_fd;
extern uint16_t vms_family;
extern uint32_t vms_group;

/* false: the module is not loaded */
bool vms_open(void);

/* A command on one VM; @id 0 and @name NULL stand for not given. */
struct nl_reply vms_command(uint8_t cmd, uint32_t id, const char *name, nl_fn fn, void *data);
/* A new VM of engine kvm; *@id (may be NULL) */
struct nl_reply vms_new(const char *name, uint32_t *id);
/* For an answer with a VM: its id goes to *(uint32_t *)@data. */
void vms_id_take(const struct nlmsghdr *answer, void *data);
/* How many there are, by a dump. */
int vms_count(void);
void vms_delete_all(void);

#endif
