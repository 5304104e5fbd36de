# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
# suite.sh - what goes into the machine: the file list, the plan, and suite files
#
# A suite file has a word and its values a line (README.md describes them). $REPO, $BUILD
# and $RELEASE (of the kernel) stand for their values in it.

add_file()	# SOURCE PATH [MODE]
{
	[ -f "$1" ] || die "$1: no such file"
	echo "file $2 $1 ${3:-0$(stat -c %a "$1")}" >> "$work/files"
}

add_step()	# insmod|test NAME SECONDS WHAT...
{
	if awk '{ print $2 }' "$work/plan" | grep -qxF -e "$2"; then
		die "two tests have the name '$2'"
	fi
	echo "$*" >> "$work/plan"
}

# A module of ours. Its parameters follow on the same line.
add_module()	# FILE [PARAMETER...]
{
	local file=$1 name
	name=$(basename "$file")
	shift
	add_file "$file" "/lib/modules/$name" 0644
	add_step insmod "insmod-${name%.ko}" 120 "/lib/modules/$name $*"
}

# Modules of the distribution's kernel, with what they depend on. Not inserted:
# modprobe does that in the machine, if a test asks for it.
add_kernel_module()	# NAME
{
	local release file
	release=$(cat "$kernel_dir/release")

	for file in modules.dep modules.alias modules.symbols modules.builtin modules.order; do
		add_file "$kernel_dir/modules/$file" "/lib/modules/$release/$file" 0644
	done
	/sbin/modprobe -d "$kernel_dir/root" -S "$release" --show-depends "$1" |
		awk '$1 == "insmod" { print $2 }' | while read -r file; do
		add_file "$file" "/lib/modules/$release/${file#*"/lib/modules/$release/"}" 0644
	done
}

# A kernel for a guest in the machine: vmlinuz or vmlinux of a series.
add_guest_kernel()	# SERIES vmlinuz|vmlinux PATH
{
	add_file "$("$LAB_DIR/fetch.sh" "$1")/$2" "$3" 0644
}

# An initramfs for a guest in the machine, from a list (see mkinitramfs).
add_initramfs()	# LIST PATH
{
	local list=$work/list-${2//\//_}

	sed "s|\$REPO|$REPO|g; s|\$BUILD|$BUILD|g; s|\$RELEASE|$(cat "$kernel_dir/release")|g" \
		"$1" > "$list"
	"$LAB_DIR/mkinitramfs" "$list" > "$list.cpio"
	add_file "$list.cpio" "$2" 0644
}

# A disc image, /dev/vda and so on in the machine, after modprobe of virtio_pci and virtio_blk.
# What the machine writes to it is thrown away.
add_disc()	# FILE|engines
{
	local image=$1

	[ "$machine" = qemu ] || die "disc: only QEMU has discs here"
	if [ "$image" = engines ]; then
		image=$("$LAB_DIR/engines.sh") || die "no disc of container engines"
	fi
	[ -f "$image" ] || die "$image: no such disc image"
	discs+=("$image")
	add_kernel_module virtio_pci
	add_kernel_module virtio_blk
}

# All tests of one directory, as its Makefile lists them (../lib.mk).
add_tests()	# DIRECTORY [SECONDS]
{
	local kind file name output dir=$1 seconds=${2:-120}

	output=$BUILD/selftests/$(basename "$dir")
	flock "$LAB_TOOLS/${dir//\//_}.lock" make -s -C "$REPO/$dir" all OUTPUT="$output" >&2 || die "$dir: does not build"
	while read -r kind file; do
		name=$(basename "$file")
		add_file "$file" "/tests/$(basename "$dir")/$name" 0755
		[ "$kind" = prog ] || continue
		[ -z "$only" ] || echo "$name" | grep -qE "$only" || continue
		add_step test "$(basename "$dir")/$name" "$seconds" \
			"cd /tests/$(basename "$dir") && exec ./$name"
	done < <(make -s -C "$REPO/$dir" -f "$LAB_DIR/list.mk" list OUTPUT="$output")
}

suite_line()	# WORD VALUES...
{
	local word=$1
	shift
	case $word in
	machine) machine=$1 ;;
	accel) accel_mode=$1 ;;
	kernel) kernel=$1 ;;
	cpus) cpus=$1 ;;
	memory) memory=$1 ;;
	timeout) seconds=$1 ;;
	append) append="$append $*" ;;
	crashkernel) append="$append crashkernel=$1" crash_kernel=-k ;;
	disc | file | optional-file | kmod | insmod | guest-kernel | initramfs | tests | test) deferred+=("$word $*") ;;
	optional) if [ -e "$REPO/${2:-}/Makefile" ]; then suite_line "$@"; fi ;;
	*) die "suite: unknown word '$word'" ;;
	esac
}

# Machine settings count at once; contents wait until the kernel is known.
read_suite()	# FILE
{
	local line
	while read -r line; do
		case $line in
		"" | "#"*) ;;
		*)
			set -f
			# shellcheck disable=SC2086
			suite_line $line
			set +f ;;
		esac
	done < "$1"
}

content_line()	# WORD VALUES...
{
	local word=$1
	shift
	case $word in
	disc) add_disc "$1" ;;
	file) add_file "$@" ;;
	optional-file) if [ -f "$1" ]; then add_file "$@"; fi ;;
	kmod) add_kernel_module "$1" ;;
	insmod) add_module "$@" ;;
	guest-kernel) add_guest_kernel "$@" ;;
	initramfs) add_initramfs "$@" ;;
	tests) add_tests "$@" ;;
	test)
		if [ -z "$only" ] || echo "$1" | grep -qE -e "$only"; then
			add_step test "$@"
		fi ;;
	esac
}

# Builds $work/files and $work/plan from all that was asked for.
collect_contents()
{
	local line release
	release=$(cat "$kernel_dir/release")

	: > "$work/plan"
	echo "file /init $LAB_TOOLS/init 0755" > "$work/files"
	echo "file /tests/include/tap.sh $REPO/selftests/include/tap.sh 0644" >> "$work/files"
	for line in "${deferred[@]}"; do
		line=${line//\$REPO/$REPO}
		line=${line//\$BUILD/$BUILD}
		line=${line//\$RELEASE/$release}
		set -f
		# shellcheck disable=SC2086
		content_line $line
		set +f
	done
	echo "file /lab/plan $work/plan 0644" >> "$work/files"
}
