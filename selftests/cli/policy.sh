#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Policies of groups, as far as they need no kernel: mistakes, answers, tables, learning.
. ./cli.sh

tap_plan 62

HULL_POLICIES=$(pwd)
export HULL_POLICIES

write()		# FILE, from stdin
{
	mkdir -p "$(dirname "$work/$1")"
	cat > "$work/$1"
}

says()		# PATTERN NAME
{
	if grep -q -e "$1" "$work/out"; then
		tap_pass "$2"
	else
		show
		tap_fail "$2"
	fi
}

write web.policy <<'END'
set content = /srv/www

default deny=EACCES file
allow file r $content
deny=ENOENT file read $content/**/*.key
allow file read,write,create $content/upload
allow inet tcp.bind,tcp.listen any port 80, 443
deny inet tcp.connect
kill namespace create user
END
policy=$work/web.policy

good "a policy" policy check "$policy"
says '7 rules on 2 places, mode enforce' "check says what it is"
good "in JSON" policy check --json "$policy"
json_is 7 rules
json_is enforce mode

echo 'allow inet tcp.bind any port 70000' | write bad.policy
bad 1 "bad.policy:1:30: '70000': expected PORT" policy check "$work/bad.policy"
printf 'default deny\nalow file' | write bad.policy
bad 1 "bad.policy:2:1: 'alow': expected an action" policy check "$work/bad.policy"
printf 'hypercalls {\n\n  fly deny\n}' | write bad.policy
bad 1 "bad.policy:3: 'fly': no such call" policy check "$work/bad.policy"
bad 1 "No such file" policy check "$work/nothing"
bad 1 "not a file" policy check "$work"
head -c 5000000 /dev/zero | tr '\0' '#' | write huge.policy
bad 1 "longer than 4 MiB" policy check "$work/huge.policy"
head -c 65536 /dev/urandom | write noise.policy
vmctl_run policy check "$work/noise.policy"
tap_check "noise is no policy" test "$code" -eq 1
bad 2 "missing: FILE" policy check

# Files that files include stay where they are.
echo 'deny perf' | write below/more.policy
echo 'include "below/more.policy"' | write in.policy
good "a file below" policy check "$work/in.policy"
echo 'include "../web.policy"' | write below/out.policy
bad 1 "would leave the directory" policy check "$work/below/out.policy"
echo "include \"$policy\"" | write absolute.policy
bad 1 "would leave the directory" policy check "$work/absolute.policy"
ln -s ../web.policy "$work/below/link.policy"
echo 'include "link.policy"' | write below/linked.policy
bad 1 "would leave the directory" policy check "$work/below/linked.policy"
echo 'include "round.policy"' | write round.policy
bad 1 "files include files more than 8 deep" policy check "$work/round.policy"
echo 'include <no-network>' | write ready.policy
good "a ready policy is included" policy check "$work/ready.policy"

good "explain" policy explain "$policy" file read /srv/www/a/tls.key
says 'deny=ENOENT, beneath /srv/www' "it says what is done, and where that was found"
says "web.policy:5: deny=ENOENT file read" "and the rule"
good "explain in JSON" policy explain --json "$policy" namespace create user
json_is 9 line
json_is kill=EPERM action
bad 2 "expected a class" policy explain "$policy" fly

write web.tests <<'END'
allow file read /srv/www/index.html
deny=ENOENT file read /srv/www/a.key, /srv/www/a/b/c.key
deny file write /srv/www/index.html
END
good "a table of expectations" policy test "$policy" "$work/web.tests"
says '^4 of 4 as expected' "all are met"
echo 'allow file write /srv/www/index.html' | write wrong.tests
vmctl_run policy test "$policy" "$work/wrong.tests"
tap_check "one is not met: 1" test "$code" -eq 1
says 'wrong.tests:1: .*write /srv/www/index.html is deny=EACCES, by default (line 3)' \
	"it says which one and why"

