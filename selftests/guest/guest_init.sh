#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Init of a Linux guest in the tests: a shell on the console, after one line that says so.
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev 2>/dev/null
stty -echo 2>/dev/null
echo "guest ready: $(uname -r) with $(nproc) CPU"
while :; do
	setsid sh -c 'exec sh </dev/ttyS0 >/dev/ttyS0 2>&1'
done
