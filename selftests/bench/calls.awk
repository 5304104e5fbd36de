# SPDX-License-Identifier: GPL-2.0-only
# Lines "kernel,variant,transport,engine,mitigations,n,min,median,...,skipped" to a table
# (stdout) and JSON lines (the file named by -v json=). With mitigations=off the host has
# none; else Hull's figures without any stand beside those with the host's.
BEGIN {
	FS = ","
	# What KVM has in its place: an exit that the kernel answers, one that the VMM does.
	split("nop denied limited exceeded module bpf multicall-1 multicall-4 multicall-16 " \
	      "multicall-64 multicall-256", quick, " ")
	for (i in quick)
		peer[quick[i]] = "kvm-nop"
	peer["forward"] = peer["user"] = "io-user"
}

$3 == "transport" {
	next
}

{
	gsub(/"/, "")
	host = $1 " " $2
	key = host " " $3
	if ($4 == "kvm") {
		kvm[key] = $8
		next
	}
	if ($5 != "default")
		next
	if (!(key in hull))
		order[++n] = key
	hull[key] = $8
	why[key] = $NF
}

END {
	printf "%-6s %-12s %-14s %10s %10s %8s\n", "kernel", "mitigations", "transport", "Hull",
		"KVM", "ratio"
	for (i = 1; i <= n; i++) {
		key = order[i]
		split(key, part, " ")
		if (hull[key] == "") {
			printf "%-6s %-12s %-14s %10s  %s\n", part[1], part[2], part[3], "-", why[key]
			continue
		}
		other = part[3] in peer ? peer[part[3]] : part[3]
		k = kvm[part[1] " " part[2] " " other]
		name = part[3] "/" part[1] "/" part[2]
		printf "%-6s %-12s %-14s %10.1f ", part[1], part[2], part[3], hull[key]
		printf "{\"name\":\"%s\",\"unit\":\"instructions\",\"hull\":%s", name, hull[key] > json
		if (k != "") {
			printf "%10.1f %8.3f\n", k, hull[key] / k
			printf ",\"kvm\":%s,\"ratio\":%.4f}\n", k, hull[key] / k > json
		} else {
			printf "%10s %8s\n", "-", "-"
			printf "}\n" > json
		}
	}
	if (!n) {
		print "bench: figures are missing" > "/dev/stderr"
		exit 1
	}
}
