// SPDX-License-Identifier: GPL-2.0-only
/* log - what goes to --log FILE; debug and warnings go there alone, errors to stderr too */
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <base/fds.h>
#include <oci/life.h>

static struct {
	int fd;
	bool json, debug;
} log_to = { -1, false, false };

bool oci_log_open(const char *file, bool json, bool debug)
{
	log_to.json = json;
	log_to.debug = debug;
	if (file)
		log_to.fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
	return !file || log_to.fd >= 0;
}

static void line_write(const char *level, const char *text)
{
	time_t now = time(NULL);
	char when[32];
	struct tm tm;
	json_t *json;
	char *line;

	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json = json_pack("{ss ss+ ss}", "level", level, "msg", text, "", "time", when);
	if (!json)
		json = json_pack("{ss ss ss}", "level", level, "msg", "not text", "time", when);
	if (log_to.json) {
		line = json ? json_dumps(json, JSON_COMPACT) : NULL;
		if (line)
			dprintf(log_to.fd, "%s\n", line);
	} else {
		line = json ? json_dumps(json_object_get(json, "msg"), JSON_ENCODE_ANY) : NULL;
		if (line)
			dprintf(log_to.fd, "time=\"%s\" level=%s msg=%s\n", when, level, line);
	}
	free(line);
	json_decref(json);
}

void oci_log(enum oci_log_level level, const char *format, ...)
{
	static const char *const names[] = { "debug", "warning", "error" };
	char text[1024];
	va_list args;

	if (level == OCI_LOG_DEBUG && !log_to.debug)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (log_to.fd >= 0)
		line_write(names[level], text);
	if (level == OCI_LOG_ERROR || (log_to.fd < 0 && log_to.debug))
		fprintf(stderr, "vmctl: oci: %s\n", text);
}
