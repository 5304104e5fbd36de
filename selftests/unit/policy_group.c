// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy of groups: what texts mean, asked of the evaluator; which rule is the most
 * specific; what a mode changes; anchors that are one object; mistakes and their places.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <policy/group.h>
#include "hull_tap.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static struct group_policy policy;
static struct group_error error;
static struct group_set set;

static bool make(const char *text)
{
	const char *why;
	size_t size;
	void *blob;

	group_set_free(&set);
	group_policy_free(&policy);
	if (!group_parse(&policy, "text", text, strlen(text), NULL, &error))
		return false;
	blob = group_compile(&policy, &size, &error);
	return blob && group_set_make(&set, blob, size, &why);
}

/* "deny=EACCES 3": what is done and the line that says so; of all permissions the same one. */
static void ask(const char *words, unsigned int sub, char *answer, size_t size)
{
	struct group_policy request;
	struct group_error bad;
	struct group_answer got;
	char text[256], does[64];
	size_t i;

	snprintf(text, sizeof(text), "allow %s", words);
	snprintf(answer, size, "no request");
	if (!group_parse(&request, "request", text, strlen(text), NULL, &bad))
		snprintf(answer, size, "%s", bad.why);
	for (i = 0; i < request.n_items; i++) {
		const struct group_item *item = &request.items[i];

		group_ask(&set, sub, &request, item, item->perms & -item->perms, &got);
		group_action_text(&set.set.rule[got.verdict.rule], does, sizeof(does));
		snprintf(answer, size, "%s %u", does, set.set.rule[got.verdict.rule].line);
	}
	group_policy_free(&request);
}

struct question {
	const char *words, *answer;
};

static void questions(const char *name, const char *text, const struct question *rows, size_t n)
{
	char answer[160];
	size_t i, good = 0;

	if (!make(text)) {
		tap_ok(false, "%s: %u:%u: %s", name, error.line, error.column, error.why);
		return;
	}
	for (i = 0; i < n; i++) {
		ask(rows[i].words, 0, answer, sizeof(answer));
		if (!strcmp(answer, rows[i].answer))
			good++;
		else
			tap_note("%s: %s, not %s", rows[i].words, answer, rows[i].answer);
	}
	tap_ok(good == n, "%s: %zu of %zu questions", name, good, n);
}

#define QUESTIONS(name, text, ...) \
	do { \
		static const struct question rows[] = { __VA_ARGS__ }; \
		questions(name, text, rows, COUNT(rows)); \
	} while (0)

static void files(void)
{
	QUESTIONS("files",
		  "default deny=EACCES file\n"
		  "allow file r /srv\n"
		  "deny=ENOENT file read /srv/private\n"
		  "allow file read /srv/private/pub\n"
		  "deny=EPERM file read /srv/**/*.key\n"
		  "allow file read /srv/*.key\n"
		  "allow file read /srv/**/ok/*.key\n"
		  "audit file execute /bin\n"
		  "allow file write /tmp\n"
		  "deny=EROFS file write /tmp\n"
		  "deny file stat /\n",
		  { "file read /srv/a", "allow 2" },
		  { "file read /srv", "allow 2" },
		  { "file read /srvx", "deny=EACCES 1" },
		  { "file read /srv/private/x/y", "deny=ENOENT 3" },
		  { "file read /srv/private", "deny=ENOENT 3" },
		  { "file read /srv/private/pub/z", "allow 4" },
		  { "file list /srv/private/x", "allow 2" },
		  { "file read /srv/x/y/a.key", "deny=EPERM 5" },
		  { "file read /srv/a.key", "allow 6" },
		  { "file read /srv/x/ok/a.key", "allow 7" },
		  { "file read /srv/ok/a.key", "allow 7" },
		  { "file read /srv/private/a.key", "deny=ENOENT 3" },
		  { "file write /srv/a", "deny=EACCES 1" },
		  { "file execute /bin/sh", "audit 8" },
		  { "file write /tmp/x", "deny=EROFS 10" },
		  { "file stat /etc/x", "deny=EACCES 11" },
		  { "file stat /srv/x", "allow 2" });
}

