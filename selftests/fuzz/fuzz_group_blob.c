// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blobs of the policy of groups: right ones with some bytes changed, or any bytes. What the
 * verifier takes, the evaluator reads within its bounds, and every verdict is one of a rule
 * that is there. What it refuses has a sentence.
 */
#include <stdlib.h>
#include <string.h>

#include <policy/group.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[] = {
	"default deny\nallow file r /a /b/c\ndeny=ENOENT file w /a/**/*.k\n"
	"allow file x /a/[a-c]?/*.so /b\n",
	"default deny\nallow inet tcp 10.0.0.0/8 port 80,8000-9000\ndeny inet 10.1.2.3\n"
	"limit=3 inet udp.send fe80::/10\n",
	"mode audit\nallow unix connect @x @yy @z*\nkill unix peer other,group:w\n"
	"deny signal send KILL,9-12 peer group:w,same\ndeny ptrace peer outside\n",
	"default deny\nallow capability 1-3,net_raw\nfreeze bpf 5\nask=2s mount type ext* on /m with ro\n"
	"audit mount bind source /dev/* without nosuid\nallow ioctl 0x10-0x20,0x18\n"
	"deny device char:1:3-9\npolicy p {\n default deny\n allow socket inet/stream/6 unix\n}\n"
	"allow file execute /p to p\n",
};

#define TEXTS	(sizeof(texts) / sizeof(texts[0]))

static struct {
	char *data;
	size_t size;
} bases[TEXTS];

static void bases_make(void)
{
	struct group_policy policy;
	struct group_error error;
	size_t i;

	for (i = 0; i < TEXTS; i++) {
		if (!group_parse(&policy, "base", texts[i], strlen(texts[i]), NULL, &error))
			abort();
		bases[i].data = group_compile(&policy, &bases[i].size, &error);
		if (!bases[i].data)
			abort();
		group_policy_free(&policy);
	}
}

struct input {
	const uint8_t *data;
	size_t size;
};

static uint32_t take(struct input *input, unsigned int bytes)
{
	uint32_t value = 0;

	for (; bytes && input->size; bytes--, input->size--)
		value = value << 8 | *input->data++;
	return value;
}

/* Somewhere; more often where sizes and places are than in the middle of tables. */
static void change(struct input *input, char *blob, size_t size)
{
	const struct hull_blob *header = (const struct hull_blob *)blob;
	uint32_t how = take(input, 1), at = take(input, 3), value = take(input, 1);
	const struct hull_blob_span *span = &header->section[how % HULL_SECTIONS];

	if ((how & 0xc0) == 0x40)
		at %= sizeof(*header);
	else if ((how & 0xc0) && span->at < size)
		at = span->at + at % 256;
	at %= size;
	switch (how >> 4 & 3) {
	case 0:
		blob[at] = (char)value;
		break;
	case 1:
		blob[at] = (char)(blob[at] + 1);
		break;
	case 2:
		blob[at] = (char)(blob[at] - 1);
		break;
	case 3:
		blob[at] ^= (char)(1 << value % 8);
		break;
	}
}

static void verdict_check(const struct hull_ruleset *set, const struct hull_verdict *verdict)
{
	const struct hull_blob_rule *rule = &set->rule[verdict->rule];

	if (verdict->rule >= set->n_rules || verdict->would != rule->action ||
	    verdict->action >= __HULL_DO_MAX || verdict->error != rule->error ||
	    (verdict->action >= HULL_DO_LIMIT && !verdict->error) ||
	    (verdict->sub != HULL_SUB_SAME && verdict->sub >= set->n_subs) ||
	    (set->mode != HULL_MODE_ENFORCE && verdict->action != HULL_DO_ALLOW))
		abort();
}

