// SPDX-License-Identifier: GPL-2.0-only
/* Loading of kernels: where everything ends up, and a sentence for whatever is broken. */
#include "../include/hull_tap.h"
#include "boot_images.h"

#define MEMORY		(16ull << 20)
#define CMDLINE		"console=ttyS0 test"

static struct vmm_memory memory;
static struct boot_entry entry;
static struct vmm_error error;

static int load_with(const struct boot_file *kernel, const struct boot_file *initrd,
		     const char *cmdline)
{
	struct boot_request request = {
		.kernel = *kernel, .cmdline = cmdline, .cpus = 2, .memory = &memory,
	};
	uint64_t size = memory.size;

	if (initrd)
		request.initrd = *initrd;
	vmm_memory_unmap(&memory);
	image_memory(&memory, size ? size : MEMORY);
	memset(&entry, 0, sizeof(entry));
	memset(&error, 0, sizeof(error));
	return boot_load(&request, &entry, &error);
}

/* From a copy of exactly its size, so that the sanitizer sees what reads past the end. */
static int load(const struct image *image, size_t size, const char *cmdline)
{
	struct boot_file kernel = { malloc(size ? size : 1), size };
	int ret;

	memcpy((void *)kernel.data, image->data, size);
	ret = load_with(&kernel, NULL, cmdline);
	free((void *)kernel.data);
	return ret;
}

static const uint8_t *at(uint64_t addr)
{
	return vmm_memory_at(&memory, addr, 1);
}

static uint32_t u32_at(uint64_t addr)
{
	uint32_t value;

	memcpy(&value, at(addr), sizeof(value));
	return value;
}

static uint64_t u64_at(uint64_t addr)
{
	uint64_t value;

	memcpy(&value, at(addr), sizeof(value));
	return value;
}

static bool sums_to_zero(uint64_t addr, uint64_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *at(addr++));
	return !sum;
}

/* --- what works ------------------------------------------------------------ */

static void test_bzimage(void)
{
	const struct boot_params *params;
	uint8_t initrd_data[5000];
	struct boot_file initrd = { initrd_data, sizeof(initrd_data) }, kernel;
	struct image image;

	memset(initrd_data, 0x1d, sizeof(initrd_data));
	image_bzimage(&image);
	kernel = image_file(&image);
	tap_ok(!load_with(&kernel, &initrd, CMDLINE), "bzImage loads: %s", error.text);
	params = (const struct boot_params *)at(entry.rsi);
	tap_ok(entry.mode == BOOT_LONG && entry.rip == IMAGE_ADDR + 0x200, "its 64-bit entry");
	tap_ok(*at(IMAGE_ADDR) == 0xb5 && *at(IMAGE_ADDR + IMAGE_PAYLOAD - 1) == 0xb5 &&
	       !*at(IMAGE_ADDR + IMAGE_PAYLOAD), "its payload, and not more");
	tap_ok(!strcmp((const char *)at(params->hdr.cmd_line_ptr), CMDLINE) &&
	       params->hdr.type_of_loader == 0xff, "command line, type of loader");
	tap_ok(params->hdr.ramdisk_image == ((MEMORY - sizeof(initrd_data)) & ~4095ull) &&
	       params->hdr.ramdisk_size == sizeof(initrd_data) &&
	       !memcmp(at(params->hdr.ramdisk_image), initrd_data, sizeof(initrd_data)),
	       "initrd at the end of memory");
	tap_ok(params->e820_entries == 4 && params->e820_table[3].addr == 0x100000 &&
	       params->e820_table[3].size == MEMORY - 0x100000, "memory map");
	tap_ok(u64_at(0x500 + 0x10) == 0x00af9b000000ffff, "64-bit code segment");
	tap_ok((u64_at(0x9000) & 1) && (u64_at(0xa000 + 3 * 8) & 1) && u64_at(0xb008) == 0x200083,
	       "page tables");
}

