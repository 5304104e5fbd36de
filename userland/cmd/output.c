// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmd/output.h>

#define NSEC_PER_SEC	UINT64_C(1000000000)

const char *text_bytes(uint64_t bytes, char text[TEXT_BYTES])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;
	uint64_t tenths = 0;

	while (bytes >= 1024 && unit < 4) {
		tenths = bytes % 1024 * 10 / 1024;
		bytes /= 1024;
		unit++;
	}
	if (tenths)
		snprintf(text, TEXT_BYTES, "%" PRIu64 ".%" PRIu64 " %s", bytes, tenths, units[unit]);
	else
		snprintf(text, TEXT_BYTES, "%" PRIu64 " %s", bytes, units[unit]);
	return text;
}

const char *text_ns(uint64_t ns, char text[TEXT_BYTES])
{
	snprintf(text, TEXT_BYTES, "%" PRIu64 ".%03" PRIu64 " s", ns / NSEC_PER_SEC,
		 ns % NSEC_PER_SEC / 1000000);
	return text;
}

const char *text_time(uint64_t ns, char text[TEXT_BYTES])
{
	time_t seconds = (time_t)(ns / NSEC_PER_SEC);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) || !strftime(text, TEXT_BYTES, "%F %T", &tm))
		snprintf(text, TEXT_BYTES, "?");
	return text;
}

void bits_print(const struct hull_bit_name *names, uint64_t bits, const char *none)
{
	const char *between = "";

	for (; names->name; names++) {
		if (!(bits & names->bit))
			continue;
		printf("%s%s", between, names->name);
		between = ", ";
	}
	if (!*between)
		printf("%s", none);
}

void row_begin(const char *name)
{
	printf("%-14s ", name);
}

void row_print(const char *name, const char *format, ...)
{
	va_list args;

	row_begin(name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

char *text_clean(char *text)
{
	char *c;

	for (c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return text;
}

void json_put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

void json_put_u64(json_t *object, const char *key, uint64_t value)
{
	json_put(object, key, json_integer((json_int_t)value));
}

/* JSON is UTF-8. What is not has come from a guest or a VMM: bytes above 127 become '?'. */
void json_put_text(json_t *object, const char *key, const char *text)
{
	json_t *value = json_string(text);
	char *ascii, *c;

	if (!value && (ascii = strdup(text))) {
		for (c = ascii; *c; c++)
			if (!isascii((unsigned char)*c))
				*c = '?';
		value = json_string(ascii);
		free(ascii);
	}
	json_put(object, key, value);
}

json_t *json_bits(const struct hull_bit_name *names, uint64_t bits)
{
	json_t *array = json_array();

	for (; names->name; names++)
		if (bits & names->bit)
			json_array_append_new(array, json_string(names->name));
	return array;
}

static json_t *json_groups(const struct hull_vm_info *vm)
{
	json_t *array = json_array(), *object;
	const struct hull_guest_group *group;

	for (group = vm->groups; group < vm->groups + vm->n_groups; group++) {
		object = json_object();
		json_put_text(object, "name", group->name);
		json_put_u64(object, "id", group->id);
		json_put_u64(object, "allowed", group->allowed);
		json_put_u64(object, "denied", group->denied);
		json_put_u64(object, "audited", group->audited);
		json_array_append_new(array, object);
	}
	return array;
}

json_t *json_vm(const struct hull_vm_info *vm)
{
	json_t *object = json_object();

	json_put_u64(object, "id", vm->id);
	json_put_text(object, "name", vm->name);
	json_put_text(object, "state", hull_state_name(vm->state));
	json_put_text(object, "reason", hull_reason_name(vm->reason));
	json_put_text(object, "reason_text", vm->reason_text);
	json_put_text(object, "engine", hull_engine_name(vm->engine));
	json_put(object, "domain", vm->domain[0] ? json_string(vm->domain) : json_null());
	json_put(object, "memory", vm->memory ? json_integer((json_int_t)vm->memory) : json_null());
	json_put_u64(object, "cpus", vm->cpus);
	json_put_u64(object, "cpu_weight", vm->cpu_weight);
	json_put(object, "mitigations", json_bits(hull_mitigation_names, vm->mitigations));
	json_put(object, "flags", json_bits(hull_flag_names, vm->flags));
	json_put(object, "pid", vm->pid ? json_integer(vm->pid) : json_null());
	json_put_u64(object, "created_ns", vm->created);
	json_put(object, "started_ns",
		 vm->started ? json_integer((json_int_t)vm->started) : json_null());
	json_put_u64(object, "vcpus", vm->vcpus);
	json_put(object, "groups", json_groups(vm));
	return object;
}

int json_end(json_t *value)
{
	int failed = !value || json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);

	json_decref(value);
	if (failed)
		fprintf(stderr, "vmctl: cannot write JSON\n");
	else
		printf("\n");
	return failed;
}
