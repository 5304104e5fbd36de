# SPDX-License-Identifier: GPL-2.0-only
# verdicts.awk PLAN VERDICTS - one line a verdict: pass|fail|skip NAME [TEXT]
#
# A test with TAP lines counts one verdict a line; if it failed without a failing line
# (killed, kernel log not clean, ...) one more. A test without a verdict has failed.
# Lines with '#' tell how much a test executed.

function rest(from,    i, text)
{
	for (i = from; i <= NF; i++)
		text = text (i > from ? " " : "") $i
	return text
}

{ sub(/\r$/, "") }

FNR == NR {
	names[++planned] = $2
	next
}

$1 == "case" {
	cases[$2]++
	bad[$2] += $3 == "fail"
	print $3, $2 ": " rest(4)
}

$1 == "result" {
	seen[$2] = 1
	if (!cases[$2] || ($3 == "fail" && !bad[$2]))
		print $3, $2 ($6 != "" ? ": " rest(6) : "")
	failed += $3 == "fail"
	print "#", $2, $4, $5
}

$1 == "run" { started[$2] = 1 }

END {
	for (i = 1; i <= planned; i++) {
		if (seen[names[i]])
			continue
		failed++
		print "fail", names[i] ": no verdict, " reason \
			(started[names[i]] ? " (in this test)" : "")
	}
	exit failed > 0
}
