// SPDX-License-Identifier: GPL-2.0-only
/*
 * Intel 8259A, twice. "IR", "IS", "ICW" and "OCW" are the data sheet's words.
 */

#include <irq/i8259.h>

/* Lines that may be level-triggered: not 0, 1, 2, 8 and 13. */
static const u8 elcr_mask[2] = { 0xf8, 0xde };

/* states of initialization: which ICW the odd address takes next */
enum { READY, ICW2, ICW3, ICW4 };

#define NONE 8

/* Distance of the most urgent line of @set from the top priority, or NONE. */
static unsigned int urgency(const struct kvm_pic_state *s, u8 set)
{
	unsigned int p;

	for (p = 0; p < NONE; p++)
		if (set & BIT((p + s->priority_add) & 7))
			break;
	return p;
}

static unsigned int line_at(const struct kvm_pic_state *s, unsigned int p)
{
	return (p + s->priority_add) & 7;
}

/* The line that this chip requests service for, or -1. */
static int request(const struct hull_i8259 *pic, bool slave)
{
	const struct kvm_pic_state *s = &pic->chip[slave];
	unsigned int p = urgency(s, s->irr & ~s->imr);
	u8 busy = s->isr;

	if (p == NONE)
		return -1;
	if (s->special_mask)
		busy &= ~s->imr;
	/* The slave's next request may come while its last is in service. */
	if (s->special_fully_nested_mode && !slave)
		busy &= ~BIT(HULL_PIC_CASCADE);
	return p < urgency(s, busy) ? (int)line_at(s, p) : -1;
}

static void update(struct hull_i8259 *pic)
{
	if (request(pic, true) >= 0)
		pic->chip[0].irr |= BIT(HULL_PIC_CASCADE);
	else
		pic->chip[0].irr &= ~BIT(HULL_PIC_CASCADE);
	pic->output = request(pic, false) >= 0;
}

void hull_i8259_reset(struct hull_i8259 *pic)
{
	unsigned int i;

	memset(pic, 0, sizeof(*pic));
	for (i = 0; i < 2; i++)
		pic->chip[i].elcr_mask = elcr_mask[i];
}

void hull_i8259_sanitize(struct hull_i8259 *pic)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct kvm_pic_state *s = &pic->chip[i];

		s->elcr_mask = elcr_mask[i];
		s->elcr &= elcr_mask[i];
		s->priority_add &= 7;
		s->irq_base &= 0xf8;
		s->init_state &= 3;
		s->read_reg_select = !!s->read_reg_select;
		s->poll = !!s->poll;
		s->special_mask = !!s->special_mask;
		s->auto_eoi = !!s->auto_eoi;
		s->rotate_on_auto_eoi = !!s->rotate_on_auto_eoi;
		s->special_fully_nested_mode = !!s->special_fully_nested_mode;
		s->init4 = !!s->init4;
	}
	update(pic);
}

int hull_i8259_line(struct hull_i8259 *pic, unsigned int irq, bool level)
{
	struct kvm_pic_state *s = &pic->chip[irq >> 3 & 1];
	u8 bit = BIT(irq & 7);
	bool pending = s->irr & bit;

	if (s->elcr & bit) {
		if (level)
			s->irr |= bit;
		else
			s->irr &= ~bit;
	} else if (level && !(s->last_irr & bit)) {
		s->irr |= bit;
	}
	if (level)
		s->last_irr |= bit;
	else
		s->last_irr &= ~bit;
	update(pic);
	if (s->imr & bit)
		return -1;
	return !pending;
}

static void end(struct hull_i8259 *pic, bool slave, unsigned int line)
{
	pic->chip[slave].isr &= ~BIT(line);
	pic->acked |= BIT(line + 8 * slave);
}

static void accept(struct hull_i8259 *pic, bool slave, unsigned int line)
{
	struct kvm_pic_state *s = &pic->chip[slave];

	if (!(s->elcr & BIT(line)))
		s->irr &= ~BIT(line);
	s->isr |= BIT(line);
	if (!s->auto_eoi)
		return;
	end(pic, slave, line);
	if (s->rotate_on_auto_eoi)
		s->priority_add = (line + 1) & 7;
}

