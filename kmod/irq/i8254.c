// SPDX-License-Identifier: GPL-2.0-only
/*
 * Intel 8254: three counters of 16 bits, binary or BCD, six modes. A counter is
 * what it was loaded with and when; everything else is computed from the time
 * asked at. A gate that falls does not stop a count; one that rises starts modes
 * 1, 2, 3 and 5 anew.
 */

#include <irq/i8254.h>

#define NSEC	1000000000U
/* Which byte is next; the first three are access modes too. */
enum { LSB = 1, MSB, WORD_LSB, WORD_MSB };

#define MODE_NONE	0xff	/* not programmed yet */
#define REFRESH_NS	15085	/* half a period of DRAM refresh, port 0x61 bit 4 */

static u32 from_bcd(u32 v)
{
	return (v & 15) + (v >> 4 & 15) * 10 + (v >> 8 & 15) * 100 + (v >> 12 & 15) * 1000;
}

static u32 to_bcd(u32 v)
{
	return v % 10 | v / 10 % 10 << 4 | v / 100 % 10 << 8 | v / 1000 % 10 << 12;
}

static u64 ticks(const struct kvm_pit_channel_state *c, s64 now)
{
	if (now <= c->count_load_time)
		return 0;
	return hull_scale((u64)now - (u64)c->count_load_time, HULL_PIT_HZ, NSEC);
}

u16 hull_i8254_count(const struct kvm_pit_channel_state *c, s64 now)
{
	u32 modulus = c->bcd ? 10000 : 0x10000, left;
	u64 t = ticks(c, now);

	switch (c->mode) {
	case 2:
		left = c->count - t % c->count;
		break;
	case 3:		/* steps of two, twice a period */
		left = c->count - (t % c->count * 2) % c->count;
		break;
	default:	/* goes on after its end */
		left = c->count + modulus - t % modulus;
		break;
	}
	left %= modulus;
	return c->bcd ? to_bcd(left) : left;
}

bool hull_i8254_out(const struct kvm_pit_channel_state *c, s64 now)
{
	u64 t = ticks(c, now);

	switch (c->mode) {
	case 0:
	case 1:
		return t >= c->count;
	case 2:		/* low for the last tick of each period */
		return !c->gate || t % c->count != c->count - 1;
	case 3:
		return !c->gate || t % c->count < (c->count + 1) / 2;
	case 4:
	case 5:		/* low for one tick */
		return t != c->count;
	default:
		return true;
	}
}

u64 hull_i8254_interval(const struct kvm_pit_channel_state *c, bool *periodic)
{
	*periodic = c->mode == 2 || c->mode == 3;
	if (*periodic || c->mode == 0 || c->mode == 4)
		return hull_scale(c->count, NSEC, HULL_PIT_HZ);
	return 0;
}

static void load(struct kvm_pit_channel_state *c, u32 val, s64 now)
{
	if (c->bcd)
		c->count = val ? from_bcd(val) : 10000;
	else
		c->count = val ? val : 0x10000;
	c->count_load_time = now;
}

void hull_i8254_reset(struct hull_i8254 *pit, s64 now)
{
	unsigned int i;

	memset(pit, 0, sizeof(*pit));
	for (i = 0; i < 3; i++) {
		pit->ch[i].mode = MODE_NONE;
		pit->ch[i].gate = i != 2;
		pit->ch[i].rw_mode = WORD_LSB;
		pit->ch[i].read_state = WORD_LSB;
		pit->ch[i].write_state = WORD_LSB;
		load(&pit->ch[i], 0, now);
	}
}

bool hull_i8254_valid(const struct kvm_pit_channel_state *c)
{
	if (c->mode > 5 && c->mode != MODE_NONE)
		return false;
	if (!c->count || c->count > 0x10000)
		return false;
	return c->rw_mode <= WORD_LSB && c->read_state <= WORD_MSB &&
	       c->write_state <= WORD_MSB && c->count_latched <= WORD_MSB &&
	       c->status_latched <= 1 && c->gate <= 1 && c->bcd <= 1;
}

