// SPDX-License-Identifier: GPL-2.0-only
/* /sys/class/misc/hull-guest/: what the host offers. */

#include <linux/bits.h>
#include <linux/device.h>
#include <hull/guest.h>
#include <guest/private.h>

static const char *const feature_names[] = {
	"log", "cpl3", "time", "yield", "multicall", "ring", "event", "share", "memory",
	"group", "bpf",
};

static ssize_t abi_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", hull_guest_host.abi);
}

/* Bits that this module has no name for are numbers. */
static ssize_t features_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	int bit, n = 0;

	for (bit = 0; bit < 32; bit++) {
		if (!(hull_guest_host.features & BIT(bit)))
			continue;
		if (bit < ARRAY_SIZE(feature_names))
			n += sysfs_emit_at(buf, n, "%s%s", n ? " " : "", feature_names[bit]);
		else
			n += sysfs_emit_at(buf, n, "%s%d", n ? " " : "", bit);
	}
	return n + sysfs_emit_at(buf, n, "\n");
}

static ssize_t numbers_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0x%x-0x%x\n", hull_guest_host.first,
			  hull_guest_host.first + hull_guest_host.numbers - 1);
}

static ssize_t calls_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return hull_guest_user_list(buf);
}

static DEVICE_ATTR_RO(abi);
static DEVICE_ATTR_RO(features);
static DEVICE_ATTR_RO(numbers);
static DEVICE_ATTR_RO(calls);

static struct attribute *guest_attrs[] = {
	&dev_attr_abi.attr,
	&dev_attr_features.attr,
	&dev_attr_numbers.attr,
	&dev_attr_calls.attr,
	NULL,
};

static const struct attribute_group guest_group = {
	.attrs = guest_attrs,
};

const struct attribute_group *hull_guest_groups[] = { &guest_group, NULL };