static void addresses(void)
{
	QUESTIONS("addresses and ports",
		  "default deny=EPERM\n"
		  "allow inet tcp.connect 10.0.0.0/8 port 80,443,8000-8999\n"
		  "deny=ECONNREFUSED inet tcp.connect 10.1.0.0/16 port 80\n"
		  "audit inet tcp.connect 10.1.2.3\n"
		  "deny inet tcp.connect 10.0.0.0/8 port 8080\n"
		  "allow inet udp 2001:db8::/32 port 53\n"
		  "limit=5/9,EAGAIN inet udp.send any\n"
		  "allow inet icmp.send,raw localhost\n",
		  { "inet tcp.connect 10.9.9.9 port 80", "allow 2" },
		  { "inet tcp.connect 10.9.9.9 port 8999", "allow 2" },
		  { "inet tcp.connect 10.9.9.9 port 9000", "deny=EPERM 1" },
		  { "inet tcp.connect 10.9.9.9 port 8080", "deny=EACCES 5" },
		  { "inet tcp.connect 10.1.9.9 port 80", "deny=ECONNREFUSED 3" },
		  { "inet tcp.connect 10.1.9.9 port 443", "allow 2" },
		  { "inet tcp.connect 10.1.2.3 port 80", "audit 4" },
		  { "inet tcp.connect 10.1.2.3 port 1", "audit 4" },
		  { "inet tcp.bind 10.9.9.9 port 80", "deny=EPERM 1" },
		  { "inet tcp.connect 11.0.0.1 port 80", "deny=EPERM 1" },
		  { "inet udp.bind 2001:db8::7 port 53", "allow 6" },
		  { "inet udp.bind 2001:db9::7 port 53", "deny=EPERM 1" },
		  { "inet udp.send 2001:db8::7 port 53", "allow 6" },
		  { "inet udp.send 2001:db8::7 port 54", "limit=5/9,EAGAIN 7" },
		  { "inet udp.send 1.2.3.4 port 1", "limit=5/9,EAGAIN 7" },
		  { "inet raw.send ::1", "allow 8" },
		  { "inet icmp.send 127.1.2.3", "allow 8" });
}

static void peers(void)
{
	QUESTIONS("peers and names",
		  "default deny=EPERM\n"
		  "allow signal send TERM peer same,below\n"
		  "allow signal send peer self\n"
		  "deny=ESRCH signal send 9-12 peer self\n"
		  "allow signal receive\n"
		  "allow ptrace trace peer group:debug\n"
		  "deny=EACCES ptrace trace peer other\n"
		  "allow unix connect @app @app-*\n"
		  "deny=ENOENT unix connect @app-secret*\n"
		  "allow unix connect peer same\n",
		  { "signal send TERM peer same", "allow 2" },
		  { "signal send KILL peer same", "deny=EPERM 1" },
		  { "signal send TERM peer outside", "deny=EPERM 1" },
		  { "signal send HUP peer self", "allow 3" },
		  { "signal send KILL peer self", "deny=ESRCH 4" },
		  { "signal receive KILL peer outside", "allow 5" },
		  { "ptrace trace peer group:debug", "allow 6" },
		  { "ptrace trace peer group:else", "deny=EACCES 7" },
		  { "ptrace trace peer same", "deny=EPERM 1" },
		  { "unix connect @app", "allow 8" },
		  { "unix connect @app-1", "allow 8" },
		  { "unix connect @app-secret1", "deny=ENOENT 9" },
		  { "unix connect @other", "allow 10" },
		  { "unix connect peer outside", "deny=EPERM 1" });
}

