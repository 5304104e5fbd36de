#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Reads the includes of kmod/ and refuses a dependency that points the wrong way: a
# room may include itself and the rooms in its row. Documentation/architecture.rst.

set -eu
cd "$(dirname "$0")/../.."

allowed() {
	case $1 in
	vmx|mmu|irq) echo ;;
	policy)      echo ;;
	guest)       echo ;;
	core)        echo "policy vmx mmu irq" ;;
	run)         echo "core vmx mmu irq" ;;
	hypercall)   echo "run core policy vmx mmu irq" ;;
	hooks)       echo "core policy" ;;
	netlink)     echo "core vmx hypercall hooks policy" ;;
	esac
}

rooms="vmx mmu irq policy core run hypercall hooks netlink guest"
failed=0
for room in $rooms; do
	may=" $room compat $(allowed "$room") "
	for file in $(find "kmod/$room" -name '*.[chS]' | sort); do
		for to in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]\([a-z]*\)\/.*/\1/p' \
			    "$file" | sort -u); do
			case " $rooms " in *" $to "*) ;; *) continue ;; esac
			case $may in *" $to "*) continue ;; esac
			echo "$file: the $room room must not include <$to/...>"
			failed=1
		done
	done
done

# Kernel versions are compat's business alone.
if grep -rnE 'LINUX_VERSION_CODE|KERNEL_VERSION\(|RHEL_RELEASE' kmod \
	--include='*.[chS]' | grep -v '^kmod/compat/'; then
	echo "a kernel version is tested outside kmod/compat"
	failed=1
fi
exit $failed
