/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF executables of either class, little endian, for x86: checked, then loaded by p_paddr. */
#ifndef HULL_VMM_BOOT_ELF_H
#define HULL_VMM_BOOT_ELF_H

#include "layout.h"

#define ELF_SEGMENTS_MAX	64

struct elf_segment {
	uint64_t offset, filesz, paddr, vaddr, memsz;
};

/* What matters of a file, read once. Segments: PT_LOAD with memsz; notes: PT_NOTE. */
struct elf_image {
	bool wide;			/* 64-bit class */
	uint16_t machine;
	uint64_t entry;
	unsigned int segments, notes;
	struct elf_segment segment[ELF_SEGMENTS_MAX], note[ELF_SEGMENTS_MAX];
};

/** elf_magic - is it an ELF file at all */
bool elf_magic(const struct boot_file *file);
/** elf_parse - Return: 0; -1 and *@error: not one we can load */
int elf_parse(const struct boot_file *file, struct elf_image *image, struct vmm_error *error);
/**
 * elf_note_find - a note by owner and type
 *
 * Return: its value (4 or 8 bytes) in *@value and true; false when there is none.
 */
bool elf_note_find(const struct boot_file *file, const struct elf_image *image,
		   const char *owner, uint32_t type, uint64_t *value);
/** elf_load - copy the segments; *@span: from the lowest to the highest byte used */
int elf_load(const struct boot_request *request, const struct elf_image *image,
	     struct span *span, struct vmm_error *error);
/** elf_entry_physical - e_entry may be physical or virtual; Return: 0 when in no segment */
uint64_t elf_entry_physical(const struct elf_image *image);

#endif
