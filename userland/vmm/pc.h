/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine's map of ports and interrupts: devices and the tables that tell of them. */
#ifndef HULL_VMM_PC_H
#define HULL_VMM_PC_H

#define PC_CMOS_PORT		0x70
#define PC_KEYBOARD_STATUS	0x64
#define PC_COM1_PORT		0x3f8
#define PC_COM1_PORTS		8
#define PC_COM1_IRQ		4
#define PC_EXIT_PORT		0xf4
#define PC_PM1_EVENT_PORT	0x600		/* status and enable, 2 bytes each */
#define PC_PM1_CONTROL_PORT	0x604
#define PC_PM_TIMER_PORT	0x608
#define PC_PCI_PORT		0xcf8
#define PC_PCI_PORTS		8
#define PC_RESET_PORT		0xcf9
#define PC_RESET_VALUE		0x06
#define PC_SCI_IRQ		9
#define PC_SLEEP_S5		5		/* SLP_TYP of S5 */

#define PC_IOAPIC_ADDR		0xfec00000u
#define PC_LAPIC_ADDR		0xfee00000u
#define PC_IOAPIC_PINS		24

#endif
