# SPDX-License-Identifier: GPL-2.0-only
# tap.awk -v name=NAME -v code=EXITCODE OUTPUT - verdict lines of a test that ran here
#
# The same rules as in the emulated machine (src/init_steps.c): a line a TAP case, one
# more if the program failed in another way.

function describe(text)
{
	sub(/^(not )?ok *[0-9]* *-* */, "", text)
	return text
}

/^1\.\./ { planned = substr($1, 4) + 0; has_plan = 1 }
/# SKIP/ && reason == "" { reason = $0; sub(/.*# SKIP */, "", reason) }
/^ok / {
	cases++
	print (/# SKIP/ ? "skip" : "pass"), name ": " describe($0)
}
/^not ok/ {
	cases++
	bad++
	print "fail", name ": " describe($0)
}

END {
	if (code == 4)
		print "skip", name ": " reason
	else if (code == 124 || code == 137)
		print "fail", name ": not finished in time"
	else if (code != 0 && !bad)
		print "fail", name ": exit code", code
	else if (code == 0 && has_plan && planned != cases)
		print "fail", name ": planned", planned, "cases, ran", cases + 0
	else if (!cases)
		print "pass", name
}
