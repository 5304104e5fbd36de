// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command while policy.bpf.o is attached and confines a cgroup.
 *
 * usage: policy_bpf OBJECT CGROUP COMMAND
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

struct rule_key {
	uint64_t cgroup, what;
};

static uint64_t number_of(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		err(1, "%s", path);
	return st.st_ino;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct bpf_program *program;
	struct rule_key key;
	uint32_t allow = 0;
	int groups, rules;
	unsigned int i;

	if (argc != 4)
		errx(2, "usage: policy_bpf OBJECT CGROUP COMMAND");
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		err(1, "%s", argv[1]);
	groups = bpf_object__find_map_fd_by_name(object, "groups");
	rules = bpf_object__find_map_fd_by_name(object, "rules");
	key.cgroup = number_of(argv[2]);
	if (bpf_map_update_elem(groups, &key.cgroup, &allow, BPF_ANY))
		err(1, "groups");

	const uint64_t what[] = {
		number_of("/etc/hostname"), 1ull << 48 | number_of("/bin/policy_tiny"),
		2ull << 48, 3ull << 48,
	};

	for (i = 0; i < sizeof(what) / sizeof(*what); i++) {
		key.what = what[i];
		if (bpf_map_update_elem(rules, &key, &allow, BPF_ANY))
			err(1, "rules");
	}
	bpf_object__for_each_program(program, object)
		if (!bpf_program__attach(program))
			err(1, "%s", bpf_program__name(program));
	return system(argv[3]) ? 1 : 0;
}
