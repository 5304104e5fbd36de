// SPDX-License-Identifier: GPL-2.0-only
/* A 16550A UART, COM1. Characters leave at once; only a console that is full makes it wait. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../machine.h"
#include "../pc.h"

#define FIFO_SIZE		16	/* in; as much may be sent when told so: CONSOLE_BURST */

/* Registers; 0 and 1 are the divisor while LCR_DLAB. */
#define DATA			0
#define IER			1
#define IIR			2	/* read; FCR when written */
#define LCR			3
#define MCR			4
#define LSR			5
#define MSR			6
#define SCR			7

#define IER_RECEIVED		0x01
#define IER_SENT		0x02
#define IER_MODEM		0x08
#define IER_BITS		0x0f

#define IIR_NONE		0x01
#define IIR_MODEM		0x00
#define IIR_SENT		0x02
#define IIR_RECEIVED		0x04
#define IIR_TIMEOUT		0x0c
#define IIR_FIFO		0xc0

#define FCR_ENABLE		0x01
#define FCR_CLEAR_IN		0x02

#define LCR_DLAB		0x80

#define MCR_DTR			0x01
#define MCR_RTS			0x02
#define MCR_OUT1		0x04
#define MCR_OUT2		0x08
#define MCR_LOOP		0x10
#define MCR_BITS		0x1f

#define LSR_READY		0x01
#define LSR_OVERRUN		0x02
#define LSR_SENT		0x60	/* holding register and shifter empty */

#define MSR_LINES		0xf0
#define MSR_CTS			0x10
#define MSR_DSR			0x20
#define MSR_RING		0x40
#define MSR_CARRIER		0x80

struct serial {
	struct vmm_device device;
	struct vmm_console *console;
	uint8_t ier, fcr, lcr, mcr, msr, scr, divisor[2];
	uint8_t fifo[FIFO_SIZE];
	unsigned int first, held;	/* of the FIFO */
	bool sent_event;		/* empty since it was last told or looked at */
	bool waiting;			/* the console is full */
	bool overrun;
	bool line;			/* interrupt, as it is now */
};

static struct serial *serial_of(struct vmm_device *device)
{
	return (struct serial *)device;
}

static unsigned int capacity(const struct serial *serial)
{
	return serial->fcr & FCR_ENABLE ? FIFO_SIZE : 1;
}

static void fifo_push(struct serial *serial, uint8_t byte)
{
	serial->fifo[(serial->first + serial->held++) % FIFO_SIZE] = byte;
}

static uint8_t fifo_pull(struct serial *serial)
{
	uint8_t byte = serial->fifo[serial->first];

	serial->first = (serial->first + 1) % FIFO_SIZE;
	serial->held--;
	return byte;
}

/* Input waits in the console's ring until there is room: the line never overruns. */
static void refill(struct serial *serial)
{
	uint8_t byte;

	if (serial->mcr & MCR_LOOP)
		return;
	while (serial->held < capacity(serial) && vmm_console_get(serial->console, &byte))
		fifo_push(serial, byte);
}

static unsigned int trigger(const struct serial *serial)
{
	static const uint8_t levels[] = { 1, 4, 8, 14 };

	return serial->fcr & FCR_ENABLE ? levels[serial->fcr >> 6] : 1;
}

/* The pending interrupt of the highest priority. */
static uint8_t pending(const struct serial *serial)
{
	if (serial->ier & IER_RECEIVED && serial->held)
		return serial->held >= trigger(serial) ? IIR_RECEIVED : IIR_TIMEOUT;
	if (serial->ier & IER_SENT && serial->sent_event)
		return IIR_SENT;
	if (serial->ier & IER_MODEM && serial->msr & ~MSR_LINES)
		return IIR_MODEM;
	return IIR_NONE;
}

/* On a PC, OUT2 connects the UART to the interrupt controller. */
static void update_line(struct serial *serial)
{
	bool line = pending(serial) != IIR_NONE && serial->mcr & MCR_OUT2;

	if (line == serial->line)
		return;
	serial->line = line;
	vmm_irq_set(serial->device.machine, PC_COM1_IRQ, line);
}

/* New modem lines; the low half remembers which changed. */
static void set_lines(struct serial *serial, uint8_t lines)
{
	uint8_t changed = (serial->msr ^ lines) & MSR_LINES;

	/* Ring tells its trailing edge only. */
	if (lines & MSR_RING)
		changed &= (uint8_t)~MSR_RING;
	serial->msr = (uint8_t)(lines | (serial->msr & ~MSR_LINES) | changed >> 4);
}

