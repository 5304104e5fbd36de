#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The actions that are more than an errno: ask, freeze, kill.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
root=/sys/fs/cgroup
mkdir -p "$root"
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
mkdir -p "$root/asker"
tap_plan 37

place=$work/srv
mkdir -p "$place"
for file in yes no slow long trap bait; do
	echo "$file" > "$place/$file"
done

# Runs a command in the group; $code, how many seconds it $took, and what it said.
within()	# COMMAND...
{
	code=0
	took=$(date +%s)
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$root/asker" "$@" \
		> "$work/out" 2> "$work/err" < /dev/null || code=$?
	took=$(($(date +%s) - took))
}

begin_within()	# COMMAND...
{
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$root/asker" "$@" \
		> "$work/back" 2>&1 < /dev/null &
}

# Up to 60 s, until a command succeeds.
wait_for()	# COMMAND...
{
	tries=0
	until "$@" > /dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.1
	done
}

denied_with()	# NAME PATTERN
{
	grep -q "$2" "$work/err" || show
	tap_check "$1" grep -q "$2" "$work/err"
}

denied()	# how many of those in the background
{
	grep -c 'Permission denied' "$work/back"
}

cat > "$work/hook" <<END
#!/bin/sh
cat > $work/question
echo "\$HULL_GROUP|\$HULL_REQUEST|\$HULL_COMM" > $work/env
case \$HULL_REQUEST in
*/yes) exit 0 ;;
*/no) exit 1 ;;
esac
echo > $work/asked.\$\$
exec sleep 1000
END
chmod 755 "$work/hook"

cat > "$work/ask.policy" <<END
default allow
ask=50s,EXDEV file read $place/yes $place/no
ask=1s,EHOSTDOWN file read $place/slow
ask=600s file read $place/long
freeze=ENOENT file read $place/trap
kill file read $place/bait
END

good "adopt" group adopt asker "$root/asker"
good "apply" policy apply asker "$work/ask.policy"

# What cannot be asked about is no policy.
echo "ask file stat /" > "$work/bad.policy"
vmctl_run policy check "$work/bad.policy"
tap_check "a question where nobody can wait is refused, with its place" \
	grep -q ':1:5: .file.: nobody can wait' "$work/err"

within cat "$place/yes"
denied_with "no supervisor: denied, with the rule's error" "Invalid cross-device"
tap_check "at once" test "$took" -lt 40

answered()
{
	within cat "$place/yes"
	[ "$code" -eq 0 ]
}

supervise()	# OPTION...
{
	vmctl policy supervise "$@" asker "$work/hook" > "$work/supervise" 2> "$work/supervise.err" &
	supervisor=$!
	wait_for answered
}

supervise
bad 5 "a supervisor already" policy supervise asker true
within cat "$place/yes"
[ "$code" -eq 0 ] || show
tap_check "the answer is yes" test "$code" -eq 0
tap_check "the question, in the environment" grep -q "^asker|file read $place/yes|cat\$" "$work/env"
cp "$work/question" "$work/out"
json_is "asker" group
json_is "file read $place/yes" request
json_is "2" line
within cat "$place/no"
denied_with "the answer is no" "Invalid cross-device"
within cat "$place/slow"
denied_with "no answer in time" "Host is down"
tap_check "the time is the rule's" test "$took" -ge 1
wait_for grep -q 'file read .*/slow: deny' "$work/supervise"
sed 's/^/# /' "$work/supervise" "$work/supervise.err"
tap_check "answers are told" grep -q "^asker cat\[[0-9]*\] file read $place/no: deny, exit code 1\$" \
	"$work/supervise"

# Who waits can be killed.
rm -f "$work"/asked.*
begin_within cat "$place/long"
wait_for sh -c "ls $work/asked.*"
kill -9 "$!"
wait "$!" 2> /dev/null
tap_check "who waits can be killed" test "$?" -eq 137

# A supervisor that is killed says no, and what it has begun goes with it.
rm -f "$work"/asked.*
begin_within cat "$place/long"
wait_for sh -c "ls $work/asked.*"
kill -9 "$supervisor"
wait "$!"
tap_check "the supervisor dies: denied" test "$(denied)" -eq 1
tap_check "its programs are gone" wait_for sh -c '! ps | grep -q "[s]leep 1000"'
supervise --timeout 2
tap_check "nobody was there any more: another one may" kill -0 "$supervisor"

# The supervisor's own time is shorter.
within cat "$place/long"
denied_with "a program that takes too long" "Permission denied"
tap_check "and says so" wait_for grep -q 'took too long' "$work/supervise"
kill "$supervisor"
wait "$supervisor"
tap_check "an interrupted supervisor has succeeded" test "$?" -eq 0

# No more than 64 questions at once: who is one too many is denied, and no others.
supervise
rm -f "$work"/asked.*
# shellcheck disable=SC2016
begin_within sh -c 'i=0; while [ $i -lt 80 ]; do cat '"$place/long"' & i=$((i+1)); done; wait'
crowd=$!
wait_for sh -c "[ \$(grep -c 'Permission denied' $work/back) -ge 16 ]"
tap_check "80 ask, 64 wait" test "$(denied)" -eq 16
kill "$supervisor"
wait "$supervisor" 2> /dev/null
wait "$crowd"
tap_check "then all are denied" test "$(denied)" -eq 80
vmctl_run policy stats asker --json
tap_check "asked is counted" test "$(./jsonq asked < "$work/out")" -ge 68

# freeze
vmctl policy events asker > "$work/events" &
listener=$!
sleep 0.5
begin_within sleep 1000
bystander=$!
begin_within cat "$place/trap"
victim=$!
tap_check "freeze: the group freezes" wait_for grep -q 'frozen 1' "$root/asker/cgroup.events"
vmctl_run group show asker
tap_check "is shown" grep -qi 'frozen' "$work/out"
tap_check "is told" wait_for grep -q "cat\[[0-9]*\] freeze=ENOENT  file read $place/trap" "$work/events"
sed 's/^/# /' "$work/events"
tap_check "nobody has gone on" kill -0 "$victim"
good "resume" group resume asker
code=0
wait "$victim" || code=$?
tap_check "thawed, and denied" test "$code" -eq 1
tap_check "not frozen any more" grep -q 'frozen 0' "$root/asker/cgroup.events"
kill "$bystander"
wait "$bystander" 2> /dev/null

# kill
within sh -c "cat $place/bait; echo survived"
grep -q survived "$work/out"
tap_check "kill: the process, not the others" test "$?" -eq 0
within sh -c "exec cat $place/bait"
tap_check "by signal 9" test "$code" -eq 137
tap_check "is told" wait_for grep -q "kill=EACCES  file read $place/bait" "$work/events"
kill "$listener"
wait 2> /dev/null
good "clear" policy clear asker
good "delete" group delete asker
tap_end
