#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The ready policies, with real programs: what a group of their kind does goes on to work,
# what it should not do is denied by the policy and nothing else.
. ./group.sh
tap_plan 36

export HULL_POLICIES="$PWD"	# where <no-network> is
mkdir -p "$root/srv/www" "$root/build" "$root/usr/sbin" "$root/run"
mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/lib"

# A group that could do all of it, were it not for the policy.
able()		# NAME POLICY COMMAND...
{
	group=$1 policy=$2
	shift 2
	vmctl group run --rootfs "$root" --cap-add ALL --seccomp unconfined \
		--no-new-privileges=off --name "$group" --detach "$@" > /dev/null
	pid=$(vmctl group ps "$group" -j | ./jsonq 0 pid)
	good "$policy is put in force" policy apply "$group" "$policy" "/proc/$pid/root"
}

does()		# NAME OUTPUT COMMAND...
{
	what=$1 expected=$2
	shift 2
	vmctl_run group exec "$group" "$@"
	is "$what" 0 "$expected"
}

not()		# NAME PATTERN COMMAND...
{
	what=$1 pattern=$2
	shift 2
	vmctl_run group exec "$group" "$@"
	if ! grep -q "$pattern" "$work/err"; then
		show
		tap_fail "$what"
	else
		tap_pass "$what"
	fi
}

over()
{
	vmctl group delete -f "$group"
}

# --- a container
able box container.policy sleep 1000
does "a shell" "fine" sh -c 'echo fine'
does "files and their owners" "1000:1000" sh -c \
	'echo x > /tmp/f; chown 1000:1000 /tmp/f; stat -c %u:%g /tmp/f; rm /tmp/f'
does "another user" "1000" su guest -c 'id -u'
does "its own processes" "" sh -c 'sleep 100 & kill $!'
does "a connection of its own" "hello" sh -c \
	'nc -l -p 8080 -e echo hello & sleep 0.5; nc 127.0.0.1 8080 < /dev/null'
does "a terminal's settings" "" sh -c 'true < /dev/tty; stty > /dev/null 2>&1; true'
not "mount" "ermi" mount -t tmpfs none /data
not "another namespace" "ermi" unshare -m true
not "the kernel's log" "ermi" dmesg
not "the kernel's settings" "Read-only" sh -c 'echo 1 > /proc/sys/vm/swappiness'
not "raw packets" "ermi\|denied" sh -c 'arping -c 1 -I lo 127.0.0.1'
not "the clock" "ermi" date -s 2030-01-01
over

# --- a web server
cp /bin/busybox "$root/usr/sbin/httpd"
echo "<p>hello" > "$root/srv/www/index.html"
echo "secret" > "$root/srv/www/tls.key"
echo "users" > "$root/srv/www/.htpasswd"
able web web-server.policy httpd -f -h /srv/www -p 80
get()		# PATH
{
	nsenter -t "$pid" -n wget -q -O - "http://127.0.0.1$1" 2> "$work/err"
	sed "s/^/# $?: /" "$work/err" >&2
}
wait_for get /index.html
tap_check "a page" test "$(get /index.html)" = "<p>hello"
tap_check "not its key" test "$(get /tls.key)" != secret
tap_check "nor its passwords" test "$(get /.htpasswd)" != users
vmctl_run policy show web
tap_check "a rule of the policy did that" grep -q '^ *[1-9][0-9]*  deny file read .*key' "$work/out"
not "another port" "ermi\|denied" nc -l -p 8081
not "its pages are not written" "ermi\|denied" sh -c 'echo x > /srv/www/index.html'
over

# --- a build
echo text > "$root/build/in"
able make build.policy sleep 1000
does "compiles in its tree" "TEXT" sh -c \
	'cd /build && tr a-z A-Z < in > out && cat out'
does "temporary files" "" sh -c 'echo x > /tmp/t && mv /tmp/t /tmp/u'
does "pipes, archives" "in" sh -c 'cd /build && tar c in | gzip | gunzip | tar t'
not "nothing outside of it" "ermi\|denied" sh -c 'echo x > /etc/passwd'
not "no program is replaced" "ermi\|denied" mv /tmp/u /bin/tr
not "no network" "ermi\|denied" nc 127.0.0.1 80
over

# --- no network
able lone no-network.policy sleep 1000
does "all else" "fine" sh -c 'echo fine > /data/f; cat /data/f'
not "connect" "ermi\|denied" nc 127.0.0.1 80
not "listen" "ermi\|denied" nc -l -p 8080
not "look up a name" "ermi\|denied" nslookup localhost 127.0.0.1
vmctl_run policy stats lone -j
tap_check "denied, and counted" test "$(./jsonq denied < "$work/out")" -gt 0
over

# --- an empty one after all that
able box container.policy sleep 1000
does "a shell, once more" "fine" sh -c 'echo fine'
over
nothing_left "nothing is left"
tap_end
