/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel files in miniature, one of each kind that the VMM loads, to be damaged by
 * tests; and a guest's memory to load them into.
 */
#ifndef HULL_UNIT_BOOT_IMAGES_H
#define HULL_UNIT_BOOT_IMAGES_H

#include <asm/bootparam.h>
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../../userland/vmm/boot/boot.h"

#define IMAGE_ROOM	0x4000
#define IMAGE_CODE	0x1000		/* where code is in an ELF file */
#define IMAGE_CODE_LEN	0x800
#define IMAGE_ADDR	0x200000ull	/* where it is loaded */
#define IMAGE_VIRTUAL	0xffffffff80200000ull
#define IMAGE_BSS	0x1000
#define IMAGE_SETUP	(5 * 512)	/* of a bzImage: four sectors and the first */
#define IMAGE_PAYLOAD	0x1000
#define IMAGE_INIT_SIZE	0x10000

struct image {
	uint8_t data[IMAGE_ROOM];
	size_t size;
};

static inline struct boot_file image_file(const struct image *image)
{
	return (struct boot_file){ image->data, image->size };
}

static inline struct setup_header *image_setup(struct image *image)
{
	return (struct setup_header *)(image->data + 0x1f1);
}

static inline void image_bzimage(struct image *image)
{
	struct setup_header header = {
		.setup_sects = 4, .syssize = IMAGE_PAYLOAD / 16, .boot_flag = 0xaa55,
		.header = 0x53726448, .version = 0x20f, .loadflags = LOADED_HIGH,
		.xloadflags = XLF_KERNEL_64, .kernel_alignment = 0x200000,
		.relocatable_kernel = 1, .pref_address = IMAGE_ADDR,
		.init_size = IMAGE_INIT_SIZE, .initrd_addr_max = 0x7fffffff,
		.cmdline_size = 255,
	};

	memset(image, 0, sizeof(*image));
	memcpy(image_setup(image), &header, sizeof(header));
	/* jmp over the header */
	image->data[0x200] = 0xeb;
	image->data[0x201] = (uint8_t)(0x1f1 + sizeof(header) - 0x202);
	memset(image->data + IMAGE_SETUP, 0xb5, IMAGE_PAYLOAD);
	image->size = IMAGE_SETUP + IMAGE_PAYLOAD;
}

/* An ELF note; Return: bytes */
static inline uint32_t image_note(uint8_t *at, const char *owner, uint32_t type, uint32_t value)
{
	Elf64_Nhdr note = { (uint32_t)strlen(owner) + 1, sizeof(value), type };
	uint32_t name = (note.n_namesz + 3) & ~3u;

	memcpy(at, &note, sizeof(note));
	memcpy(at + sizeof(note), owner, note.n_namesz);
	memcpy(at + sizeof(note) + name, &value, sizeof(value));
	return (uint32_t)sizeof(note) + name + sizeof(value);
}

static inline Elf64_Ehdr *image_elf64_header(struct image *image)
{
	return (Elf64_Ehdr *)image->data;
}

/* [0]: what is loaded, [1]: notes */
static inline Elf64_Phdr *image_elf64_segment(struct image *image, unsigned int i)
{
	return (Elf64_Phdr *)(image->data + sizeof(Elf64_Ehdr)) + i;
}

static inline void image_elf64(struct image *image, uint32_t pvh_entry)
{
	uint32_t at = 0x800, len;

	memset(image, 0, sizeof(*image));
	len = image_note(image->data + at, "GNU", 3, 0);
	if (pvh_entry)
		len += image_note(image->data + at + len, "Xen", 18, pvh_entry);
	*image_elf64_header(image) = (Elf64_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_entry = IMAGE_ADDR + 0x10, .e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2,
	};
	*image_elf64_segment(image, 0) = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_offset = IMAGE_CODE, .p_vaddr = IMAGE_VIRTUAL,
		.p_paddr = IMAGE_ADDR, .p_filesz = IMAGE_CODE_LEN,
		.p_memsz = IMAGE_CODE_LEN + IMAGE_BSS, .p_align = 4096,
	};
	*image_elf64_segment(image, 1) = (Elf64_Phdr){
		.p_type = PT_NOTE, .p_offset = at, .p_filesz = len, .p_memsz = len, .p_align = 4,
	};
	memset(image->data + IMAGE_CODE, 0xe6, IMAGE_CODE_LEN);
	image->size = IMAGE_CODE + IMAGE_CODE_LEN;
}

static inline void image_elf32(struct image *image, uint32_t pvh_entry)
{
	uint32_t at = 0x800, len = 0;
	Elf32_Phdr *segment;

	memset(image, 0, sizeof(*image));
	if (pvh_entry)
		len = image_note(image->data + at, "Xen", 18, pvh_entry);
	*(Elf32_Ehdr *)image->data = (Elf32_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT,
		.e_entry = IMAGE_ADDR + 0x20, .e_phoff = sizeof(Elf32_Ehdr),
		.e_ehsize = sizeof(Elf32_Ehdr), .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 2,
	};
	segment = (Elf32_Phdr *)(image->data + sizeof(Elf32_Ehdr));
	segment[0] = (Elf32_Phdr){
		.p_type = PT_LOAD, .p_offset = IMAGE_CODE, .p_vaddr = IMAGE_ADDR,
		.p_paddr = IMAGE_ADDR, .p_filesz = IMAGE_CODE_LEN,
		.p_memsz = IMAGE_CODE_LEN + IMAGE_BSS, .p_align = 4096,
	};
	segment[1] = (Elf32_Phdr){
		.p_type = PT_NOTE, .p_offset = at, .p_filesz = len, .p_memsz = len, .p_align = 4,
	};
	memset(image->data + IMAGE_CODE, 0x32, IMAGE_CODE_LEN);
	image->size = IMAGE_CODE + IMAGE_CODE_LEN;
}

static inline uint32_t *image_multiboot_header(struct image *image)
{
	return (uint32_t *)(image->data + 0x40);
}

static inline void image_multiboot_flags(struct image *image, uint32_t flags)
{
	uint32_t *header = image_multiboot_header(image);

	header[0] = 0x1badb002;
	header[1] = flags;
	header[2] = -(header[0] + flags);
}

/* No ELF: the header tells the addresses. The file's byte 0x20 is what is loaded first. */
static inline void image_multiboot(struct image *image)
{
	uint32_t *header = image_multiboot_header(image);

	memset(image, 0, sizeof(*image));
	image_multiboot_flags(image, 1u << 16 | 3);
	header[3] = IMAGE_ADDR + 0x20;			/* header_addr */
	header[4] = IMAGE_ADDR;				/* load_addr */
	header[5] = IMAGE_ADDR + IMAGE_CODE_LEN;	/* load_end_addr */
	header[6] = IMAGE_ADDR + IMAGE_CODE_LEN + IMAGE_BSS;
	header[7] = IMAGE_ADDR + 0x60;			/* entry_addr */
	memset(image->data + 0x80, 0xfa, IMAGE_CODE_LEN);
	image->size = 0x20 + IMAGE_CODE_LEN;
}

/* Zeroed memory, as a VM has it. */
static inline void image_memory(struct vmm_memory *memory, uint64_t size)
{
	unsigned int i;

	vmm_memory_layout(memory, size);
	for (i = 0; i < memory->count; i++) {
		memory->regions[i].host = mmap(NULL, memory->regions[i].size,
					       PROT_READ | PROT_WRITE,
					       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (memory->regions[i].host == MAP_FAILED)
			abort();
	}
}

#endif
