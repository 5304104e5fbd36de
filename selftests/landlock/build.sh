#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# build.sh SERIES DIRECTORY - the kernel's own tests of Landlock, as NAME-SERIES
#
# They are the kernel's; so they come from its source, which Debian has as a package.
set -eu
series=$1 out=$2
source=$(../lab/fetch-source.sh "$series" tools/testing/selftests/landlock \
	tools/testing/selftests/kselftest.h tools/testing/selftests/kselftest_harness.h \
	include/uapi/linux/landlock.h include/uapi/linux/fs.h)
tests=$source/tools/testing/selftests

mkdir -p "$out"
for file in "$tests"/landlock/*_test.c "$tests/landlock/true.c"; do
	name=$(basename "$file" .c)
	gcc -O2 -w -static -D_GNU_SOURCE -I"$source/include/uapi" -I"$tests" \
		-o "$out/$name-$series" "$file" -lcap -lpthread
done
