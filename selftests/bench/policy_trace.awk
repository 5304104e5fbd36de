# SPDX-License-Identifier: GPL-2.0-only
# Reads the module's symbols, sorted, then QEMU's log of the module's instructions. Each
# call of a hook begins in a trampoline; a line tells how often in a row the same way was
# gone, how many instructions it has, and what checked. -v list=1: every instruction's place.

FNR == NR {
	n++
	at[n] = $1
	name[n] = $3
	next
}

function digits(text,	i, value)
{
	value = 0
	for (i = 9; i <= 16; i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value
}

# Addresses as text of one length are in order as numbers are.
function symbol_at(address,	low, high, middle)
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
	return low
}

function tell()
{
	if (times)
		printf "%6d x %5d  %s%s\n", times, count, way, list ? places : ""
	times = 0
}

function flush(	same)
{
	if (!now_count)
		return
	same = now_way == way && now_count == count && now_places == places
	if (!same)
		tell()
	way = now_way
	count = now_count
	places = now_places
	times++
	now_count = 0
}

/^Trace / {
	split($0, part, "/")
	address = part[2]
	if (!(address in found))
		found[address] = symbol_at(address)
	where = found[address]
	if (address == at[where] && name[where] ~ /^hull_direct_(current|peer|chdir|running)$/) {
		flush()
		now_way = name[where]
		now_places = ""
	}
	if (now_way == "")
		next
	if (address == at[where] && name[where] ~ /^hull_on_/)
		now_way = now_way " " name[where]
	now_count++
	if (list)
		now_places = now_places sprintf("\n\t%s+%#x", name[where],
						digits(address) - digits(at[where]))
}

END {
	flush()
	tell()
}
