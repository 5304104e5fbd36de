// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PIT of a VM: an hrtimer that raises GSI 0 when counter 0 comes to its end.
 *
 * Ticks that find the last one still waiting are lost, as on a machine whose
 * interrupts are off for too long; they are not injected later. Guests that keep
 * time by counting ticks are better served by the clocks they are offered.
 */

#include <linux/slab.h>
#include <compat/hrtimer.h>
#include <irq/irq_private.h>

#define PIT_GSI	0

static enum hrtimer_restart pit_callback(struct hrtimer *timer)
{
	struct hull_pit *pit = container_of(timer, struct hull_pit, timer);

	hull_irq_gsi_edge(pit->chip, PIT_GSI, HULL_IRQ_SRC_PIT);
	if (!pit->period)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(pit->period));
	return HRTIMER_RESTART;
}

static void timer_restart(struct hull_pit *pit)
{
	const struct kvm_pit_channel_state *c = &pit->dev.ch[0];
	bool periodic;
	u64 ns;

	lockdep_assert_held(&pit->lock);
	hrtimer_cancel(&pit->timer);
	ns = hull_i8254_interval(c, &periodic);
	if (!ns || (pit->flags & KVM_PIT_FLAGS_HPET_LEGACY))
		return;
	if (periodic)
		ns = max_t(u64, ns, HULL_TIMER_PERIOD_MIN);
	pit->period = periodic ? ns : 0;
	hrtimer_start(&pit->timer, ns_to_ktime(c->count_load_time + ns), HRTIMER_MODE_ABS_HARD);
}

static struct hull_pit *pit_get(const struct hull_irqchip *chip)
{
	return smp_load_acquire(&chip->pit);	/* pairs with hull_pit_create() */
}

/* --- ports ----------------------------------------------------------------------- */

bool hull_pit_port(const struct hull_irqchip *chip, u16 port)
{
	const struct hull_pit *pit = pit_get(chip);

	return pit && ((port >= 0x40 && port <= 0x43) || (port == 0x61 && pit->port61));
}

u8 hull_pit_read(struct hull_irqchip *chip, u16 port)
{
	struct hull_pit *pit = pit_get(chip);
	u8 val;

	mutex_lock(&pit->lock);
	if (port == 0x61)
		val = hull_i8254_port61_read(&pit->dev, ktime_get_ns());
	else
		val = hull_i8254_read(&pit->dev, port, ktime_get_ns());
	mutex_unlock(&pit->lock);
	return val;
}

void hull_pit_write(struct hull_irqchip *chip, u16 port, u8 val)
{
	struct hull_pit *pit = pit_get(chip);

	mutex_lock(&pit->lock);
	if (port == 0x61)
		hull_i8254_port61_write(&pit->dev, val, ktime_get_ns());
	else if (hull_i8254_write(&pit->dev, port, val, ktime_get_ns()))
		timer_restart(pit);
	mutex_unlock(&pit->lock);
}

/* --- KVM_CREATE_PIT2, KVM_GET_PIT2, KVM_SET_PIT2 ------------------------------------- */

int hull_pit_create(struct hull_irqchip *chip, const struct kvm_pit_config *config)
{
	struct hull_pit *pit;
	int ret = 0;

	if ((config->flags & ~KVM_PIT_SPEAKER_DUMMY) || chip->split)
		return -EINVAL;
	pit = kzalloc(sizeof(*pit), GFP_KERNEL_ACCOUNT);
	if (!pit)
		return -ENOMEM;
	pit->chip = chip;
	pit->port61 = config->flags & KVM_PIT_SPEAKER_DUMMY;
	mutex_init(&pit->lock);
	hull_compat_hrtimer_setup(&pit->timer, pit_callback, CLOCK_MONOTONIC,
				  HRTIMER_MODE_ABS_HARD);
	hull_i8254_reset(&pit->dev, ktime_get_ns());

	mutex_lock(&chip->lock);
	if (chip->pit)
		ret = -EEXIST;
	else
		smp_store_release(&chip->pit, pit);	/* pairs with pit_get() */
	mutex_unlock(&chip->lock);
	if (ret)
		kfree(pit);
	return ret;
}

int hull_pit_get(struct hull_irqchip *chip, struct kvm_pit_state2 *state)
{
	struct hull_pit *pit = pit_get(chip);

	if (!pit)
		return -ENXIO;
	memset(state, 0, sizeof(*state));
	mutex_lock(&pit->lock);
	memcpy(state->channels, pit->dev.ch, sizeof(state->channels));
	state->flags = pit->flags;
	if (pit->dev.speaker)
		state->flags |= KVM_PIT_FLAGS_SPEAKER_DATA_ON;
	mutex_unlock(&pit->lock);
	return 0;
}

int hull_pit_set(struct hull_irqchip *chip, const struct kvm_pit_state2 *state)
{
	struct hull_pit *pit = pit_get(chip);
	s64 now = ktime_get_ns();
	unsigned int i;

	if (!pit)
		return -ENXIO;
	if (state->flags & ~(KVM_PIT_FLAGS_HPET_LEGACY | KVM_PIT_FLAGS_SPEAKER_DATA_ON))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(state->channels); i++)
		if (!hull_i8254_valid(&state->channels[i]))
			return -EINVAL;
	mutex_lock(&pit->lock);
	memcpy(pit->dev.ch, state->channels, sizeof(state->channels));
	/* Times of another boot mean nothing here. Counter 0 starts anew, as in KVM. */
	for (i = 0; i < ARRAY_SIZE(state->channels); i++)
		pit->dev.ch[i].count_load_time = clamp_t(s64, pit->dev.ch[i].count_load_time,
							 0, now);
	pit->dev.ch[0].count_load_time = now;
	pit->flags = state->flags & KVM_PIT_FLAGS_HPET_LEGACY;
	pit->dev.speaker = state->flags & KVM_PIT_FLAGS_SPEAKER_DATA_ON;
	timer_restart(pit);
	mutex_unlock(&pit->lock);
	return 0;
}

void hull_pit_stop(struct hull_irqchip *chip)
{
	if (chip->pit)
		hrtimer_cancel(&chip->pit->timer);
}

void hull_pit_destroy(struct hull_irqchip *chip)
{
	hull_pit_stop(chip);
	kfree(chip->pit);
}
