// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bpf.h"

#define TYPES	"/sys/kernel/btf/vmlinux"

static int sys_bpf(int command, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

static void *read_types(void)
{
	int fd = open(TYPES, O_RDONLY);
	struct stat st;
	size_t had = 0;
	ssize_t got;
	char *all;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	all = malloc((size_t)st.st_size);
	while (all && had < (size_t)st.st_size &&
	       (got = read(fd, all + had, (size_t)st.st_size - had)) > 0)
		had += (size_t)got;
	close(fd);
	return all;
}

/* What follows the type itself. */
static size_t more_bytes(const struct btf_type *type)
{
	size_t n = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	}
	return 0;
}

/* The number of @function in the kernel's types; 0: it is not there */
static unsigned int function_id(const char *function)
{
	struct btf_header *header = read_types();
	const char *at, *end, *names;
	const struct btf_type *type;
	unsigned int id, found = 0;

	if (!header)
		return 0;
	at = (const char *)header + header->hdr_len + header->type_off;
	end = at + header->type_len;
	names = (const char *)header + header->hdr_len + header->str_off;
	for (id = 1; at < end && !found; id++) {
		type = (const struct btf_type *)at;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(names + type->name_off, function))
			found = id;
		at += sizeof(*type) + more_bytes(type);
	}
	free(header);
	return found;
}

int bpf_attach(enum bpf_prog_type type, enum bpf_attach_type how, const char *function, int value)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = value },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type, .insns = (unsigned long)code, .insn_cnt = 2,
		.license = (unsigned long)"GPL", .expected_attach_type = how,
		.attach_btf_id = function_id(function),
	};
	int program, link;

	if (!attr.attach_btf_id)
		return -ENOENT;
	program = sys_bpf(BPF_PROG_LOAD, &attr);
	if (program < 0)
		return program;
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = (unsigned int)program;
	link = sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
	close(program);
	return link;
}
