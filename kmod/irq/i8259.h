/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pair of 8259A interrupt controllers of a PC, as a pure machine: state in,
 * state out. Locks, lines' sources and delivery are pic.c's.
 */
#ifndef HULL_IRQ_I8259_H
#define HULL_IRQ_I8259_H

#include <irq/pure.h>

#define HULL_PIC_PINS	16
#define HULL_PIC_CASCADE 2

/**
 * struct hull_i8259 - master and slave
 * @chip: master, slave; the layout that KVM_GET_IRQCHIP shows
 * @output: INTR to the processor
 * @acked: lines whose service ended since somebody last took them from here
 */
struct hull_i8259 {
	struct kvm_pic_state chip[2];
	bool output;
	u16 acked;
};

void hull_i8259_reset(struct hull_i8259 *pic);
/** hull_i8259_sanitize - make any state that userspace gives one that can be */
void hull_i8259_sanitize(struct hull_i8259 *pic);
/** hull_i8259_line - Return: 1 newly pending, 0 was pending, -1 masked */
int hull_i8259_line(struct hull_i8259 *pic, unsigned int irq, bool level);
/** hull_i8259_intack - the interrupt-acknowledge cycle; the vector */
u8 hull_i8259_intack(struct hull_i8259 *pic);
/* ports: @slave chooses the chip, @data the odd address */
void hull_i8259_write(struct hull_i8259 *pic, bool slave, bool data, u8 val);
u8 hull_i8259_read(struct hull_i8259 *pic, bool slave, bool data);
void hull_i8259_elcr_write(struct hull_i8259 *pic, bool slave, u8 val);

#endif
