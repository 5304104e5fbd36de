// SPDX-License-Identifier: GPL-2.0-only
/*
 * A handler of extra hypercalls as a process of the host: claims two numbers of a VM.
 *
 *	0x48750200 (a, b)		-> a + b
 *	0x48750201 (address, bytes)	-> bytes: the guest's text there becomes upper case
 *
 * usage: handler_user VM-ID	(as root; `vmctl list` shows the id). It ends with the VM.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/hull.h>
#include <linux/hull_hypercall.h>

#define ENTRIES	64

static int handler;
static struct hull_handler_ring *ring;
static struct hull_handler_request *requests;
static struct hull_handler_reply *replies;

/* The caller's memory, by the linear address that it gave. */
static long guest_copy(unsigned long cmd, const struct hull_handler_request *request,
		       char *text, unsigned int bytes)
{
	struct hull_handler_copy copy = {
		.size = sizeof(copy), .bytes = bytes, .id = request->id,
		.address = request->arg[0], .buffer = (__u64)text,
	};

	return ioctl(handler, cmd, &copy) ? -errno : 0;
}

static long add(const struct hull_handler_request *request)
{
	return request->arg[0] + request->arg[1];
}

static long upper(const struct hull_handler_request *request)
{
	unsigned long i, bytes = request->arg[1];
	char text[256];
	long ret;

	if (!bytes || bytes > sizeof(text))
		return -EINVAL;
	ret = guest_copy(HULL_HANDLER_READ, request, text, bytes);
	if (ret)
		return ret;
	for (i = 0; i < bytes; i++)
		text[i] = toupper((unsigned char)text[i]);
	ret = guest_copy(HULL_HANDLER_WRITE, request, text, bytes);
	return ret ? ret : (long)bytes;
}

/* A row a call. */
static long (*const calls[])(const struct hull_handler_request *) = { add, upper };
#define CALLS	(sizeof(calls) / sizeof(calls[0]))

static void claim(int dev, unsigned int vm)
{
	struct hull_handler_open args = {
		.size = sizeof(args), .id = vm,
		.first = HULL_HYPERCALL_USER, .last = HULL_HYPERCALL_USER + CALLS - 1,
		.timeout_ms = 1000, .entries = ENTRIES, .name = "sample",
	};
	char *base;

	handler = ioctl(dev, HULL_HANDLER_OPEN, &args);
	if (handler < 0)
		err(1, "cannot claim numbers of VM %u", vm);
	base = mmap(NULL, HULL_HANDLER_BYTES(ENTRIES), PROT_READ | PROT_WRITE, MAP_SHARED,
		    handler, 0);
	if (base == MAP_FAILED)
		err(1, "mmap");
	ring = (void *)base;
	requests = (void *)(base + HULL_HANDLER_REQUESTS);
	replies = (void *)(base + HULL_HANDLER_REPLIES(ENTRIES));
}

static void serve_one(void)
{
	struct hull_handler_request request = requests[ring->request_head % ENTRIES];
	struct hull_handler_reply *reply = &replies[ring->reply_tail % ENTRIES];

	/* Its place may be used again from here on. */
	atomic_store_explicit((_Atomic __u32 *)&ring->request_head, ring->request_head + 1,
			      memory_order_release);
	reply->id = request.id;
	reply->result = calls[request.number - HULL_HYPERCALL_USER](&request);
	/* The kernel takes everything before the tail. */
	atomic_store_explicit((_Atomic __u32 *)&ring->reply_tail, ring->reply_tail + 1,
			      memory_order_release);
}

int main(int argc, char **argv)
{
	int dev, n;

	if (argc != 2)
		errx(2, "usage: handler_user VM-ID");
	dev = open("/dev/hull", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		err(1, "/dev/hull");
	claim(dev, strtoul(argv[1], NULL, 0));
	printf("serving 0x%x to 0x%x\n", HULL_HYPERCALL_USER,
	       HULL_HYPERCALL_USER + (unsigned int)CALLS - 1);
	fflush(stdout);
	/* One call takes the replies and waits for the next request. */
	while ((n = ioctl(handler, HULL_HANDLER_WAIT)) >= 0 || errno == EINTR)
		while (n-- > 0)
			serve_one();
	if (errno != ESHUTDOWN)
		err(1, "HULL_HANDLER_WAIT");
	printf("the VM ended\n");
	return 0;
}
