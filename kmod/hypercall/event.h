/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels, as the rest of the host sees them: a way to tell a guest that
 * something is there. Documentation/hypercalls/events.rst.
 */
#ifndef HULL_HYPERCALL_EVENT_H
#define HULL_HYPERCALL_EVENT_H

#include <hypercall/calls.h>

/**
 * hull_event_port_raise - make a port of a VM pending, as if its peer had sent
 * @port: as the guest named it
 *
 * Context: any but NMI, interrupts may be off; does not sleep. @vm is alive and its
 * vm_parts row of event channels is in place: own rows come after that one.
 * Return: 0; -EBADF: there is no such port.
 */
int hull_event_port_raise(struct hull_vm *vm, u32 port);
/** hull_event_port_exists - would hull_event_port_raise() find it now? Same context */
bool hull_event_port_exists(struct hull_vm *vm, u32 port);

/* a row of vm_parts */
int hull_events_create(struct hull_vm_calls *calls);
void hull_events_destroy(struct hull_vm_calls *calls);

#endif