static void write_mcr(struct serial *serial, uint8_t value)
{
	uint8_t lines = MSR_CTS | MSR_DSR | MSR_CARRIER;

	serial->mcr = value & MCR_BITS;
	if (value & MCR_LOOP)
		lines = (uint8_t)((value & MCR_RTS ? MSR_CTS : 0) |
				  (value & MCR_DTR ? MSR_DSR : 0) |
				  (value & MCR_OUT1 ? MSR_RING : 0) |
				  (value & MCR_OUT2 ? MSR_CARRIER : 0));
	set_lines(serial, lines);
}

static void write_fcr(struct serial *serial, uint8_t value)
{
	if ((value ^ serial->fcr) & FCR_ENABLE || value & FCR_CLEAR_IN)
		serial->held = 0;
	serial->fcr = value & FCR_ENABLE ? value & (FCR_ENABLE | 0xc0) : 0;
}

static void send(struct serial *serial, uint8_t byte)
{
	serial->sent_event = false;
	if (serial->mcr & MCR_LOOP) {
		if (serial->held < capacity(serial))
			fifo_push(serial, byte);
		else
			serial->overrun = true;
		serial->sent_event = true;
		return;
	}
	serial->waiting = !vmm_console_put(serial->console, byte);
	serial->sent_event = !serial->waiting;
}

static uint8_t read_lsr(struct serial *serial)
{
	uint8_t value = 0;

	if (serial->held)
		value |= LSR_READY;
	if (serial->overrun)
		value |= LSR_OVERRUN;
	if (!serial->waiting)
		value |= LSR_SENT;
	serial->overrun = false;
	return value;
}

static uint8_t read_iir(struct serial *serial)
{
	uint8_t value = pending(serial);

	if (value == IIR_SENT)
		serial->sent_event = false;
	return value | (serial->fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

static uint8_t read_msr(struct serial *serial)
{
	uint8_t value = serial->msr;

	serial->msr &= MSR_LINES;
	return value;
}

static uint64_t serial_read(struct vmm_device *device, uint64_t offset, unsigned int size)
{
	struct serial *serial = serial_of(device);
	uint8_t value = 0;

	(void)size;
	if (offset <= IER && serial->lcr & LCR_DLAB)
		return serial->divisor[offset];
	refill(serial);
	switch (offset) {
	case DATA:
		value = serial->held ? fifo_pull(serial) : 0;
		refill(serial);
		break;
	case IER:
		value = serial->ier;
		break;
	case IIR:
		value = read_iir(serial);
		break;
	case LCR:
		value = serial->lcr;
		break;
	case MCR:
		value = serial->mcr;
		break;
	case LSR:
		value = read_lsr(serial);
		break;
	case MSR:
		value = read_msr(serial);
		break;
	case SCR:
		value = serial->scr;
		break;
	}
	update_line(serial);
	return value;
}

static void serial_write(struct vmm_device *device, uint64_t offset, unsigned int size,
			 uint64_t wide)
{
	struct serial *serial = serial_of(device);
	uint8_t value = (uint8_t)wide;

	(void)size;
	if (offset <= IER && serial->lcr & LCR_DLAB) {
		serial->divisor[offset] = value;
		return;
	}
	switch (offset) {
	case DATA:
		send(serial, value);
		break;
	case IER:
		/* Asking for it while it is empty is told at once. */
		if (value & ~serial->ier & IER_SENT)
			serial->sent_event = !serial->waiting;
		serial->ier = value & IER_BITS;
		break;
	case IIR:
		write_fcr(serial, value);
		break;
	case LCR:
		serial->lcr = value;
		break;
	case MCR:
		write_mcr(serial, value);
		break;
	case SCR:
		serial->scr = value;
		break;
	}
	update_line(serial);
}

/* The loop took output or brought input. */
static void serial_ready(void *data)
{
	struct serial *serial = data;

	pthread_mutex_lock(&serial->device.lock);
	refill(serial);
	if (serial->waiting && vmm_console_room(serial->console)) {
		serial->waiting = false;
		serial->sent_event = true;
	}
	update_line(serial);
	pthread_mutex_unlock(&serial->device.lock);
}

static const struct vmm_device_ops serial_ops = {
	.name = "serial",
	.width = 1,
	.read = serial_read,
	.write = serial_write,
};

int serial_create(struct vmm_machine *machine, struct vmm_error *error)
{
	struct serial *serial = calloc(1, sizeof(*serial));

	if (!serial)
		return vmm_fail_errno(error, "serial port");
	vmm_device_init(&serial->device, &serial_ops, machine);
	serial->msr = MSR_CTS | MSR_DSR | MSR_CARRIER;
	serial->divisor[0] = 1;		/* 115200 baud */
	serial->console = &machine->console;
	machine->console.device = serial;
	machine->console.ready = serial_ready;
	return vmm_bus_claim(&machine->ports, PC_COM1_PORT, PC_COM1_PORTS, &serial->device,
			     error);
}
