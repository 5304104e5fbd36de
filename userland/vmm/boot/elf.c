// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "elf.h"

bool elf_magic(const struct boot_file *file)
{
	return file->size >= SELFMAG && !memcmp(file->data, ELFMAG, SELFMAG);
}

/* @len bytes at @offset of the file, or NULL */
static const void *file_at(const struct boot_file *file, uint64_t offset, uint64_t len)
{
	if (offset > file->size || len > file->size - offset)
		return NULL;
	return file->data + offset;
}

/* The header, of either class, as the wider one. */
static int read_header(const struct boot_file *file, Elf64_Ehdr *wide, struct vmm_error *error)
{
	Elf32_Ehdr narrow;

	if (file->size < sizeof(narrow))
		return vmm_fail(error, ENOEXEC, "truncated ELF file: needs %zu bytes, has %llu",
				sizeof(narrow), (unsigned long long)file->size);
	memcpy(&narrow, file->data, sizeof(narrow));
	if (narrow.e_ident[EI_CLASS] == ELFCLASS64) {
		if (file->size < sizeof(*wide))
			return vmm_fail(error, ENOEXEC,
					"truncated ELF file: needs %zu bytes, has %llu",
					sizeof(*wide), (unsigned long long)file->size);
		memcpy(wide, file->data, sizeof(*wide));
		return 0;
	}
	memcpy(wide->e_ident, narrow.e_ident, sizeof(wide->e_ident));
	wide->e_type = narrow.e_type;
	wide->e_machine = narrow.e_machine;
	wide->e_entry = narrow.e_entry;
	wide->e_phoff = narrow.e_phoff;
	wide->e_phentsize = narrow.e_phentsize;
	wide->e_phnum = narrow.e_phnum;
	return 0;
}

static int check_header(const Elf64_Ehdr *header, struct vmm_error *error)
{
	bool wide = header->e_ident[EI_CLASS] == ELFCLASS64;
	size_t entry = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	if (!wide && header->e_ident[EI_CLASS] != ELFCLASS32)
		return vmm_fail(error, ENOEXEC, "not a kernel: ELF of unknown class %u",
				header->e_ident[EI_CLASS]);
	if (header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    (header->e_machine != EM_X86_64 && header->e_machine != EM_386))
		return vmm_fail(error, ENOEXEC, "not a kernel: ELF for another machine (%u)",
				header->e_machine);
	if (header->e_type != ET_EXEC)
		return vmm_fail(error, ENOEXEC, "not a kernel: ELF of type %u, not an executable",
				header->e_type);
	if (header->e_phentsize != entry || !header->e_phnum)
		return vmm_fail(error, ENOEXEC, "not a kernel: ELF without program headers");
	return 0;
}

static void read_segment(const void *data, bool wide, Elf64_Phdr *segment)
{
	Elf32_Phdr narrow;

	if (wide) {
		memcpy(segment, data, sizeof(*segment));
		return;
	}
	memcpy(&narrow, data, sizeof(narrow));
	segment->p_type = narrow.p_type;
	segment->p_offset = narrow.p_offset;
	segment->p_vaddr = narrow.p_vaddr;
	segment->p_paddr = narrow.p_paddr;
	segment->p_filesz = narrow.p_filesz;
	segment->p_memsz = narrow.p_memsz;
}

static int add_segment(const struct boot_file *file, struct elf_image *image,
		       const Elf64_Phdr *header, struct vmm_error *error)
{
	bool load = header->p_type == PT_LOAD;
	struct elf_segment segment = {
		.offset = header->p_offset, .filesz = header->p_filesz,
		.paddr = header->p_paddr, .vaddr = header->p_vaddr, .memsz = header->p_memsz,
	};

	if (load && !segment.memsz && !segment.filesz)
		return 0;
	if (!file_at(file, segment.offset, segment.filesz))
		return vmm_fail(error, ENOEXEC,
				"truncated ELF file: a segment needs %llu bytes at %llu, the file has %llu",
				(unsigned long long)segment.filesz,
				(unsigned long long)segment.offset,
				(unsigned long long)file->size);
	if (load && segment.filesz > segment.memsz)
		return vmm_fail(error, ENOEXEC,
				"broken ELF file: segment larger in the file than in memory");
	if ((load ? image->segments : image->notes) == ELF_SEGMENTS_MAX)
		return vmm_fail(error, ENOEXEC, "ELF file with more than %u segments",
				ELF_SEGMENTS_MAX);
	if (load)
		image->segment[image->segments++] = segment;
	else
		image->note[image->notes++] = segment;
	return 0;
}

