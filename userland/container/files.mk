# SPDX-License-Identifier: GPL-2.0-only
# Sources of containers, relative to userland/, and what they link with.

CONTAINER_SRCS := $(addprefix container/, \
	become.c birth.c config.c copy_up.c create.c defaults.c dev.c device_rules.c exec.c \
	hide.c host.c landlock.c limits.c message.c mount.c names.c path.c plan.c root.c \
	seccomp.c seccomp_list.c self.c user.c)

CONTAINER_LIBS := -lseccomp

# The starter has no C library, and is part of vmctl.
STARTER_SRCS := $(wildcard container/start/*.c)
STARTER_CFLAGS := -O2 -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -Wall -Wextra -I.
