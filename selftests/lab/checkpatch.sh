#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# checkpatch.sh - the kernel's style checker over the module's sources
#
# The checker is in no package but the kernel's source, of which it alone is kept.
set -eu
. "$(dirname "$0")/lib/common.sh"

EXIT_SKIP=4
package=linux-source-6.12
dir=$HULL_CACHE/checkpatch
# Rules that a module out of the tree, or a table of rows made by macros, cannot keep.
ignored=LINUX_VERSION_CODE,MACRO_ARG_UNUSED,SPACING,TRAILING_SEMICOLON,NEW_TYPEDEFS
ignored=$ignored,CONSTANT_COMPARISON,VOLATILE,SINGLE_STATEMENT_DO_WHILE_MACRO,ENOSYS
ignored=$ignored,PREFER_DEFINED_ATTRIBUTE_MACRO,COMPLEX_MACRO

fetch_checker()
{
	local part=$dir.part file
	rm -rf "$part"
	mkdir -p "$part"
	(cd "$part" && apt-get -qq -o APT::Sandbox::User=root download "$package") || return 1
	dpkg-deb --fsys-tarfile "$part/$package"_*.deb |
		tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C "$part" --strip-components=2 "$package/scripts/checkpatch.pl" \
			"$package/scripts/spelling.txt" "$package/scripts/const_structs.checkpatch"
	rm -f "$part"/*.deb
	for file in checkpatch.pl spelling.txt const_structs.checkpatch; do
		[ -s "$part/$file" ] || return 1
	done
	mv "$part" "$dir"
}

if [ ! -d "$dir" ] && ! fetch_checker; then
	echo "1..0 # SKIP cannot get $package, which has checkpatch.pl"
	exit $EXIT_SKIP
fi
cd "$REPO"
find kmod include -name '*.[ch]' -print0 | sort -z |
	xargs -0 perl "$dir/checkpatch.pl" --no-tree --terse --no-summary --show-types \
		--max-line-length=100 --ignore "$ignored" --file || exit 1
