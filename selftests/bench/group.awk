# SPDX-License-Identifier: GPL-2.0-only
# Lines "kernel accel START name cycles ns KiB" and "kernel accel MANY what value" to tables
# (stdout) and JSON lines (the file named by -v json=).
function median(first, last,	i, j, n, v, sorted)
{
	n = 0
	for (i = first; i <= last; i++) {
		v = cost[kernel, i]
		for (j = n++; j > 0 && sorted[j] > v; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = v
	}
	return sorted[int((n + 1) / 2)]
}

function figure(what, unit,	i, line)
{
	line = sprintf("{\"name\":\"group-start/%s/%s\",\"unit\":\"%s\"", kernel, what, unit)
	for (i = 1; i <= n_names; i++)
		line = line sprintf(",\"%s\":%s", names[i], value[kernel, what, names[i]])
	line = line sprintf(",\"ratio_crun\":%.4f,\"ratio_bubblewrap\":%.4f}", ratio(what, "crun"),
			    ratio(what, "bubblewrap"))
	print line > json
}

function ratio(what, peer)
{
	return value[kernel, what, peer] ? value[kernel, what, "hull"] / value[kernel, what, peer] : 0
}

function missing()
{
	print "bench: figures are missing" > "/dev/stderr"
	exit 1
}

!($1 in known) {
	known[$1] = 1
	kernels[++n_kernels] = $1
}

$3 == "START" && NF == 7 {
	if (!($4 in seen)) {
		seen[$4] = 1
		names[++n_names] = $4
	}
	if ($2 == "icount") {
		value[$1, "instructions", $4] = $5
		value[$1, "memory", $4] = $7
	} else {
		value[$1, "time", $4] = $6 / 1000
	}
}

$3 == "MANY" && $4 == "cycles" {
	cost[$1, ++count[$1]] = $5
}

$3 == "MANY" && $4 != "cycles" {
	all[$1, $4] = $5
}

END {
	if (!n_kernels)
		missing()
	printf "%-7s %-12s %14s %10s %10s %14s\n", "kernel", "of true", "instructions", "of crun's",
		"us", "peak KiB"
	for (k = 1; k <= n_kernels; k++) {
		kernel = kernels[k]
		for (i = 1; i <= n_names; i++) {
			name = names[i]
			if (!value[kernel, "instructions", name] || !value[kernel, "time", name])
				missing()
			insns = value[kernel, "instructions", name]
			crun = value[kernel, "instructions", "crun"]
			printf "%-7s %-12s %14d %10.3f %10.0f %14d\n", kernel, name, insns, insns / crun,
				value[kernel, "time", name], value[kernel, "memory", name]
		}
		figure("instructions", "instructions")
		figure("time", "us")
		figure("memory", "KiB")
	}
	printf "\n%-7s %8s %14s %14s %10s %12s\n", "kernel", "groups", "first ten", "last ten",
		"ratio", "KiB a group"
	for (k = 1; k <= n_kernels; k++) {
		kernel = kernels[k]
		if (count[kernel] != many || all[kernel, "processes"] != many)
			missing()
		# The very first one reads the program from its file.
		first = median(2, 11)
		last = median(many - 9, many)
		printf "%-7s %8d %14d %14d %10.3f %12d\n", kernel, all[kernel, "alive"], first, last,
			last / first, all[kernel, "kib"]
		printf "{\"name\":\"group-many/%s\",\"unit\":\"instructions\",\"groups\":%d," \
			"\"first\":%d,\"last\":%d,\"ratio\":%.4f,\"kib\":%d}\n", kernel,
			all[kernel, "alive"], first, last, last / first, all[kernel, "kib"] > json
	}
}
