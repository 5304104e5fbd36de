// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkfastkernel BZIMAGE VMLINUX FASTBOOT > IMAGE - a bzImage that need not decompress
 *
 * The real-mode part of BZIMAGE, then FASTBOOT (fastboot.S, linked at 0), then the
 * segments of VMLINUX as they lie in memory. The kernel itself is not changed by a bit;
 * it is not relocated either, so it must run with "nokaslr".
 */
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields of the boot header, Documentation/arch/x86/boot.rst. */
#define SETUP_SECTS	0x1f1
#define SYSSIZE		0x1f4
#define HEADER_MAGIC	0x202
#define PREF_ADDRESS	0x258
#define INIT_SIZE	0x260

#define ALIGN_UP(x, to)	(((x) + (to) - 1) / (to) * (to))
#define LARGE_PAGE	0x200000UL

struct file {
	unsigned char *data;
	size_t size;
};

/* As fastboot.S has it, 8 bytes from its start. */
struct params {
	uint32_t dest, bytes, zeros, entry, image;
};
#define PARAMS_OFFSET	8

static void die(const char *what, const char *why)
{
	fprintf(stderr, "mkfastkernel: %s: %s\n", what, why);
	exit(1);
}

static struct file read_file(const char *path)
{
	struct file file = { 0 };
	FILE *f = fopen(path, "rb");
	long size;

	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0)
		die(path, strerror(errno));
	rewind(f);
	file.size = size;
	file.data = malloc(size + 1);
	if (!file.data || fread(file.data, 1, size, f) != file.size)
		die(path, "cannot read");
	fclose(f);
	return file;
}

/* Lays the segments out as in memory, from the lowest address; sets dest and zeros. */
static struct file load_segments(const struct file *elf, struct params *params)
{
	const Elf64_Ehdr *head = (const void *)elf->data;
	const Elf64_Phdr *seg = (const void *)(elf->data + head->e_phoff);
	uint64_t low = UINT64_MAX, high = 0;
	struct file image;
	int i;

	for (i = 0; i < head->e_phnum; i++) {
		if (seg[i].p_type != PT_LOAD)
			continue;
		if (seg[i].p_offset + seg[i].p_filesz > elf->size)
			die("vmlinux", "truncated");
		if (seg[i].p_paddr < low)
			low = seg[i].p_paddr;
		if (seg[i].p_paddr + seg[i].p_memsz > high)
			high = seg[i].p_paddr + seg[i].p_memsz;
	}
	if (low >= high || high > 0x40000000)
		die("vmlinux", "no kernel for low memory");
	image.size = high - low;
	image.data = calloc(1, image.size + 4);
	if (!image.data)
		die("vmlinux", "out of memory");
	for (i = 0; i < head->e_phnum; i++)
		if (seg[i].p_type == PT_LOAD)
			memcpy(image.data + seg[i].p_paddr - low,
			       elf->data + seg[i].p_offset, seg[i].p_filesz);
	/* Zeros at the end need not be read from the disc. */
	while (image.size && !image.data[image.size - 1])
		image.size--;
	image.size = ALIGN_UP(image.size, 4);
	params->dest = low;
	params->bytes = image.size;
	params->zeros = ALIGN_UP(high - low - image.size, 4);
	params->entry = head->e_entry;
	return image;
}

static void put32(unsigned char *at, uint32_t value)
{
	memcpy(at, &value, 4);
}

int main(int argc, char **argv)
{
	struct file setup, elf, stub, image;
	struct params params;
	uint32_t load, body;
	size_t setup_size;

	if (argc != 4)
		die("usage", "mkfastkernel BZIMAGE VMLINUX FASTBOOT");
	setup = read_file(argv[1]);
	elf = read_file(argv[2]);
	stub = read_file(argv[3]);
	if (setup.size < 0x1000 || memcmp(setup.data + HEADER_MAGIC, "HdrS", 4))
		die(argv[1], "not a bzImage");
	if (elf.size < sizeof(Elf64_Ehdr) || memcmp(elf.data, ELFMAG, SELFMAG))
		die(argv[2], "not an ELF file");
	setup_size = (setup.data[SETUP_SECTS] + 1) * 512;
	image = load_segments(&elf, &params);
	params.image = stub.size;
	memcpy(stub.data + PARAMS_OFFSET, &params, sizeof(params));

	/* Ask to be loaded behind the place that the kernel is copied to. */
	load = ALIGN_UP(params.dest + params.bytes + params.zeros, LARGE_PAGE);
	body = ALIGN_UP(stub.size + image.size, 16);
	put32(setup.data + SYSSIZE, body / 16);
	put32(setup.data + PREF_ADDRESS, load);
	put32(setup.data + PREF_ADDRESS + 4, 0);
	put32(setup.data + INIT_SIZE, ALIGN_UP(body, 4096));
	fwrite(setup.data, 1, setup_size, stdout);
	fwrite(stub.data, 1, stub.size, stdout);
	fwrite(image.data, 1, image.size, stdout);
	for (body -= stub.size + image.size; body; body--)
		putchar(0);
	return fflush(stdout) || ferror(stdout);
}
