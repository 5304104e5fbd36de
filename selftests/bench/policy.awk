# SPDX-License-Identifier: GPL-2.0-only
# FIGURE lines to a table (stdout) and JSON lines (-v json=FILE); -v kernel=VERSION. What a
# configuration adds is the difference to the same without it, in a cgroup or out of one.
$1 == "FIGURE" {
	value[$2, $3] = $4
	if (!($3 in seen)) {
		seen[$3] = 1
		op[++n] = $3
	}
}

function added(what, o,		without) {
	without = what ~ /^hull/ ? "before" : "none"
	if (what ~ /^(bpf|hull|hull-1000-rules|hull-1000-groups|hull-outside-cgroup)$/)
		without = without "-cgroup"
	if (!((what, o) in value) || !((without, o) in value)) {
		missing = 1
		return 0
	}
	return value[what, o] - value[without, o]
}

function row(name, ours, o,	i, text, best) {
	text = sprintf("{\"name\":\"policy/%s/%s/%s\",\"unit\":\"instructions\",\"hull\":%d",
		       kernel, name, o, ours)
	for (i = 1; i <= peers; i++) {
		text = text sprintf(",\"%s\":%d", peer[i], added(peer[i], o))
		if (added(peer[i], o) > 0 && (!best || added(peer[i], o) < best))
			best = added(peer[i], o)
	}
	printf "%s,\"base\":%d", text, value["before-cgroup", o] > json
	if (best)
		printf ",\"ratio\":%.4f", ours / best > json
	print "}" > json
}

END {
	peers = split("landlock apparmor bpf seccomp", peer, " ")
	all = split("landlock apparmor bpf-outside bpf seccomp hull-outside hull-outside-cgroup " \
		    "hull hull-1000-rules hull-1000-groups", what, " ")
	printf "Linux %s, instructions added per operation\n%-22s", kernel, ""
	for (j = 1; j <= n; j++)
		printf "%12s", op[j]
	printf "\n%-22s", "(without any)"
	for (j = 1; j <= n; j++)
		printf "%12d", value["none", op[j]]
	printf "\n"
	for (i = 1; i <= all; i++) {
		printf "%-22s", what[i]
		for (j = 1; j <= n; j++)
			printf "%12d", added(what[i], op[j])
		printf "\n"
	}
	printf "%-22s", "outside, %"
	for (j = 1; j <= n; j++)
		printf "%12.2f", 100 * added("hull-outside", op[j]) / value["before", op[j]]
	printf "\n\n"
	for (j = 1; j <= n; j++) {
		row("outside", added("hull-outside", op[j]), op[j])
		row("20-rules", added("hull", op[j]), op[j])
		row("1000-rules", added("hull-1000-rules", op[j]), op[j])
		row("1000-groups", added("hull-1000-groups", op[j]), op[j])
	}
	if (!n || missing) {
		print "bench: figures are missing" > "/dev/stderr"
		exit 1
	}
}
