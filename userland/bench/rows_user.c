// SPDX-License-Identifier: GPL-2.0-only
/* Calls that a process answers, here a thread of vmctl. */
#include <errno.h>
#include <linux/hull_hypercall.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "transports.h"

#define ENTRIES		8

struct server {
	int fd;
	char *base;
	struct bench_helper helper;
};

static void answer(struct server *server)
{
	struct hull_handler_ring *ring = (void *)server->base;
	struct hull_handler_request *requests = (void *)(server->base + HULL_HANDLER_REQUESTS);
	struct hull_handler_reply *replies =
		(void *)(server->base + HULL_HANDLER_REPLIES(ENTRIES));
	struct hull_handler_reply *reply = &replies[ring->reply_tail % ENTRIES];

	reply->id = requests[ring->request_head % ENTRIES].id;
	reply->result = 0;
	__atomic_store_n(&ring->request_head, ring->request_head + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->reply_tail, ring->reply_tail + 1, __ATOMIC_RELEASE);
}

static void *serve(void *data)
{
	struct bench_helper *helper = data;
	struct server *server = helper->data;
	int n;

	while (!atomic_load(&helper->ending)) {
		n = ioctl(server->fd, HULL_HANDLER_WAIT);
		if (n < 0 && errno != EINTR)
			break;
		while (n-- > 0)
			answer(server);
	}
	return NULL;
}

static void server_free(struct server *server)
{
	if (server->base != MAP_FAILED)
		munmap(server->base, HULL_HANDLER_BYTES(ENTRIES));
	if (server->fd >= 0)
		close(server->fd);
	free(server);
}

int bench_user_begin(struct bench_session *session, struct vmm_error *error)
{
	struct hull_handler_open open = {
		.size = sizeof(open), .first = HULL_HYPERCALL_USER, .last = HULL_HYPERCALL_USER,
		.timeout_ms = 10000, .entries = ENTRIES, .name = "bench",
	};
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return vmm_fail_errno(error, "a handler");
	server->base = MAP_FAILED;
	server->fd = ioctl(session->vm.machine.engine.vm, HULL_HANDLER_OPEN, &open);
	if (server->fd >= 0)
		server->base = mmap(NULL, HULL_HANDLER_BYTES(ENTRIES), PROT_READ | PROT_WRITE,
				    MAP_SHARED, server->fd, 0);
	if (server->base == MAP_FAILED) {
		vmm_error_set_errno(error, "a handler in a process");
		server_free(server);
		return -1;
	}
	if (bench_helper_start(&server->helper, serve, server, error)) {
		server_free(server);
		return -1;
	}
	session->data = server;
	return 0;
}

void bench_user_end(struct bench_session *session)
{
	struct server *server = session->data;

	bench_helper_end(&server->helper);
	server_free(server);
	session->data = NULL;
}
