/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A writer of ACPI tables and of the little AML that ours need (ACPI 6.4, 20.2).
 * Writing past the end is not done but remembered.
 */
#ifndef HULL_VMM_BOOT_AML_H
#define HULL_VMM_BOOT_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aml {
	uint8_t *data;
	size_t len, room;
	bool full;
};

void aml_bytes(struct aml *aml, const void *data, size_t len);
void aml_8(struct aml *aml, uint8_t value);
void aml_16(struct aml *aml, uint16_t value);
void aml_32(struct aml *aml, uint32_t value);
void aml_64(struct aml *aml, uint64_t value);
void aml_zero(struct aml *aml, size_t len);

/* A block whose length stands in front: what begin returns goes to end. */
size_t aml_scope_begin(struct aml *aml, const char *path);
size_t aml_device_begin(struct aml *aml, const char *name);
void aml_block_end(struct aml *aml, size_t begin);

/* Name (@name, ...); @name has four characters */
void aml_name_integer(struct aml *aml, const char *name, uint32_t value);
/* @id: of seven characters, as PNP0501 */
void aml_name_eisa_id(struct aml *aml, const char *name, const char *id);
/* a package of small integers */
void aml_name_package(struct aml *aml, const char *name, const uint8_t *values, uint8_t n);

/* Name (_CRS, ...): resources, at most 255 bytes of them; what begin returns goes to end. */
size_t aml_resources_begin(struct aml *aml);
void aml_resource_ports(struct aml *aml, uint16_t port, uint8_t ports);
/* edge, high, exclusive */
void aml_resource_irq(struct aml *aml, unsigned int irq);
/* What a bridge passes on: from @first to @last. */
void aml_resource_bus_window(struct aml *aml, uint16_t first, uint16_t last);
void aml_resource_port_window(struct aml *aml, uint16_t first, uint16_t last);
void aml_resource_memory_window(struct aml *aml, uint32_t first, uint32_t last);
void aml_resources_end(struct aml *aml, size_t begin);

#endif
