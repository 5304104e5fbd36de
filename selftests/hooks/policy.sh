#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Policies in force, through vmctl: applied from outside, counted, told, learnt, taken away.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
root=/sys/fs/cgroup
mkdir -p "$root"
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
mkdir -p "$root/web"
tap_plan 37

place=$work/srv
mkdir -p "$place/open" "$place/closed/pub"
for file in open/a open/tls.key closed/b closed/pub/c; do
	echo "$file" > "$place/$file"
done

# Runs a command in the group; $code and what it said.
within()	# COMMAND...
{
	code=0
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$root/web" "$@" \
		> "$work/out" 2> "$work/err" < /dev/null || code=$?
}

may()		# NAME COMMAND...
{
	name=$1
	shift
	within "$@"
	[ "$code" -eq 0 ] || show
	tap_check "$name" test "$code" -eq 0
}

may_not()	# NAME PATTERN COMMAND...
{
	name=$1 pattern=$2
	shift 2
	within "$@"
	grep -q "$pattern" "$work/err" || show
	tap_check "$name" grep -q "$pattern" "$work/err"
}

cat > "$work/web.policy" <<END
default allow
deny=EACCES file read $place/closed
allow file read $place/closed/pub
deny=ENOENT file read $place/**/*.key
deny file write,create $place
audit file read $place/open/a
END

good "adopt" group adopt web "$root/web"
bad 3 "no such group" policy apply nobody "$work/web.policy"
vmctl_run policy show web
tap_check "no policy yet" grep -q '^no policy$' "$work/out"
may "before: all may be read" cat "$place/closed/b"
echo "deny file read $place/nothing" > "$work/missing.policy"
bad 1 "$place/nothing: No such file" policy apply web "$work/missing.policy"
good "apply" policy apply web "$work/web.policy"

vmctl policy events web > "$work/events" &
listener=$!
vmctl policy events web --json > "$work/json" &
listener_json=$!
sleep 0.5
may "what is allowed" cat "$place/open/a"
may_not "what is denied, with its error" "Permission denied" cat "$place/closed/b"
may "an allow inside of the denied" cat "$place/closed/pub/c"
may_not "a pattern, with its error" "No such file" cat "$place/open/tls.key"
may_not "writing" "Permission denied" sh -c "echo x > $place/open/new"
tap_check "nobody else is asked" cat "$place/closed/b"

good "show" policy show web
tap_check "hits by rule" grep -q "^ *1  deny=ENOENT file read .*# .*web.policy:4$" "$work/out"
good "show, JSON" policy show web --json
json_is enforce mode
good "stats" policy stats web
tap_check "denials are counted" grep -q '^denied  *[3-9]' "$work/out"
sleep 1
kill "$listener" "$listener_json"
wait "$listener" "$listener_json" 2> /dev/null
sed 's/^/# /' "$work/events"
tap_check "told in the words of a rule" \
	grep -q "web cat\[[0-9]*\] deny=EACCES  file read $place/closed/b  # .*web.policy:2" \
	"$work/events"
tap_check "what is audited is told" grep -q "audit  file read $place/open/a" "$work/events"

# What was told is a policy.
vmctl_run policy learn "$work/json"
cp "$work/out" "$work/learnt.policy"
sed 's/^/# /' "$work/learnt.policy"
vmctl_run policy check "$work/learnt.policy"
tap_check "learnt from events" test "$code" -eq 0

sed 's/^default allow/mode audit/' "$work/web.policy" > "$work/audit.policy"
good "another policy, live" policy apply web "$work/audit.policy"
may "mode audit denies nothing" cat "$place/closed/b"
good "clear" policy clear web
may "nothing is denied any more" cat "$place/open/tls.key"
vmctl_run policy show web
tap_check "no policy any more" grep -q '^no policy$' "$work/out"

# Two names of one directory: the stricter rule, whichever comes first.
ln -s "$place/open" "$place/alias"
for pair in "open alias" "alias open"; do
	cat > "$work/twins.policy" <<END
default allow
allow file read $place/${pair% *}
deny=EHOSTDOWN file read $place/${pair#* }
END
	good "a directory by two names" policy apply web "$work/twins.policy"
	may_not "the stricter of its rules" "Host is down" cat "$place/open/a"
done

# Who acts on a group is a peer, too: of the group itself, or from outside.
sh -c 'echo $$ > "$0/cgroup.procs" && exec sleep 1000' "$root/web" &
inside=$!
until grep -q . "$root/web/cgroup.procs"; do
	sleep 0.1
done
cat > "$work/peers.policy" <<END
default allow
deny=EHOSTDOWN signal receive 0 peer outside
deny=EHOSTDOWN ptrace inspected peer outside
END
good "a policy about peers" policy apply web "$work/peers.policy"
may_not_outside()	# NAME COMMAND...
{
	name=$1
	shift
	"$@" > /dev/null 2> "$work/err"
	tap_check "$name" grep -q "Host is down" "$work/err"
}
may_not_outside "a signal from outside" busybox kill -0 "$inside"
may "the same from within" busybox kill -0 "$inside"
tap_check "looks from outside" sh -c "! readlink /proc/$inside/ns/net"
may "and from within" readlink "/proc/$inside/ns/net"
good "clear it" policy clear web
kill "$inside"
wait "$inside" 2> /dev/null
good "delete" group delete web
tap_end
