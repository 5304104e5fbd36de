#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Holds the table of extra hypercalls, the guest's header and the page that documents
# them against each other: the same calls, the same numbers.

set -eu
cd "$(dirname "$0")/../.."

table=include/hull/hypercalls.def
header=include/uapi/linux/hull_hypercall.h
page=Documentation/hypercalls/abi.rst
base=$(sed -n 's/^#define HULL_HYPERCALL_BASE[[:space:]]*\(0x[0-9a-f]*\)u.*/\1/p' "$header")
failed=0

say() {
	echo "$*"
	failed=1
}

expected=0
last=-1
rows=$(sed -n 's/^HULL_HYPERCALL_ROW(\([0-9]*\), \([A-Z_]*\), \([a-z_]*\),.*/\1 \2 \3/p' "$table")
[ -n "$rows" ] || say "$table: no rows"
while read -r number upper name; do
	[ "$number" -gt "$last" ] || say "$table: row $number comes after row $last"
	last=$number
	expected=$((expected + 1))
	grep -Eq "^#define HULL_HYPERCALL_${upper}[[:space:]]+\(HULL_HYPERCALL_BASE \+ $number\)" \
		"$header" || say "$header: HULL_HYPERCALL_$upper is not base + $number"
	grep -q "hull_$name(" "$header" || say "$header: no hull_$name()"
	hex=$(printf '0x%08x' $((base + number)))
	sed -n "/^hull_$name\$/,/^hull_/p" "$page" | grep -q ":number: $hex" ||
		say "$page: no section hull_$name with number $hex"
done <<END
$rows
END

documented=$(grep -c '^:number:' "$page")
[ "$documented" = "$expected" ] || say "$page: $documented calls, the table has $expected"
exit $failed
