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

/* large ones: address spaces, 6.4.3.5 */
#define SPACE_16	0x88
#define SPACE_16_BYTES	13
#define SPACE_32	0x87
#define SPACE_32_BYTES	23
#define SPACE_MEMORY	0
#define SPACE_PORTS	1
#define SPACE_BUS	2
#define SPACE_FIXED	0x0c	/* produced; both ends are as told */
#define PORTS_ALL	0x03	/* neither only ISA's nor all but those */
#define MEMORY_WRITABLE	0x01

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

size_t aml_resources_begin(struct aml *aml)
{
	size_t begin;

	name(aml, "_CRS");
	aml_8(aml, OP_BUFFER);
	begin = block_begin(aml);
	aml_8(aml, OP_BYTE);
	aml_8(aml, 0);
	return begin;
}

void aml_resources_end(struct aml *aml, size_t begin)
{
	size_t size_at = begin + LENGTH_BYTES + 1;

	aml_8(aml, RESOURCE_END);
	aml_8(aml, 0);			/* no checksum */
	if (!aml->full)
		aml->data[size_at] = (uint8_t)(aml->len - size_at - 1);
	aml_block_end(aml, begin);
}

void aml_resource_ports(struct aml *aml, uint16_t port, uint8_t ports)
{
	aml_8(aml, RESOURCE_IO);
	aml_8(aml, 1);			/* 16 bits decoded */
	aml_16(aml, port);
	aml_16(aml, port);
	aml_8(aml, 1);			/* alignment */
	aml_8(aml, ports);
}

void aml_resource_irq(struct aml *aml, unsigned int irq)
{
	aml_8(aml, RESOURCE_IRQ);
	aml_16(aml, (uint16_t)(1u << irq));
}

static void window_16(struct aml *aml, uint8_t space, uint8_t flags, uint16_t first, uint16_t last)
{
	aml_8(aml, SPACE_16);
	aml_16(aml, SPACE_16_BYTES);
	aml_8(aml, space);
	aml_8(aml, SPACE_FIXED);
	aml_8(aml, flags);
	aml_16(aml, 0);			/* granularity */
	aml_16(aml, first);
	aml_16(aml, last);
	aml_16(aml, 0);			/* translation */
	aml_16(aml, (uint16_t)(last - first + 1));
}

void aml_resource_bus_window(struct aml *aml, uint16_t first, uint16_t last)
{
	window_16(aml, SPACE_BUS, 0, first, last);
}

void aml_resource_port_window(struct aml *aml, uint16_t first, uint16_t last)
{
	window_16(aml, SPACE_PORTS, PORTS_ALL, first, last);
}

void aml_resource_memory_window(struct aml *aml, uint32_t first, uint32_t last)
{
	aml_8(aml, SPACE_32);
	aml_16(aml, SPACE_32_BYTES);
	aml_8(aml, SPACE_MEMORY);
	aml_8(aml, SPACE_FIXED);
	aml_8(aml, MEMORY_WRITABLE);
	aml_32(aml, 0);
	aml_32(aml, first);
	aml_32(aml, last);
	aml_32(aml, 0);
	aml_32(aml, last - first + 1);
}
