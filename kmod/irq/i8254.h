/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 8254 interval timer and port 0x61, as a pure machine of state and time.
 * The hrtimer and the interrupt line are pit.c's.
 */
#ifndef HULL_IRQ_I8254_H
#define HULL_IRQ_I8254_H

#include <irq/pure.h>

#define HULL_PIT_HZ	1193182

/* The counters are kept as KVM_GET_PIT2 shows them; times are of the caller's clock, in ns. */
struct hull_i8254 {
	struct kvm_pit_channel_state ch[3];
	bool speaker;		/* port 0x61 bit 1 */
};

void hull_i8254_reset(struct hull_i8254 *pit, s64 now);
/** hull_i8254_valid - may userspace set this channel state? */
bool hull_i8254_valid(const struct kvm_pit_channel_state *c);
/**
 * hull_i8254_write - ports 0x40 to 0x43
 * Return: true when counter 0 counts anew
 */
bool hull_i8254_write(struct hull_i8254 *pit, unsigned int port, u8 val, s64 now);
u8 hull_i8254_read(struct hull_i8254 *pit, unsigned int port, s64 now);
void hull_i8254_port61_write(struct hull_i8254 *pit, u8 val, s64 now);
u8 hull_i8254_port61_read(const struct hull_i8254 *pit, s64 now);
bool hull_i8254_out(const struct kvm_pit_channel_state *c, s64 now);
u16 hull_i8254_count(const struct kvm_pit_channel_state *c, s64 now);
/**
 * hull_i8254_interval - ns from one rising edge of counter 0's output to the next
 * @periodic: whether there is a next
 * Return: 0 when there is none at all
 */
u64 hull_i8254_interval(const struct kvm_pit_channel_state *c, bool *periodic);

#endif