static void test_bzimage_address(void)
{
	struct image image;

	image_bzimage(&image);
	image_setup(&image)->pref_address = 1ull << 40;
	tap_ok(!load(&image, image.size, "") && entry.rip == 0x200000 + 0x200,
	       "relocated when the preferred address is no memory");
	image_setup(&image)->pref_address = MEMORY - IMAGE_INIT_SIZE;
	tap_ok(!load(&image, image.size, "") && entry.rip == MEMORY - IMAGE_INIT_SIZE + 0x200,
	       "at the very end of memory");
	image_setup(&image)->pref_address = MEMORY - IMAGE_INIT_SIZE + 1;
	image_setup(&image)->relocatable_kernel = 0;
	tap_ok(load(&image, image.size, "") && strstr(error.text, "kernel larger than memory"),
	       "not one byte further: %s", error.text);
}

static void test_elf(void)
{
	struct image image;

	image_elf64(&image, 0);
	tap_ok(!load(&image, image.size, CMDLINE) && entry.mode == BOOT_LONG &&
	       entry.rip == IMAGE_ADDR + 0x10, "ELF, physical entry: %s", error.text);
	tap_ok(*at(IMAGE_ADDR) == 0xe6 && *at(IMAGE_ADDR + IMAGE_CODE_LEN - 1) == 0xe6 &&
	       !*at(IMAGE_ADDR + IMAGE_CODE_LEN), "its segment");
	image_elf64_header(&image)->e_entry = IMAGE_VIRTUAL + 0x30;
	tap_ok(!load(&image, image.size, CMDLINE) && entry.rip == IMAGE_ADDR + 0x30,
	       "ELF, virtual entry");
	image_elf64(&image, IMAGE_ADDR + 0x44);
	tap_ok(!load(&image, image.size, CMDLINE) && entry.mode == BOOT_PROTECTED &&
	       entry.rip == IMAGE_ADDR + 0x44 && !strcmp(entry.protocol, "PVH"),
	       "ELF with PVH note");
	tap_ok(u32_at(entry.rbx) == 0x336ec578 && u64_at(entry.rbx + 32) == 0xe0000 &&
	       !strcmp((const char *)at(u64_at(entry.rbx + 24)), CMDLINE), "PVH start information");
	image_elf32(&image, IMAGE_ADDR + 0x48);
	tap_ok(!load(&image, image.size, CMDLINE) && entry.rip == IMAGE_ADDR + 0x48,
	       "32-bit ELF with PVH note");
}

static void test_multiboot(void)
{
	uint8_t module_data[100] = { 1 };
	struct boot_file module = { module_data, sizeof(module_data) }, kernel;
	struct image image;

	image_multiboot(&image);
	kernel = image_file(&image);
	tap_ok(!load_with(&kernel, &module, CMDLINE) && entry.mode == BOOT_PROTECTED &&
	       entry.rip == IMAGE_ADDR + 0x60 && entry.rax == 0x2badb002, "multiboot: %s",
	       error.text);
	tap_ok(u32_at(IMAGE_ADDR + 0x20) == 0x1badb002 && *at(IMAGE_ADDR + 0x60) == 0xfa,
	       "what the header says where it says");
	tap_ok((u32_at(entry.rbx) & 0x4d) == 0x4d && u32_at(entry.rbx + 8) == (MEMORY >> 10) - 1024,
	       "multiboot information");
	tap_ok(u32_at(entry.rbx + 20) == 1 &&
	       u32_at(u32_at(entry.rbx + 24) + 4) - u32_at(u32_at(entry.rbx + 24)) == 100 &&
	       *at(u32_at(u32_at(entry.rbx + 24))) == 1, "initrd is its first module");
	image_elf32(&image, 0);
	memmove(image.data + 0x400, image.data + 0x40, 12);
	((uint32_t *)(image.data + 0x400))[0] = 0x1badb002;
	((uint32_t *)(image.data + 0x400))[1] = 3;
	((uint32_t *)(image.data + 0x400))[2] = -(0x1badb002u + 3);
	tap_ok(!load(&image, image.size, CMDLINE) && entry.rip == IMAGE_ADDR + 0x20,
	       "multiboot ELF: %s", error.text);
}