static void numbers(void)
{
	QUESTIONS("numbers, ranges, mounts",
		  "default deny=EPERM\n"
		  "allow capability net_admin CAP_CHOWN 60-63\n"
		  "deny=ENOSYS bpf\n"
		  "allow bpf map_create\n"
		  "allow ioctl 0x5400-0x54ff\n"
		  "deny=ENOTTY ioctl TIOCSTI\n"
		  "allow device read char:1:3-9 char:136-143\n"
		  "allow socket create inet/stream unix netlink/*/0\n"
		  "allow mount mount type tmpfs on /tmp with nosuid without rec\n"
		  "deny=EBUSY mount mount type tmpfs\n"
		  "allow vsock connect host:1024\n"
		  "allow namespace enter user\n",
		  { "capability net_admin", "allow 2" }, { "capability chown", "allow 2" },
		  { "capability 61", "allow 2" }, { "capability sys_admin", "deny=EPERM 1" },
		  { "bpf map_create", "allow 4" }, { "bpf prog_load", "deny=ENOSYS 3" },
		  { "bpf 4095", "deny=ENOSYS 3" },
		  { "ioctl 0x5401", "allow 5" }, { "ioctl TIOCSTI", "deny=ENOTTY 6" },
		  { "ioctl 0x5500", "deny=EPERM 1" }, { "ioctl 0x53ff", "deny=EPERM 1" },
		  { "device read char:1:3", "allow 7" }, { "device read char:1:10", "deny=EPERM 1" },
		  { "device read char:140:77", "allow 7" }, { "device read block:1:3", "deny=EPERM 1" },
		  { "socket create inet/stream/6", "allow 8" },
		  { "socket create inet/dgram/17", "deny=EPERM 1" },
		  { "socket create unix/seqpacket/0", "allow 8" },
		  { "socket create netlink/raw/0", "allow 8" },
		  { "socket create netlink/raw/16", "deny=EPERM 1" },
		  { "mount mount type tmpfs on /tmp/x with nosuid", "allow 9" },
		  { "mount mount type tmpfs on /tmp/x with nosuid,rec", "deny=EBUSY 10" },
		  { "mount mount type tmpfs on /tmp/x", "deny=EBUSY 10" },
		  { "mount mount type ext4 on /tmp", "deny=EPERM 1" },
		  { "vsock connect host:1024", "allow 11" },
		  { "vsock connect 3:1024", "deny=EPERM 1" },
		  { "namespace enter user", "allow 12" },
		  { "namespace create user", "deny=EPERM 1" });
}

static void defaults(void)
{
	QUESTIONS("defaults",
		  "default deny=EACCES\n"
		  "default allow file stat,chdir\n"
		  "deny=ENOENT file stat\n"
		  "default audit task\n",
		  { "file read /x", "deny=EACCES 1" }, { "file chdir /x", "allow 2" },
		  { "file stat /x", "deny=ENOENT 3" }, { "task fork", "audit 4" },
		  { "kexec load", "deny=EACCES 1" });
	QUESTIONS("no default is allow", "deny file w /etc\n",
		  { "file read /etc/x", "allow 0" }, { "file write /etc/x", "deny=EACCES 1" },
		  { "kexec load", "allow 0" });
	QUESTIONS("variables, lists over lines",
		  "set d = /a /b\nset e = $d/x /c\nallow file read $e,\n\t/d\n"
		  "default deny=EPERM; allow perf open\n",
		  { "file read /a/x/1", "allow 3" }, { "file read /b/x", "allow 3" },
		  { "file read /c/1", "allow 3" }, { "file read /d/1", "allow 3" },
		  { "file read /a/1", "deny=EPERM 5" }, { "perf open", "allow 5" },
		  { "perf read", "deny=EPERM 5" });
}

/* ---- what a table of questions cannot ask ----------------------------------------- */

static void plain(void)
{
	const uint32_t file = HULL_CLASS_FILE;

	make("deny file w /etc\naudit file execute\n");
	tap_ok(hull_ruleset_plain(&set.set, 0, file) & HULL_FILE_READ,
	       "what is always allowed needs no question");
	tap_ok(!(hull_ruleset_plain(&set.set, 0, file) & (HULL_FILE_WRITE | HULL_FILE_EXECUTE)),
	       "what is not, or is told, does");
	tap_ok(hull_ruleset_needs(&set.set, file) & HULL_FILE_WRITE &&
	       !(hull_ruleset_needs(&set.set, file) & HULL_FILE_READ) &&
	       !hull_ruleset_needs(&set.set, HULL_CLASS_INET), "hooks are needed for these alone");
}

