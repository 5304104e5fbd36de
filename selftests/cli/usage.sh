#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Command lines that are wrong: 2, one line that says what and what to do, and no trace.
. ./cli.sh

long=$(printf 'n%.0s' $(seq 64))
tap_plan 54

bad 2 "missing: NAME" vm create
bad 2 "one word too many: b" vm create a b
bad 2 "unknown option --nonsense" vm create a --nonsense
bad 2 "unknown option -Z" vm create a -Z
bad 2 "unknown option --kernel" vm create a --kernel x
bad 2 "no value for --memory" vm create a --memory
bad 2 "takes no value" vm create a --json=1

for name in "" . .a -- "a b" a/b ../a a:b 1 42 'a%s' "$long"; do
	# "--" ends the options, so that what follows is a name
	[ "$name" = -- ] && name=-a
	bad 2 "is no name for a VM" vm create -- "$name"
done

for memory in "" 0 1 4096 1048575 1048577 0M 1.5G -1G +1G "1 G" 1GB G M1 0x100000 1e9 \
	18446744073709551615 18446744073709551616 99999999999T 65T; do
	bad 2 "--memory" vm create a --memory "$memory"
done

for cpus in 0 65 10000 -1 1.5 x "" 4294967297; do
	bad 2 "1 to 64 CPUs" vm create a --cpus "$cpus"
done

bad 2 "no such engine" vm create a --engine qemu
bad 2 "1 to 10000" vm create a --cpu-weight 0
bad 2 "1 to 10000" vm create a --cpu-weight 10001
bad 2 "not a name" vm create a --domain -x
bad 2 "not a name" vm create a --domain "$long"
bad 2 "no such mitigation" vm create a --mitigations ibpb,,rsb-fill
bad 2 "missing: --kernel" vm start a
tap_end