static void test_tables(void)
{
	uint64_t xsdt, fadt, madt, dsdt, end, addr;
	unsigned int cpus = 0, ioapics = 0;
	struct image image;

	image_bzimage(&image);
	load(&image, image.size, "");
	tap_ok(!memcmp(at(0xe0000), "RSD PTR ", 8) && sums_to_zero(0xe0000, 20) &&
	       sums_to_zero(0xe0000, 36), "RSDP");
	xsdt = u64_at(0xe0000 + 24);
	tap_ok(!memcmp(at(xsdt), "XSDT", 4) && sums_to_zero(xsdt, u32_at(xsdt + 4)), "XSDT");
	fadt = u64_at(xsdt + 36);
	madt = u64_at(xsdt + 44);
	dsdt = u64_at(fadt + 140);
	tap_ok(!memcmp(at(fadt), "FACP", 4) && sums_to_zero(fadt, u32_at(fadt + 4)) &&
	       u32_at(fadt + 4) == 268 && u32_at(fadt + 40) == dsdt, "FADT");
	tap_ok(!memcmp(at(dsdt), "DSDT", 4) && sums_to_zero(dsdt, u32_at(dsdt + 4)), "DSDT");
	tap_ok(!memcmp(at(madt), "APIC", 4) && sums_to_zero(madt, u32_at(madt + 4)), "MADT");
	end = madt + u32_at(madt + 4);
	for (addr = madt + 44; addr < end && *at(addr + 1); addr += *at(addr + 1)) {
		cpus += *at(addr) == 0;
		ioapics += *at(addr) == 1;
	}
	tap_ok(addr == end && cpus == 2 && ioapics == 1, "MADT's entries");
	tap_ok(!memcmp(at(0xf0000), "_MP_", 4) && sums_to_zero(0xf0000, 16) &&
	       !memcmp(at(u32_at(0xf0004)), "PCMP", 4) &&
	       sums_to_zero(u32_at(0xf0004), u32_at(u32_at(0xf0004) + 4) & 0xffff), "MP table");
}

static void test_memory(void)
{
	struct vmm_memory big;

	vmm_memory_layout(&big, 5ull << 30);
	tap_ok(big.count == 2 && big.regions[0].size == 3ull << 30 &&
	       big.regions[1].base == 1ull << 32 && big.regions[1].size == 2ull << 30,
	       "5 GiB have a hole below 4 GiB");
	tap_ok(vmm_memory_at(&memory, 0, MEMORY) && !vmm_memory_at(&memory, 0, MEMORY + 1) &&
	       !vmm_memory_at(&memory, MEMORY, 1) && !vmm_memory_at(&memory, 1, UINT64_MAX) &&
	       !vmm_memory_at(&memory, UINT64_MAX, 2), "ranges are checked without overflow");
}

/* --- what does not --------------------------------------------------------- */

/* Damage done to a good file: @value of @width bytes at @offset. */
struct damage {
	const char *name;
	void (*make)(struct image *image);
	size_t offset, width;
	uint64_t value;
	const char *says;
};

static void plain_elf64(struct image *image)
{
	image_elf64(image, 0);
}

static void pvh_elf64(struct image *image)
{
	image_elf64(image, IMAGE_ADDR);
}

static void plain_elf32(struct image *image)
{
	image_elf32(image, 0);
}

#define SETUP(field)	(0x1f1 + offsetof(struct setup_header, field)), \
			sizeof(((struct setup_header *)0)->field)
#define EHDR(field)	offsetof(Elf64_Ehdr, field), sizeof(((Elf64_Ehdr *)0)->field)
#define PHDR(i, field)	(sizeof(Elf64_Ehdr) + (i) * sizeof(Elf64_Phdr) + \
			 offsetof(Elf64_Phdr, field)), sizeof(((Elf64_Phdr *)0)->field)
#define MB(i)		(0x40 + 4 * (i)), 4

