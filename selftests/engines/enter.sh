#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# enter.sh TEST - run a test with the disc of selftests/lab/engines.sh for a root
#
# In a mount namespace of its own, whose root the disc is as after a boot: engines and runtimes
# join namespaces and pivot_root. What is mounted goes with the test.
set -e
root=/run/debian

mkdir -p "$root"
mount -t ext4 /dev/vda "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup "$root/sys/fs/cgroup"
mount -t devtmpfs dev "$root/dev"
mkdir -p "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o ptmxmode=666 devpts "$root/dev/pts"
for dir in dev/shm run tmp mnt; do
	mount -t tmpfs tmpfs "$root/$dir"
done
cp -r . "$root/mnt/engines"
for name in hull-runc vmctl; do
	cp /bin/vmctl "$root/usr/local/sbin/$name"
	chmod 755 "$root/usr/local/sbin/$name"
done
mkdir -p "$root/tmp/busybox/bin"
cp /bin/busybox "$root/tmp/busybox/bin"
for applet in $(/bin/busybox --list); do
	[ "$applet" = busybox ] || ln -s busybox "$root/tmp/busybox/bin/$applet"
done
cd "$root"
mount --move . /
exec chroot . /bin/sh -c "cd /mnt/engines && exec ./$1"