int elf_parse(const struct boot_file *file, struct elf_image *image, struct vmm_error *error)
{
	const uint8_t *table;
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	unsigned int i;

	memset(image, 0, sizeof(*image));
	if (read_header(file, &header, error) || check_header(&header, error))
		return -1;
	image->wide = header.e_ident[EI_CLASS] == ELFCLASS64;
	image->machine = header.e_machine;
	image->entry = header.e_entry;
	table = file_at(file, header.e_phoff, (uint64_t)header.e_phnum * header.e_phentsize);
	if (!table)
		return vmm_fail(error, ENOEXEC,
				"truncated ELF file: its program headers are not in it");
	for (i = 0; i < header.e_phnum; i++) {
		read_segment(table + i * header.e_phentsize, image->wide, &segment);
		if (segment.p_type != PT_LOAD && segment.p_type != PT_NOTE)
			continue;
		if (add_segment(file, image, &segment, error))
			return -1;
	}
	if (!image->segments)
		return vmm_fail(error, ENOEXEC, "not a kernel: ELF without anything to load");
	return 0;
}

static bool note_in(const uint8_t *data, uint64_t size, const char *owner, uint32_t type,
		    uint64_t *value)
{
	uint64_t name_room, desc_room;
	Elf64_Nhdr note;		/* the same in both classes */

	while (size >= sizeof(note)) {
		memcpy(&note, data, sizeof(note));
		data += sizeof(note);
		size -= sizeof(note);
		name_room = ((uint64_t)note.n_namesz + 3) & ~3ull;
		desc_room = ((uint64_t)note.n_descsz + 3) & ~3ull;
		if (name_room > size || desc_room > size - name_room)
			return false;
		if (note.n_type == type && note.n_namesz == strlen(owner) + 1 &&
		    !memcmp(data, owner, note.n_namesz) &&
		    (note.n_descsz == 4 || note.n_descsz == 8)) {
			*value = 0;
			memcpy(value, data + name_room, note.n_descsz);
			return true;
		}
		data += name_room + desc_room;
		size -= name_room + desc_room;
	}
	return false;
}

bool elf_note_find(const struct boot_file *file, const struct elf_image *image,
		   const char *owner, uint32_t type, uint64_t *value)
{
	const struct elf_segment *note;
	unsigned int i;

	for (i = 0; i < image->notes; i++) {
		note = &image->note[i];
		if (note_in(file->data + note->offset, note->filesz, owner, type, value))
			return true;
	}
	return false;
}

static bool overlap(const struct elf_segment *a, const struct elf_segment *b)
{
	return a->paddr < b->paddr + b->memsz && b->paddr < a->paddr + a->memsz;
}

static int load_segment(const struct boot_request *request, const struct elf_image *image,
			unsigned int index, struct vmm_error *error)
{
	const struct elf_segment *segment = &image->segment[index];
	uint8_t *to = vmm_memory_at(request->memory, segment->paddr, segment->memsz);
	unsigned int i;

	if (segment->paddr < HIGH_MEMORY)
		return vmm_fail(error, ENOEXEC, "ELF segment at %#llx: below 1 MiB is the PC's",
				(unsigned long long)segment->paddr);
	if (!to || segment->paddr >= VMM_HOLE_START)
		return vmm_fail(error, ENOMEM,
				"kernel larger than memory: %llu KiB at %#llx, the VM has %llu MiB",
				(unsigned long long)segment->memsz >> 10,
				(unsigned long long)segment->paddr,
				(unsigned long long)request->memory->size >> 20);
	/* Those before are in memory: no sum overflows. */
	for (i = 0; i < index; i++)
		if (overlap(segment, &image->segment[i]))
			return vmm_fail(error, ENOEXEC,
					"broken ELF file: segments overlap at %#llx",
					(unsigned long long)segment->paddr);
	/* Memory of a new VM is zero; so is what the file does not fill. */
	memcpy(to, request->kernel.data + segment->offset, segment->filesz);
	return 0;
}

int elf_load(const struct boot_request *request, const struct elf_image *image,
	     struct span *span, struct vmm_error *error)
{
	const struct elf_segment *segment;
	unsigned int i;

	*span = (struct span){ UINT64_MAX, 0 };
	for (i = 0; i < image->segments; i++) {
		if (load_segment(request, image, i, error))
			return -1;
		segment = &image->segment[i];
		if (segment->paddr < span->start)
			span->start = segment->paddr;
		if (segment->paddr + segment->memsz > span->end)
			span->end = segment->paddr + segment->memsz;
	}
	return 0;
}

static bool inside(uint64_t addr, uint64_t start, uint64_t size)
{
	return addr >= start && addr - start < size;
}

uint64_t elf_entry_physical(const struct elf_image *image)
{
	unsigned int i;

	for (i = 0; i < image->segments; i++)
		if (inside(image->entry, image->segment[i].paddr, image->segment[i].memsz))
			return image->entry;
	for (i = 0; i < image->segments; i++)
		if (inside(image->entry, image->segment[i].vaddr, image->segment[i].memsz))
			return image->segment[i].paddr + (image->entry - image->segment[i].vaddr);
	return 0;
}