static const struct damage damages[] = {
	{ "no magic", image_bzimage, SETUP(header), 0, "not a kernel" },
	{ "old protocol", image_bzimage, SETUP(version), 0x204, "boot protocol 2.04" },
	{ "32-bit bzImage", image_bzimage, SETUP(xloadflags), 0, "64-bit entry" },
	{ "low bzImage", image_bzimage, SETUP(loadflags), 0, "below 1 MiB" },
	{ "alignment 0", image_bzimage, SETUP(kernel_alignment), 0, "alignment" },
	{ "alignment 3", image_bzimage, SETUP(kernel_alignment), 3, "alignment" },
	{ "alignment 2 GiB", image_bzimage, SETUP(kernel_alignment), 1u << 31, "alignment" },
	{ "init_size 0", image_bzimage, SETUP(init_size), 0, "what memory" },
	{ "init_size 4 GiB", image_bzimage, SETUP(init_size), UINT32_MAX, "larger than memory" },
	{ "no code", image_bzimage, SETUP(syssize), 0, "no code" },
	{ "size wrong", image_bzimage, SETUP(syssize), 0x10000, "truncated bzImage: needs" },
	{ "size absurd", image_bzimage, SETUP(syssize), UINT32_MAX, "truncated bzImage: needs" },
	{ "setup past the end", image_bzimage, SETUP(setup_sects), 255, "truncated bzImage" },
	{ "command line", image_bzimage, SETUP(cmdline_size), 3, "command line too long" },
	{ "big-endian", plain_elf64, EI_DATA, 1, 2, "another machine" },
	{ "class", plain_elf64, EI_CLASS, 1, 9, "class" },
	{ "machine", plain_elf64, EHDR(e_machine), EM_AARCH64, "another machine" },
	{ "object file", plain_elf64, EHDR(e_type), ET_REL, "not an executable" },
	{ "no headers", plain_elf64, EHDR(e_phnum), 0, "without program headers" },
	{ "header size", plain_elf64, EHDR(e_phentsize), 1, "without program headers" },
	{ "headers past the end", plain_elf64, EHDR(e_phoff), 0x3fff, "truncated ELF" },
	{ "headers overflow", plain_elf64, EHDR(e_phoff), UINT64_MAX - 8, "truncated ELF" },
	{ "many headers", plain_elf64, EHDR(e_phnum), 0xffff, "truncated ELF" },
	{ "entry nowhere", plain_elf64, EHDR(e_entry), 0x10, "entry" },
	{ "nothing loaded", plain_elf64, PHDR(0, p_type), PT_NULL, "without anything to load" },
	{ "segment past the end", plain_elf64, PHDR(0, p_offset), 0x1001, "truncated ELF" },
	{ "segment overflow", plain_elf64, PHDR(0, p_offset), UINT64_MAX, "truncated ELF" },
	{ "filesz > memsz", plain_elf64, PHDR(0, p_memsz), 1, "larger in the file" },
	{ "low segment", plain_elf64, PHDR(0, p_paddr), 0x1000, "below 1 MiB" },
	{ "segment beyond memory", plain_elf64, PHDR(0, p_paddr), MEMORY, "larger than memory" },
	{ "segment wraps", plain_elf64, PHDR(0, p_paddr), UINT64_MAX - 4, "larger than memory" },
	{ "huge bss", plain_elf64, PHDR(0, p_memsz), UINT64_MAX, "larger than memory" },
	{ "overlap", plain_elf64, PHDR(1, p_type), PT_LOAD, "below 1 MiB" },
	{ "PVH entry", pvh_elf64, 0x800 + 20 + 16, 4, 0x123, "in no segment" },
	{ "32-bit ELF", plain_elf32, 0, 1, 0x7f, "without multiboot header or PVH" },
	{ "multiboot entry", image_multiboot, MB(7), 0x100, "entry" },
	{ "multiboot low", image_multiboot, MB(4), 0x1000, "does not fit" },
	{ "multiboot end", image_multiboot, MB(5), 0x100, "before its start" },
	{ "multiboot truncated", image_multiboot, MB(5), IMAGE_ADDR + 0x10000, "truncated" },
	{ "multiboot bss", image_multiboot, MB(6), IMAGE_ADDR + 1, "bss" },
	{ "multiboot huge", image_multiboot, MB(6), UINT32_MAX, "larger than memory" },
};