/* A request that went away before it was acknowledged reads as line 7, not in service. */
u8 hull_i8259_intack(struct hull_i8259 *pic)
{
	int line = request(pic, false), second;
	u8 vector;

	if (line != HULL_PIC_CASCADE) {
		vector = pic->chip[0].irq_base + (line < 0 ? 7 : line);
	} else {
		second = request(pic, true);
		vector = pic->chip[1].irq_base + (second < 0 ? 7 : second);
		if (second >= 0)
			accept(pic, true, second);
	}
	if (line >= 0)
		accept(pic, false, line);
	update(pic);
	return vector;
}

static void icw1(struct kvm_pic_state *s, u8 val)
{
	s->last_irr = 0;
	s->irr &= s->elcr;	/* edges are forgotten, levels are still there */
	s->imr = 0;
	s->isr = 0;
	s->priority_add = 0;
	s->special_mask = 0;
	s->read_reg_select = 0;
	s->poll = 0;
	s->auto_eoi = 0;
	s->rotate_on_auto_eoi = 0;
	s->special_fully_nested_mode = 0;
	s->init4 = val & 1;
	s->init_state = ICW2;
}

static void ocw2(struct hull_i8259 *pic, bool slave, u8 val)
{
	struct kvm_pic_state *s = &pic->chip[slave];
	unsigned int p, line = val & 7;

	switch (val >> 5) {
	case 0:
	case 4:
		s->rotate_on_auto_eoi = val >> 7;
		break;
	case 1:		/* the most urgent in service ends */
	case 5:
		p = urgency(s, s->special_mask ? s->isr & ~s->imr : s->isr);
		if (p == NONE)
			break;
		line = line_at(s, p);
		fallthrough;
	case 3:		/* the one named ends */
	case 7:
		end(pic, slave, line);
		if (val & 0x80)
			s->priority_add = (line + 1) & 7;
		break;
	case 6:
		s->priority_add = (line + 1) & 7;
		break;
	}
}

static void ocw3(struct kvm_pic_state *s, u8 val)
{
	if (val & 0x04)
		s->poll = 1;
	if (val & 0x02)
		s->read_reg_select = val & 1;
	if (val & 0x40)
		s->special_mask = val >> 5 & 1;
}

static void data_write(struct kvm_pic_state *s, u8 val)
{
	switch (s->init_state) {
	case READY:
		s->imr = val;
		break;
	case ICW2:
		s->irq_base = val & 0xf8;
		s->init_state = ICW3;
		break;
	case ICW3:
		s->init_state = s->init4 ? ICW4 : READY;
		break;
	case ICW4:
		s->special_fully_nested_mode = val >> 4 & 1;
		s->auto_eoi = val >> 1 & 1;
		s->init_state = READY;
		break;
	}
}

void hull_i8259_write(struct hull_i8259 *pic, bool slave, bool data, u8 val)
{
	struct kvm_pic_state *s = &pic->chip[slave];

	if (data)
		data_write(s, val);
	else if (val & 0x10)
		icw1(s, val);
	else if (val & 0x08)
		ocw3(s, val);
	else
		ocw2(pic, slave, val);
	update(pic);
}

u8 hull_i8259_read(struct hull_i8259 *pic, bool slave, bool data)
{
	struct kvm_pic_state *s = &pic->chip[slave];
	int line;

	if (s->poll) {	/* a poll acknowledges as INTA does */
		s->poll = 0;
		line = request(pic, slave);
		if (line < 0)
			return 7;
		accept(pic, slave, line);
		update(pic);
		return 0x80 | line;
	}
	if (data)
		return s->imr;
	return s->read_reg_select ? s->isr : s->irr;
}

void hull_i8259_elcr_write(struct hull_i8259 *pic, bool slave, u8 val)
{
	pic->chip[slave].elcr = val & elcr_mask[slave];
}
