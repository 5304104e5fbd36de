// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has a BPF program answer hypercalls: loads it, attaches it, and waits to be ended.
 *
 * usage: handler_bpf [OBJECT]	(as root); handler.bpf.o in the working directory
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "handler.bpf.o";
	struct bpf_object *object;
	struct bpf_program *program;

	if (access("/sys/kernel/btf/hull", R_OK))
		errx(1, "hull.ko has no BTF here: it takes Linux 6.9 or later, and the kernel's vmlinux where hull.ko was built");
	object = bpf_object__open_file(path, NULL);
	if (!object)
		err(1, "%s", path);
	if (bpf_object__load(object))
		errx(1, "%s is refused, see above", path);
	bpf_object__for_each_program(program, object)
		if (!bpf_program__attach(program))
			err(1, "cannot attach %s", bpf_program__name(program));
	printf("serving; Ctrl-C ends it\n");
	fflush(stdout);
	/* Programs are attached as long as this process lives. */
	pause();
	return 0;
}