static void modes(void)
{
	struct hull_request request = { .class = HULL_CLASS_PERF, .perms = HULL_PERF_OPEN };
	struct hull_verdict verdict;

	make("mode enforce\nkill perf open\n");
	hull_evaluate(&set.set, 0, &request, &verdict);
	tap_ok(verdict.action == HULL_DO_KILL && verdict.tell && verdict.error == EPERM, "enforce");
	make("mode audit\nkill perf open\n");
	hull_evaluate(&set.set, 0, &request, &verdict);
	tap_ok(verdict.action == HULL_DO_ALLOW && verdict.would == HULL_DO_KILL && verdict.tell,
	       "audit allows, and tells what it would have done");
	make("deny perf open quietly\n");
	hull_evaluate(&set.set, 0, &request, &verdict);
	tap_ok(verdict.action == HULL_DO_DENY && !verdict.tell && verdict.quiet, "quietly");
	request.perms = HULL_PERF_OPEN | HULL_PERF_READ;
	make("deny=EPERM perf open\nfreeze=EIO perf read\n");
	hull_evaluate(&set.set, 0, &request, &verdict);
	tap_ok(verdict.action == HULL_DO_FREEZE && verdict.error == EIO,
	       "of several permissions the strictest rule counts");
}

static bool both_twins(const struct hull_anchor_slot slots[4])
{
	unsigned int i, twins = 0;

	for (i = 0; i < 4; i++)
		twins += slots[i].anchor && slots[i].twins;
	return twins == 2;
}

/* Two names of one directory, as /lib and /usr/lib are: the stricter rule, in either order. */
static void same_object(void)
{
	struct hull_request request = { .class = HULL_CLASS_FILE, .perms = HULL_FILE_READ };
	struct hull_anchor_slot slots[4];
	struct hull_verdict verdict;
	struct hull_eval eval;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		make("default allow\nallow file read /a\ndeny file read /b\n");
		memset(slots, 0, sizeof(slots));
		set.set.n_resolved = 0;
		hull_ruleset_slots_give(&set.set, slots, 4);
		hull_ruleset_resolve(&set.set, i, 7, 1, 0);
		hull_ruleset_resolve(&set.set, !i, 7, 1, 0);
		hull_eval_begin(&eval, &set.set, 0, &request);
		tap_ok(hull_eval_object(&eval, 7, 1, 0), "found in order %u", i);
		hull_eval_end(&eval, &verdict);
		tap_ok(verdict.action == HULL_DO_DENY, "the stricter of two names of one object");
		tap_ok(both_twins(slots), "they are marked as the same");
	}
	hull_eval_begin(&eval, &set.set, 0, &request);
	tap_ok(!hull_eval_object(&eval, 7, 2, 0) && !hull_eval_object(&eval, 7, 1, 1),
	       "another device or generation is another object");
	tap_ok(hull_ruleset_resolve(&set.set, 0, 8, 1, 0) == -ENOSPC &&
	       hull_ruleset_resolve(&set.set, 2, 8, 1, 0) == -EINVAL, "no more than there are");
}

static void subs(void)
{
	struct hull_request request = { .class = HULL_CLASS_FILE, .perms = HULL_FILE_EXECUTE };
	struct hull_verdict verdict;
	char answer[160];

	make("allow file execute / to work\npolicy work {\ndefault deny\nallow file read /in\n}\n");
	hull_evaluate(&set.set, 0, &request, &verdict);
	tap_ok(verdict.sub == HULL_SUB_SAME && hull_ruleset_sub(&set.set, "work", 4) == 1 &&
	       hull_ruleset_sub(&set.set, "main", 4) == 0, "policies have names and numbers");
	ask("file read /in/x", 1, answer, sizeof(answer));
	tap_ok(!strcmp(answer, "allow 4"), "in the other policy: %s", answer);
	ask("file read /x", 1, answer, sizeof(answer));
	tap_ok(!strcmp(answer, "deny=EPERM 3"), "and its default: %s", answer);
	request.class = HULL_CLASS_TASK;
	request.perms = HULL_TASK_FORK;
	hull_evaluate(&set.set, 0, &request, &verdict);
	tap_ok(!verdict.rule && verdict.action == HULL_DO_ALLOW && !verdict.tell,
	       "the rest is nobody's business");
}

