# SPDX-License-Identifier: GPL-2.0-only
# What the VMM and the groups' supervisor share, relative to userland/.

BASE_SRCS := $(addprefix base/, cgroup.c daemon.c dir.c fds.c log.c relay.c socket.c tty.c)
