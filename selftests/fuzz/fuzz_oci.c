// SPDX-License-Identifier: GPL-2.0-only
/*
 * config.json: any bytes, or a good file in which things were cut, doubled and replaced.
 * What is taken can be made a container of as far as the file goes; what is not has a
 * sentence that begins with the file's name.
 */
#include <stdlib.h>
#include <string.h>

#include <oci/config.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char good[] =
	"{\"ociVersion\":\"1.2.0\",\"process\":{\"terminal\":true,\"consoleSize\":{\"height\":25,"
	"\"width\":80},\"user\":{\"uid\":1,\"gid\":7,\"umask\":18,\"additionalGids\":[8,9]},\"args\":"
	"[\"/bin/true\",\"x\"],\"cwd\":\"/\",\"env\":[\"A=1\"],\"capabilities\":{\"bounding\":"
	"[\"CAP_CHOWN\"],\"effective\":[],\"permitted\":[\"CAP_KILL\"]},\"rlimits\":[{\"type\":"
	"\"RLIMIT_NOFILE\",\"soft\":1,\"hard\":18446744073709551615}],\"oomScoreAdj\":5,"
	"\"scheduler\":{\"policy\":\"SCHED_BATCH\",\"nice\":5,\"flags\":[]},\"ioPriority\":{\"class\":"
	"\"IOPRIO_CLASS_BE\",\"priority\":4}},\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"hostname\":\"h\",\"domainname\":\"d\",\"mounts\":[{\"destination\":\"/proc\",\"type\":"
	"\"proc\",\"source\":\"proc\"},{\"destination\":\"/m\",\"source\":\"m\",\"options\":[\"rbind\","
	"\"ro\"]}],\"annotations\":{\"k\":\"v\"},\"hooks\":{\"poststop\":[{\"path\":\"/h\",\"args\":"
	"[\"h\"],\"env\":[\"E=\"],\"timeout\":1}]},\"linux\":{\"namespaces\":[{\"type\":\"mount\"},"
	"{\"type\":\"user\"},{\"type\":\"network\",\"path\":\"/run/n\"},{\"type\":\"uts\"},{\"type\":"
	"\"time\"}],\"uidMappings\":[{\"containerID\":0,\"hostID\":1,\"size\":2}],\"gidMappings\":"
	"[{\"containerID\":0,\"hostID\":1,\"size\":2}],\"timeOffsets\":{\"monotonic\":{\"secs\":1,"
	"\"nanosecs\":2}},\"devices\":[{\"type\":\"c\",\"path\":\"/dev/f\",\"major\":1,\"minor\":2,"
	"\"fileMode\":438}],\"cgroupsPath\":\"/a/b\",\"rootfsPropagation\":\"slave\",\"maskedPaths\":"
	"[\"/a\"],\"readonlyPaths\":[\"/b\"],\"sysctl\":{\"net.x\":\"1\"},\"personality\":{\"domain\":"
	"\"LINUX\"},\"resources\":{\"memory\":{\"limit\":4096,\"swap\":8192,\"reservation\":1},\"cpu\":"
	"{\"shares\":2,\"quota\":1000,\"period\":1000,\"cpus\":\"0\"},\"pids\":{\"limit\":3},"
	"\"blockIO\":{\"weight\":10,\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1}]},"
	"\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":0}],\"rdma\":{\"m\":{\"hcaHandles\":1}},"
	"\"unified\":{\"memory.high\":\"max\"},\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]},"
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"architectures\":"
	"[\"SCMP_ARCH_X86_64\"],\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\","
	"\"args\":[{\"index\":0,\"value\":1,\"valueTwo\":2,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}}}";

static const char *const words[] = {
	"\"\"", "0", "-1", "1", "1.5", "null", "true", "false", "[]", "{}", "\"/\"", "\"..\"",
	"18446744073709551615", "9223372036854775808", "99999999999999999999", "4294967296",
	"\"SCMP_ACT_NOTIFY\"", "\"bind\"", "\"\\u0001\\u00019\"", "\"a,b\"", "[[[[[[[[[]]]]]]]]]",
	",", ":", "\"", "[", "{", "]", "}", "\"x\":1,", "\"unified\":{},", "\"path\":",
};

#define WORDS	(sizeof(words) / sizeof(words[0]))
#define ROOM	40

static void check(const char *json, size_t len)
{
	struct hull_error error = { .text = "" };
	struct oci_bundle bundle;

	if (oci_bundle_parse(&bundle, "/bundle", json, len, &error)) {
		if (strncmp(error.text, "config.json: ", 13) || !error.code || bundle.config)
			abort();
		return;
	}
	if (bundle.config->root.path[0] != '/' || !bundle.config->process.args.n ||
	    bundle.config->process.cwd[0] != '/' || !bundle.version[0] ||
	    bundle.config->ns[HULL_CT_MNT].mode == HULL_CT_NS_HOST)
		abort();
	oci_bundle_free(&bundle);
	if (!oci_process_parse(&bundle, json, len, &error))
		oci_bundle_free(&bundle);
}

/* Where the value or name at or after @at ends: edits of whole tokens stay parseable. */
static size_t token(const char *text, size_t len, size_t at, size_t *end)
{
	while (at < len && strchr("{}[],:", text[at]))
		at++;
	*end = at;
	while (*end < len && !strchr("{}[],:", text[*end]))
		++*end;
	return at;
}

static size_t edit(char *text, size_t len, const uint8_t *data)
{
	size_t at = ((size_t)data[0] << 8 | data[1]) % len, end = at;
	const char *word = words[data[2] % WORDS];
	size_t new = strlen(word);

	if (data[3] & 1)
		at = token(text, len, at, &end);
	else if (data[3] & 2)
		end = at + (data[3] >> 2) < len ? at + (data[3] >> 2) : len;
	if (data[3] & 4)
		new = 0;
	memmove(text + at + new, text + end, len - end);
	memcpy(text + at, word, new);
	return len - (end - at) + new;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = sizeof(good) - 1, edits, i;
	char *text, *exact;

	if (!size)
		return 0;
	edits = data[0] & 1 ? 0 : (size - 1) / 4;
	if (edits > 6)
		edits = 1 + edits % 6;
	text = malloc(len + edits * ROOM + size);
	if (data[0] & 1) {
		len = size;
		memcpy(text, data, size);
	} else {
		memcpy(text, good, len);
	}
	for (i = 0; i < edits && len; i++)
		len = edit(text, len, data + 1 + 4 * i);
	/* Of the text's size, so that one byte too many is seen. */
	exact = malloc(len);
	memcpy(exact, text, len);
	free(text);
	check(exact, len);
	free(exact);
	return 0;
}