static void joined(void)
{
	struct hull_verdict a = { .action = HULL_DO_ALLOW, .rule = 1 };
	const struct hull_verdict b = { .action = HULL_DO_DENY, .rule = 2, .error = EACCES };

	tap_ok(hull_verdict_join(&a, &b) && a.rule == 2, "a group around it denies: denied");
	tap_ok(!hull_verdict_join(&a, &(struct hull_verdict){ .rule = 3 }) && a.rule == 2,
	       "a group within cannot loosen that");
}

static void globs(void)
{
	static const struct {
		const char *pattern, *text;
		bool match;
	} rows[] = {
		{ "*", "", true }, { "", "", true }, { "", "a", false }, { "*.c", "a.c", true },
		{ "*.c", ".c", true }, { "*.c", "a.h", false }, { "a*b*c", "axxbyyc", true },
		{ "a*b*c", "axxbyy", false }, { "?", "a", true }, { "?", "", false },
		{ "[a-c]x", "bx", true }, { "[!a-c]x", "bx", false }, { "[!a-c]x", "dx", true },
		{ "[]]", "]", true }, { "[a", "[a", true }, { "\\*", "*", true },
		{ "\\*", "a", false }, { "*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
		{ "[a-]", "-", true }, { "\\", "\\", true }, { "**", "abc", true },
	};
	size_t i, good = 0;

	for (i = 0; i < COUNT(rows); i++)
		if (hull_glob_match(rows[i].pattern, (uint32_t)strlen(rows[i].pattern),
				    rows[i].text, (uint32_t)strlen(rows[i].text)) == rows[i].match)
			good++;
		else
			tap_note("%s %s", rows[i].pattern, rows[i].text);
	tap_ok(good == COUNT(rows), "patterns: %zu of %zu", good, COUNT(rows));
}

static const struct {
	const char *text;
	unsigned int line, column;
	const char *found, *why;
} bad[] = {
	{ "alow file", 1, 1, "alow", "expected an action" },
	{ "allow fil", 1, 7, "fil", "expected a class" },
	{ "deny\n", 1, 5, "", "expected a class" },
	{ "deny=EFOO file", 1, 6, "EFOO", "expected an error" },
	{ "deny=0 file", 1, 6, "0", "expected an error" },
	{ "allow=EPERM file", 1, 6, "=", "takes no value" },
	{ "limit inet", 1, 7, "inet", "a limit needs a rate" },
	{ "limit=0 inet", 1, 7, "0", "expected RATE" },
	{ "ask=5 inet", 1, 5, "5", "expected a time" },
	{ "ask=601s inet", 1, 5, "601s", "600s at most" },
	{ "ask signal", 1, 5, "signal", "of signal nothing can be asked about" },
	{ "\nask file stat,read /", 2, 5, "file", "nobody can wait" },
	{ "default ask", 1, 12, "", "not everything can be asked" },
	{ "default ask file", 1, 13, "file", "nobody can wait" },
	{ "\n\n  allow file read a/b", 3, 19, "a/b", "absolute path" },
	{ "allow file read /a/../b", 1, 17, "/a/../b", "absolute path" },
	{ "allow file /a/**/b/**", 1, 12, "/a/**/b/**", "** can only" },
	{ "allow file /*/b/c/d/e", 1, 12, "/*/b/c/d/e", "4 components" },
	{ "allow file $x", 1, 12, "$x", "no such variable" },
	{ "allow file read /a,", 1, 20, "", "behind the comma" },
	{ "allow file \"/a", 1, 12, "\"/a", "does not end" },
	{ "allow inet tcp 10.0.0.1/8", 1, 16, "10.0.0.1/8", "without bits behind" },
	{ "allow inet tcp port 65536", 1, 21, "65536", "0 to 65535" },
	{ "allow inet tcp port 9-8", 1, 21, "9-8", "0 to 65535" },
	{ "allow inet tcp port", 1, 20, "", "expected a port" },
	{ "allow capability fly", 1, 18, "fly", "a capability" },
	{ "allow capability 64", 1, 18, "64", "a capability" },
	{ "allow signal KILL peer nobody", 1, 24, "nobody", "expected self" },
	{ "allow ptrace 5", 1, 14, "5", "expected 'peer'" },
	{ "allow unix connect /x", 1, 20, "/x", "of class file" },
	{ "allow mount type", 1, 17, "", "expected a value" },
	{ "allow mount with ro without ro", 1, 31, "", "set and clear" },
	{ "allow mount on x", 1, 16, "x", "absolute path" },
	{ "allow perf now", 1, 12, "now", "of open, read" },
	{ "allow file execute /b to", 1, 25, "", "to POLICY" },
	{ "allow file execute /b to nobody", 1, 1, "nobody", "no policy of this name" },
	{ "mode strict", 1, 6, "strict", "enforce, audit or learn" },
	{ "policy p {\nmode audit\n}", 2, 1, "mode", "not for within" },
	{ "policy p {", 1, 11, "", "expected }" },
	{ "policy main {}", 1, 8, "main", "already" },
	{ "include /etc/x", 1, 9, "/etc/x", "expected \"FILE\"" },
	{ "include \"x\"", 1, 9, "\"x\"", "no files here" },
	{ "hypercalls {", 1, 13, "", "expected }" },
	{ "set 1 = 2", 1, 5, "1", "name of a variable" },
	{ "default fine", 1, 9, "fine", "expected an action" },
	{ "default deny file /x", 1, 19, "/x", "expected a permission" },
	{ "allow vsock 2:4294967295 *:3", 1, 26, "*:3", "ports go with one cid" },
	{ "allow device tape:1:2", 1, 14, "tape:1:2", "expected char" },
};

static void mistakes(void)
{
	size_t i, good = 0;

	for (i = 0; i < COUNT(bad); i++) {
		if (!make(bad[i].text) && error.line == bad[i].line &&
		    error.column == bad[i].column && !strcmp(error.found, bad[i].found) &&
		    strstr(error.why, bad[i].why))
			good++;
		else
			tap_note("%s: %u:%u '%s': %s", bad[i].text, error.line, error.column,
				 error.found, error.why);
	}
	tap_ok(good == COUNT(bad), "mistakes have a place and a sentence: %zu of %zu", good,
	       COUNT(bad));
}

/* A thousand rules are looked up like twenty. */
static void many(void)
{
	size_t room = 1 << 20, len = 0, i;
	char *text = malloc(room), answer[160];

	len += snprintf(text, room, "default deny=EPERM\n");
	for (i = 0; i < 1000; i++)
		len += snprintf(text + len, room - len, "allow file read /d%zu/x%zu\n"
				"allow inet tcp.connect 10.%zu.%zu.0/24 port %zu\n"
				"allow unix connect @n%zu\n", i % 7, i, i / 250, i % 250, 1000 + i, i);
	tap_ok(make(text), "3000 rules: %s", error.why);
	ask("file read /d2/x999/y", 0, answer, sizeof(answer));
	tap_ok(!strcmp(answer, "deny=EPERM 1"), "not this one: %s", answer);
	ask("file read /d5/x999/y", 0, answer, sizeof(answer));
	tap_ok(!strcmp(answer, "allow 2999"), "this one: %s", answer);
	ask("inet tcp.connect 10.3.249.7 port 1999", 0, answer, sizeof(answer));
	tap_ok(!strcmp(answer, "allow 3000"), "an address: %s", answer);
	ask("unix connect @n77", 0, answer, sizeof(answer));
	tap_ok(!strcmp(answer, "allow 235"), "a name: %s", answer);
	free(text);
}

int main(void)
{
	tap_plan(35);
	files();
	addresses();
	peers();
	numbers();
	defaults();
	plain();
	modes();
	same_object();
	subs();
	joined();
	globs();
	mistakes();
	many();
	group_set_free(&set);
	group_policy_free(&policy);
	return tap_end();
}
