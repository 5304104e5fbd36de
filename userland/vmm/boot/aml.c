// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "aml.h"

/* ACPI 6.4, table 20.1 and 20.2.5 */
#define OP_NAME		0x08
#define OP_BYTE		0x0a
#define OP_DWORD	0x0c
#define OP_SCOPE	0x10
#define OP_BUFFER	0x11
#define OP_PACKAGE	0x12
#define OP_EXTENDED	0x5b
#define OP_DEVICE	0x82

/* 20.2.4: four bytes of length, whatever the length: it is known when the block ends */
#define LENGTH_BYTES	4
#define LENGTH_LEAD	0xc0

/* small resource descriptors, 6.4.2 */
#define RESOURCE_IO	0x47
#define RESOURCE_IRQ	0x22
#define RESOURCE_END	0x79

void aml_bytes(struct aml *aml, const void *data, size_t len)
{
	if (len > aml->room - aml->len) {
		aml->full = true;
		return;
	}
	memcpy(aml->data + aml->len, data, len);
	aml->len += len;
}

void aml_8(struct aml *aml, uint8_t value)
{
	aml_bytes(aml, &value, sizeof(value));
}

void aml_16(struct aml *aml, uint16_t value)
{
	aml_bytes(aml, &value, sizeof(value));
}

void aml_32(struct aml *aml, uint32_t value)
{
	aml_bytes(aml, &value, sizeof(value));
}

void aml_64(struct aml *aml, uint64_t value)
{
	aml_bytes(aml, &value, sizeof(value));
}

void aml_zero(struct aml *aml, size_t len)
{
	while (len--)
		aml_8(aml, 0);
}

static size_t block_begin(struct aml *aml)
{
	size_t begin = aml->len;

	aml_zero(aml, LENGTH_BYTES);
	return begin;
}

void aml_block_end(struct aml *aml, size_t begin)
{
	size_t len = aml->len - begin;

	if (aml->full)
		return;
	aml->data[begin] = (uint8_t)(LENGTH_LEAD | (len & 0x0f));
	aml->data[begin + 1] = (uint8_t)(len >> 4);
	aml->data[begin + 2] = (uint8_t)(len >> 12);
	aml->data[begin + 3] = (uint8_t)(len >> 20);
}

size_t aml_scope_begin(struct aml *aml, const char *path)
{
	size_t begin;

	aml_8(aml, OP_SCOPE);
	begin = block_begin(aml);
	aml_bytes(aml, path, strlen(path));
	return begin;
}

size_t aml_device_begin(struct aml *aml, const char *name)
{
	size_t begin;

	aml_8(aml, OP_EXTENDED);
	aml_8(aml, OP_DEVICE);
	begin = block_begin(aml);
	aml_bytes(aml, name, 4);
	return begin;
}

static void name(struct aml *aml, const char *name)
{
	aml_8(aml, OP_NAME);
	aml_bytes(aml, name, 4);
}

void aml_name_integer(struct aml *aml, const char *what, uint32_t value)
{
	name(aml, what);
	aml_8(aml, OP_DWORD);
	aml_32(aml, value);
}

static unsigned int hex(char c)
{
	return c <= '9' ? (unsigned int)(c - '0') : (unsigned int)(c - 'A') + 10;
}

/* Three letters of five bits, four hexadecimal digits; the most significant byte first. */
void aml_name_eisa_id(struct aml *aml, const char *what, const char *id)
{
	uint32_t value = 0;
	unsigned int i;

	for (i = 0; i < 3; i++)
		value = value << 5 | (uint32_t)(id[i] - '@');
	for (; i < 7; i++)
		value = value << 4 | hex(id[i]);
	aml_name_integer(aml, what, __builtin_bswap32(value));
}

void aml_name_package(struct aml *aml, const char *what, const uint8_t *values, uint8_t n)
{
	size_t begin;

	name(aml, what);
	aml_8(aml, OP_PACKAGE);
	begin = block_begin(aml);
	aml_8(aml, n);
	while (n--) {
		aml_8(aml, OP_BYTE);
		aml_8(aml, *values++);
	}
	aml_block_end(aml, begin);
}

void aml_name_port_irq(struct aml *aml, const char *what, uint16_t port, uint8_t ports,
		       unsigned int irq)
{
	const uint8_t bytes[] = {
		RESOURCE_IO, 1 /* 16 bits decoded */, (uint8_t)port, (uint8_t)(port >> 8),
		(uint8_t)port, (uint8_t)(port >> 8), 1 /* alignment */, ports,
		RESOURCE_IRQ, (uint8_t)(1u << irq), (uint8_t)((1u << irq) >> 8),
		RESOURCE_END, 0 /* no checksum */,
	};
	size_t begin;

	name(aml, what);
	aml_8(aml, OP_BUFFER);
	begin = block_begin(aml);
	aml_8(aml, OP_BYTE);
	aml_8(aml, sizeof(bytes));
	aml_bytes(aml, bytes, sizeof(bytes));
	aml_block_end(aml, begin);
}
