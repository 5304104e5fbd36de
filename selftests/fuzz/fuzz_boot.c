// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel files: the input patches one of the good ones, or is the file itself.
 * Whatever comes of it, nothing is read or written out of bounds, a failure has a
 * sentence, and what is entered is memory.
 */
#include <stdlib.h>

#include "../unit/boot_images.h"

#define MEMORY		(8ull << 20)
#define KINDS		6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make(struct image *image, unsigned int kind)
{
	switch (kind) {
	case 0:
		image_bzimage(image);
		break;
	case 1:
		image_elf64(image, 0);
		break;
	case 2:
		image_elf64(image, IMAGE_ADDR);
		break;
	case 3:
		image_elf32(image, IMAGE_ADDR);
		break;
	case 4:
		image_multiboot(image);
		break;
	default:
		image_elf32(image, 0);
		image_multiboot_flags(image, 3);
		/* its second program header, otherwise */
		image->data[44] = 1;
		break;
	}
}

/* Offset (15 bits, half of them within the headers) and a byte; then the file's length. */
static void patch(struct image *image, const uint8_t *data, size_t size)
{
	size_t offset;

	for (; size >= 3; data += 3, size -= 3) {
		offset = data[0] | (size_t)(data[1] & 0x7f) << 8;
		if (data[1] & 0x80)
			offset %= 0x270;
		if (offset < image->size)
			image->data[offset] = data[2];
	}
	if (size == 2)
		image->size = (data[0] | (size_t)data[1] << 8) % (image->size + 1);
}

static void load(const uint8_t *data, size_t size)
{
	static const uint8_t initrd[100];
	static struct vmm_memory memory;
	struct boot_request request = {
		.kernel = { data, size }, .initrd = { initrd, sizeof(initrd) },
		.cmdline = "console=ttyS0", .cpus = 1, .memory = &memory,
	};
	struct boot_entry entry = { 0 };
	struct vmm_error error = { 0 };

	if (!memory.count)
		image_memory(&memory, MEMORY);
	if (boot_load(&request, &entry, &error)) {
		if (!error.text[0] || !error.code)
			abort();
		return;
	}
	if (!entry.protocol || !vmm_memory_at(&memory, entry.rip, 1))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image image;
	uint8_t *copy;

	if (!size)
		return 0;
	if (data[0] % (KINDS + 1) == KINDS) {
		load(data + 1, size - 1);
		return 0;
	}
	make(&image, data[0] % (KINDS + 1));
	/* Few changes keep more of the file alive. */
	patch(&image, data + 1, data[0] & 0x80 ? size - 1 : (size - 1) % 32);
	copy = malloc(image.size ? image.size : 1);
	memcpy(copy, image.data, image.size);
	load(copy, image.size);
	free(copy);
	return 0;
}