static void request_fill(struct input *input, struct hull_request *request, char names[4][4],
			 const struct hull_ruleset *set)
{
	unsigned int i;

	request->class = take(input, 1) % HULL_CLASSES;
	request->perms = take(input, 4) & hull_class_perms(request->class);
	if (!request->perms)
		request->perms = 1;
	request->number = take(input, 1) & 1 ? take(input, 1) : (uint64_t)take(input, 4) << 20;
	request->peer = take(input, 1) % HULL_PEER_NAMED;
	request->named = set->n_peers ? HULL_PEER_NAMED + take(input, 1) % set->n_peers : 0;
	switch (hull_class_rows[request->class].kind) {
	case HULL_KIND_FILE:
		request->depth = take(input, 1) & 1;
		request->n_names = take(input, 1) % 5;
		for (i = 0; i < request->n_names; i++) {
			names[i][0] = (char)take(input, 1);
			names[i][1] = (char)take(input, 1);
			request->name[i] = (struct hull_text){ names[i], take(input, 1) % 3 };
		}
		break;
	case HULL_KIND_INET:
		request->inet.family = take(input, 1) & 1 ? 4 : 6;
		for (i = 0; i < 4; i++)
			request->inet.addr[i] = take(input, 1) & 1 ? 0x0302010a : take(input, 4);
		request->inet.port = (uint16_t)take(input, 2);
		break;
	case HULL_KIND_UNIX:
		names[0][0] = (char)take(input, 1);
		names[0][1] = (char)take(input, 1);
		request->unix_name = (struct hull_text){ names[0], take(input, 1) % 3 };
		break;
	case HULL_KIND_MOUNT:
		request->mount.type = (struct hull_text){ "ext4", 4 };
		request->mount.source = (struct hull_text){ "/dev/a", 6 };
		request->mount.flags = take(input, 1);
		request->mount.n_anchors = hull_ruleset_anchor(set, take(input, 1) % 4, 0, 0,
							       request->mount.anchor,
							       HULL_REQUEST_ANCHORS);
		break;
	}
}

static void evaluate(struct input *input, const struct hull_ruleset *set)
{
	struct hull_request request = { 0 };
	struct hull_verdict verdict;
	struct hull_eval eval;
	char names[4][4] = { { 0 } };
	uint32_t sub = take(input, 1) % set->n_subs, steps;

	request_fill(input, &request, names, set);
	hull_evaluate(set, sub, &request, &verdict);
	verdict_check(set, &verdict);
	if (hull_class_rows[request.class].kind != HULL_KIND_FILE)
		return;
	if (!hull_eval_begin(&eval, set, sub, &request))
		for (steps = 0; steps < 6; steps++)
			if (hull_eval_object(&eval, take(input, 1) % 4, 0, 0))
				break;
	hull_eval_end(&eval, &verdict);
	verdict_check(set, &verdict);
}

static void check(struct input *input, const char *data, size_t size)
{
	struct hull_ruleset set;
	struct hull_blob_flaw flaw;
	struct hull_anchor_slot *slots;
	uint32_t n, i;

	if (hull_ruleset_init(&set, data, size, &flaw)) {
		if (!flaw.why || flaw.section > HULL_SECTIONS)
			abort();
		return;
	}
	n = hull_ruleset_slots_wanted(&set);
	slots = calloc(n, sizeof(*slots));
	hull_ruleset_slots_give(&set, slots, n);
	for (i = 0; i < set.n_anchors; i++)
		if (hull_ruleset_resolve(&set, i, i % 3, 0, 0))
			abort();
	for (i = 0; i < HULL_CLASSES; i++)
		hull_ruleset_needs(&set, i);
	for (i = 0; i < 8; i++)
		evaluate(input, &set);
	free(slots);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint32_t how, changes;
	char *blob;

	if (!bases[0].data)
		bases_make();
	how = take(&input, 1);
	if (!(how & 0x1f)) {
		blob = malloc(input.size + 1);
		memcpy(blob, input.data, input.size);
		check(&input, blob, input.size);
		free(blob);
		return 0;
	}
	blob = malloc(bases[how % TEXTS].size);
	memcpy(blob, bases[how % TEXTS].data, bases[how % TEXTS].size);
	for (changes = take(&input, 1) % 6; changes; changes--)
		change(&input, blob, bases[how % TEXTS].size);
	check(&input, blob, bases[how % TEXTS].size);
	free(blob);
	return 0;
}
