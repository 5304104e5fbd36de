#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Size and shape: files of at most 650 lines, an SPDX line in each, no word that marks
# something unfinished.

set -eu
cd "$(dirname "$0")/../.."
failed=0

for file in $(git ls-files '*.c' '*.h' '*.S' '*.sh' '*.def' 'Makefile' '*/Makefile' Kbuild); do
	lines=$(wc -l < "$file")
	if [ "$lines" -gt 650 ]; then
		echo "$file: $lines lines: split it"
		failed=1
	fi
	if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier'; then
		echo "$file: no SPDX line"
		failed=1
	fi
done
if git grep -nE '\b(TO''DO|FIX''ME|XX''X)\b' -- '*.c' '*.h' '*.S' '*.sh' Makefile Kbuild; then
	echo "unfinished words above"
	failed=1
fi
exit $failed
