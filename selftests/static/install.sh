#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `make install` puts each file in its place below DESTDIR and nothing elsewhere; `make help`
# tells of targets that there are; `make clean` leaves nothing.

set -u
cd "$(dirname "$0")/../.." || exit 1
. selftests/include/tap.sh
. selftests/lab/lib/common.sh

release=$(cat "$(selftests/lab/fetch.sh 6.1)/release")
work=$(mktemp -d)
root=$work/root
trap 'rm -rf "$work"' EXIT

indices()	# what depmod writes on this machine
{
	find /lib/modules -name 'modules.*' -printf '%p %T@\n' 2> /dev/null | sort
}

installs()
{
	make install KREL="$release" BUILD="$BUILD" DESTDIR="$root" PREFIX=/usr \
		> "$work/log" 2>&1 && ! grep sign-file "$work/log" && return
	tail -n 20 "$work/log"
	return 1
}

places()
{
	cat > "$work/wanted" <<-END
		./lib/modules/$release/extra/hull.ko
		./lib/modules/$release/extra/hull_guest.ko
		./usr/sbin/vmctl
		./usr/share/bash-completion/completions/vmctl
		$(cd userland/policies && printf './usr/share/hull/policies/%s\n' *.policy)
		./usr/share/man/man8/vmctl.8
	END
	(cd "$root" && find . -type f ! -name 'modules.*' | sort) | diff "$work/wanted" -
}

help_holds()
{
	local target
	for target in $(make help | sed -n 's/^make \([a-z]*\) .*/\1/p'); do
		make -pq help | grep -q "^$target:" || return 1
	done
}

# Of a copy, because the build directory is in use.
cleans()
{
	mkdir -p "$work/build/kmod" && make -s clean BUILD="$work/build" && [ ! -e "$work/build" ]
}

tap_plan 6
before=$(indices)
tap_check "make install DESTDIR=" installs
tap_check "each file is in its place" places
tap_check "the module is for that kernel" \
	sh -c "modinfo -F vermagic '$root/lib/modules/$release/extra/hull.ko' | grep -q '^$release '"
tap_check "this machine's modules are untouched" test "$(indices)" = "$before"
tap_check "make help tells of targets that are there" help_holds
tap_check "make clean leaves nothing" cleans
tap_end