static void count_latch(struct kvm_pit_channel_state *c, s64 now)
{
	if (c->count_latched)
		return;
	c->latched_count = hull_i8254_count(c, now);
	c->count_latched = c->rw_mode;
}

static void status_latch(struct kvm_pit_channel_state *c, s64 now)
{
	if (c->status_latched)
		return;
	c->status = hull_i8254_out(c, now) << 7 | c->rw_mode << 4 | (c->mode & 7) << 1 | c->bcd;
	c->status_latched = 1;
}

static void control(struct hull_i8254 *pit, u8 val, s64 now)
{
	struct kvm_pit_channel_state *c;
	unsigned int i, mode = val >> 1 & 7;

	if (val >> 6 == 3) {	/* read-back, active low */
		for (i = 0; i < 3; i++) {
			if (!(val & BIT(i + 1)))
				continue;
			if (!(val & BIT(5)))
				count_latch(&pit->ch[i], now);
			if (!(val & BIT(4)))
				status_latch(&pit->ch[i], now);
		}
		return;
	}
	c = &pit->ch[val >> 6];
	if (!(val >> 4 & 3)) {
		count_latch(c, now);
		return;
	}
	c->rw_mode = val >> 4 & 3;
	c->read_state = c->rw_mode;
	c->write_state = c->rw_mode;
	c->count_latched = 0;
	c->mode = mode > 5 ? mode & 3 : mode;
	c->bcd = val & 1;
}

bool hull_i8254_write(struct hull_i8254 *pit, unsigned int port, u8 val, s64 now)
{
	struct kvm_pit_channel_state *c;

	port &= 3;
	if (port == 3) {
		control(pit, val, now);
		return false;
	}
	c = &pit->ch[port];
	switch (c->write_state) {
	case LSB:
		load(c, val, now);
		break;
	case MSB:
		load(c, val << 8, now);
		break;
	case WORD_LSB:
		c->write_latch = val;
		c->write_state = WORD_MSB;
		return false;
	case WORD_MSB:
		load(c, c->write_latch | val << 8, now);
		c->write_state = WORD_LSB;
		break;
	default:
		return false;
	}
	return port == 0;
}

/* One byte of a value; the state says which and becomes the next one. */
static u8 byte_read(u16 val, u8 *state, u8 after_word)
{
	switch (*state) {
	case WORD_LSB:
		*state = WORD_MSB;
		return val;
	case WORD_MSB:
		*state = after_word;
		return val >> 8;
	case MSB:
		return val >> 8;
	default:
		return val;
	}
}

u8 hull_i8254_read(struct hull_i8254 *pit, unsigned int port, s64 now)
{
	struct kvm_pit_channel_state *c;
	u8 ret;

	port &= 3;
	if (port == 3)
		return 0xff;
	c = &pit->ch[port];
	if (c->status_latched) {
		c->status_latched = 0;
		return c->status;
	}
	if (c->count_latched) {
		ret = byte_read(c->latched_count, &c->count_latched, 0);
		if (c->count_latched <= MSB)
			c->count_latched = 0;
		return ret;
	}
	return byte_read(hull_i8254_count(c, now), &c->read_state, WORD_LSB);
}

void hull_i8254_port61_write(struct hull_i8254 *pit, u8 val, s64 now)
{
	struct kvm_pit_channel_state *c = &pit->ch[2];
	bool gate = val & BIT(0);

	if (gate && !c->gate && c->mode != 0 && c->mode != 4)
		c->count_load_time = now;
	c->gate = gate;
	pit->speaker = val & BIT(1);
}

u8 hull_i8254_port61_read(const struct hull_i8254 *pit, s64 now)
{
	bool refresh = now > 0 && ((u64)now / REFRESH_NS & 1);

	return pit->ch[2].gate | pit->speaker << 1 | refresh << 4 |
	       hull_i8254_out(&pit->ch[2], now) << 5;
}