good "the same decides the same" policy diff "$policy" "$policy"
grep -v '^kill' "$policy" | write new.policy
vmctl_run policy diff "$policy" "$work/new.policy"
tap_check "another one does not: 1" test "$code" -eq 1
says '^namespace create user: kill=EPERM -> allow$' "diff says what changes"

# What VMs may call is in the same file, and asked of the evaluator of calls.
write vm.policy <<'END'
default deny
hypercalls {
	default allow
	module cpl=3 deny=EPERM
	log limit=10/5
	0x48750202-0x48750205 deny=ENOSYS
}
END
good "explain a call" policy explain "$work/vm.policy" hypercall log
says '^hypercall hull_log cpl=0,1,2,3: limit=10/5,EAGAIN, by its number$' "what is done, and why"
says "vm.policy:5: hull_log limit=10/5,EAGAIN" "the rule of a call"
good "explain calls" policy explain "$work/vm.policy" hypercall all cpl=3
says '^hypercall module cpl=3: deny=EPERM, by its number$' "calls of one rule are one answer"
says '^hypercall 0x48750206-0x487503ff cpl=3: allow, by default$' "so are those of the default"
good "explain a call in JSON" policy explain --json "$work/vm.policy" hypercall 0x48750204
json_is 6 line
json_is deny=ENOSYS action
bad 2 "no such call" policy explain "$policy" hypercall fly
bad 2 "no request" policy explain "$policy" hypercall
echo 'hypercalls { fly allow }' | write bad.policy
bad 1 "bad.policy:1: 'fly'" policy explain "$work/bad.policy" hypercall log
write vm.tests <<'END'
deny file read /etc/shadow
hypercalls {
	log limit=10/5
	module cpl=3 deny=EPERM
	0x48750202 cpl=0 deny=ENOSYS
	bpf allow
}
END
good "a table about calls" policy test "$work/vm.policy" "$work/vm.tests"
says '^5 of 5 as expected' "all of it is met"
echo 'hypercalls { user allow }' | write vm-wrong.tests
vmctl_run policy test "$work/vm.policy" "$work/vm-wrong.tests"
tap_check "one is not: 1" test "$code" -eq 1
says 'vm-wrong.tests:1: user allow: hypercall 0x48750202 cpl=0 is deny=ENOSYS, by its number (line 6)' \
	"it says about which call"
good "the same calls" policy diff "$work/vm.policy" "$work/vm.policy"
sed 's/log limit.*/log cpl=3 kill/' "$work/vm.policy" | write vm-new.policy
vmctl_run policy diff "$work/vm.policy" "$work/vm-new.policy"
tap_check "other calls: 1" test "$code" -eq 1
says '^hypercall hull_log cpl=3: limit=10/5,EAGAIN -> kill$' "diff of a level"
says '^hypercall hull_log cpl=0,1,2: limit=10/5,EAGAIN -> allow$' "diff of others"

good "compile" policy compile "$policy" "$work/web.blob"
tap_check "a blob" test "$(head -c 4 "$work/web.blob")" = Hull

write did <<'END'
file read /etc/a
file read /etc/b
file read /etc/c
file read /etc/d
{"request": "inet udp.send 10.0.0.53 port 53"}
capability chown
capability net_admin
END
good "learn" policy learn "$work/did"
cp "$work/out" "$work/learnt.policy"
says '^allow file read /etc$' "many files are their directory"
says '^allow capability use chown, net_admin$' "what is alike is one rule"
vmctl_run policy check "$work/learnt.policy"
tap_check "what is learnt is a policy" test "$code" -eq 0
echo 'file fly' | write did
bad 1 "did:1: " policy learn "$work/did"

failed='' n=0
for file in *.policy; do
	name=${file%.policy}
	n=$((n + 1))
	vmctl policy test "$name" "$name.tests" > "$work/$name.log" 2>&1 ||
		failed="$failed $name"
	sed "s/^/# $name: /" "$work/$name.log"
done
tap_check "ready policies do what their tables expect$failed" test -z "$failed"
tap_check "there are five of them" test "$n" -eq 5
tap_end
