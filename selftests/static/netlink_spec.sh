#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Holds the specification of the control plane and its header against each other: the
# same names with the same numbers. The kernel's policies: selftests/netlink/policy.c.

set -eu
cd "$(dirname "$0")/../.."

spec=Documentation/netlink/specs/hull.yaml
header=include/uapi/linux/hull.h
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

awk -f selftests/netlink/spec.awk "$spec" > "$work/spec"
for what in const entry attr take op; do
	grep -q "^$what " "$work/spec" || { echo "$spec: no $what is understood"; exit 1; }
done

# What the specification says, the header says too: the compiler tells.
{
	echo "#include <linux/hull.h>"
	awk '$1 == "const" || $1 == "entry" {
		printf "_Static_assert(%s == %sULL, \"%s is not %s\");\n", $2, $3, $2, $3
	}' "$work/spec"
} > "$work/check.c"
${CC:-cc} -std=c11 -fsyntax-only -Iinclude/uapi "$work/check.c" || failed=1

# And the other way round: enumerators, and defines of flags.
sed -n -e 's/^\t\(HULL_[A-Z0-9_]*\)[ ,=].*/\1/p' -e 's/^\t\(HULL_[A-Z0-9_]*\),$/\1/p' \
	-e 's/^#define \(HULL_VM_F_[A-Z0-9_]*\)[[:space:]].*/\1/p' \
	-e 's/^#define \(HULL_GROUP_F_[A-Z0-9_]*\)[[:space:]].*/\1/p' \
	-e 's/^#define \(HULL_MITIGATION_[A-Z0-9_]*\)[[:space:]].*/\1/p' \
	-e 's/^#define \(HULL_VMX_CAP_[A-Z0-9_]*\)[[:space:]].*/\1/p' \
	"$header" | grep -v '_ALL$' | sort -u > "$work/header"
awk '$1 == "const" || $1 == "entry" { print $2 }' "$work/spec" | sort > "$work/names"
if comm -23 "$work/header" "$work/names" | grep .; then
	echo "$header: the names above are not in $spec"
	failed=1
fi

# The library names every number and reads every attribute.
awk '$1 == "entry" && $2 !~ /_PAD$|^HULL_CMD_/ { print $2 }' "$work/spec" | while read -r name; do
	grep -qw "$name" userland/lib/*.c || echo "userland/lib: nothing there knows $name"
done > "$work/unknown"
if grep . "$work/unknown"; then
	failed=1
fi
exit "$failed"
