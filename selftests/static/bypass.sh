#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The threat model's list of ways around a policy is that of the tables in selftests/hooks.

set -eu
cd "$(dirname "$0")/../.."

text=$(tr -s '\n\t ' ' ' < Documentation/threat-model.rst)
total=0
failed=0
names=$(sed -n 's/^	{ "\([^"]*\)",.*/\1/p' selftests/hooks/bypass_*.c)
while read -r name; do
	total=$((total + 1))
	case $text in
	*[\;\ ]"$name"[.\;]*) ;;
	*)
		echo "threat-model.rst: no way '$name'"
		failed=1 ;;
	esac
done << END
$names
END
if ! grep -q "it has $total ways" README.md; then
	echo "README.md: there are $total ways"
	failed=1
fi
exit $failed
