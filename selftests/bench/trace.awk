# SPDX-License-Identifier: GPL-2.0-only
# Reads /proc/kallsyms, sorted, then what Bochs printed: its trace from the guest's VMCALL
# to the guest's next instruction, with names. The guest is in the lowest 128 KiB, the VMM
# ("user") is not.

# Addresses as text of one length are in order as numbers are.
FNR == NR {
	if ($1 ~ /^ffffffff[0-9a-f]+$/ && $2 ~ /^[tT]$/) {
		n++
		at[n] = $1
		name[n] = $3
	}
	next
}

function digits(text,	i, value)
{
	value = 0
	for (i = 9; i <= 16; i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value
}

function symbol(address,	low, high, middle)
{
	low = 1
	high = n
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (at[middle] <= address)
			low = middle
		else
			high = middle - 1
	}
	return sprintf("%s+%#x", name[low], digits(address) - digits(at[low]))
}

/^\(0\)\.\[/ && !ended {
	split($3, where, ":")
	text = $0
	sub(/^[^)]*\)[^)]*\): /, "", text)
	sub(/ *;.*/, "", text)
	if (where[2] ~ /^00000000000[01]/) {
		if (begun) {
			ended = 1
			next
		}
		begun = text == "vmcall"
		if (!begun)
			next
		place = "guest"
	} else if (where[2] !~ /^ffffffff/) {
		if (!begun)
			next
		place = "user"
	} else {
		if (!begun)
			next
		place = symbol(where[2])
	}
	count++
	reads += text ~ /^vmread/
	writes += text ~ /^vmwrite/
	printf "%4d  %-32s %s\n", count, place, text
}

END {
	if (!ended) {
		print "no round trip found"
		exit 1
	}
	printf "%d instructions, %d VMREAD, %d VMWRITE\n", count, reads, writes
}
