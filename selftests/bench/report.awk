# SPDX-License-Identifier: GPL-2.0-only
# BENCH lines to a table (stdout) and JSON lines (the file named by -v json=).
/^BENCH / {
	key = $2 " " $4
	if (!(key in seen)) {
		seen[key] = 1
		order[++n] = key
	}
	unit[key] = $5
	value[key, $3] = $6
	alone[key] = $7 == "only"
}

END {
	printf "%-12s %-18s %12s %12s %8s\n", "mitigations", "what", "Hull", "KVM", "ratio"
	for (i = 1; i <= n; i++) {
		key = order[i]
		split(key, part, " ")
		hull = value[key, "hull"]
		kvm = value[key, "kvm"]
		if (alone[key] && hull != "") {
			printf "%-12s %-18s %12.1f %12s %8s\n", part[1], part[2], hull, "-", "-"
			printf "{\"name\":\"%s/%s\",\"unit\":\"%s\",\"hull\":%s}\n",
				part[2], part[1], unit[key], hull > json
			continue
		}
		if (hull == "" || kvm == "") {
			missing = 1
			continue
		}
		printf "%-12s %-18s %12.1f %12.1f %8.3f\n", part[1], part[2], hull, kvm, hull / kvm
		printf "{\"name\":\"%s/%s\",\"unit\":\"%s\",\"hull\":%s,\"kvm\":%s,\"ratio\":%.4f}\n",
			part[2], part[1], unit[key], hull, kvm, hull / kvm > json
	}
	if (!n || missing) {
		print "bench: figures are missing" > "/dev/stderr"
		exit 1
	}
}