static void test_damages(void)
{
	struct image image;
	size_t i;
	int ret;

	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *damage = &damages[i];

		damage->make(&image);
		memcpy(image.data + damage->offset, &damage->value, damage->width);
		ret = load(&image, image.size, CMDLINE);
		tap_ok(ret && strstr(error.text, damage->says), "%s: %s", damage->name, error.text);
	}
}

/* Every shorter file fails; none is read past its end. */
static void test_truncation(void)
{
	void (*const makes[])(struct image *image) = { image_bzimage, pvh_elf64, image_multiboot };
	struct image image;
	unsigned int i;
	size_t size;
	bool ok;

	for (i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
		makes[i](&image);
		ok = true;
		/* the last paragraph of a bzImage need not be full */
		for (size = 0; size < image.size - 15; size += size < 0x400 ? 1 : 61)
			ok &= load(&image, size, CMDLINE) && error.text[0];
		tap_ok(ok, "truncated file %u", i);
	}
}

static void test_flags(void)
{
	struct image image;

	image_multiboot(&image);
	image_multiboot_flags(&image, 1u << 16 | 1u << 9);
	tap_ok(load(&image, image.size, "") && strstr(error.text, "features 0x200"), "%s",
	       error.text);
	image_multiboot_flags(&image, 3);
	tap_ok(load(&image, image.size, "") && strstr(error.text, "neither ELF"), "%s", error.text);
}

static void test_room(void)
{
	uint8_t *data = calloc(1, MEMORY);
	struct boot_file initrd = { data, MEMORY }, kernel;
	struct image image;

	image_bzimage(&image);
	kernel = image_file(&image);
	tap_ok(load_with(&kernel, &initrd, "") && strstr(error.text, "initrd larger than memory"),
	       "%s", error.text);
	initrd.size = MEMORY - IMAGE_ADDR - IMAGE_INIT_SIZE;
	tap_ok(!load_with(&kernel, &initrd, ""), "initrd up to the kernel: %s", error.text);
	initrd.size++;
	tap_ok(load_with(&kernel, &initrd, ""), "one byte more does not fit: %s", error.text);
	/* The kernel at the end: then below it. */
	image_setup(&image)->pref_address = MEMORY - IMAGE_INIT_SIZE;
	initrd.size = 0x10000;
	tap_ok(!load_with(&kernel, &initrd, "") &&
	       u32_at(entry.rsi + 0x218) == MEMORY - IMAGE_INIT_SIZE - 0x10000,
	       "initrd below a kernel at the end");
	initrd = (struct boot_file){ data, MEMORY };
	image_multiboot(&image);
	kernel = image_file(&image);
	tap_ok(load_with(&kernel, &initrd, "") && strstr(error.text, "initrd larger than memory"),
	       "multiboot: %s", error.text);
	memory.size = 0x1ff000;
	tap_ok(load(&image, image.size, "") && strstr(error.text, "kernel larger than memory"),
	       "%s", error.text);
	memory.size = 4096;
	tap_ok(load(&image, image.size, "") && strstr(error.text, "1 MiB"), "%s", error.text);
	memory.size = MEMORY;
	free(data);
}

int main(void)
{
	tap_plan(8 + 3 + 6 + 5 + 7 + 2 + sizeof(damages) / sizeof(damages[0]) + 3 + 2 + 7);
	test_bzimage();
	test_bzimage_address();
	test_elf();
	test_multiboot();
	test_tables();
	test_memory();
	test_damages();
	test_truncation();
	test_flags();
	test_room();
	vmm_memory_unmap(&memory);
	return tap_end();
}
