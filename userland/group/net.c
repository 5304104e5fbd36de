// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <base/dir.h>
#include <group/net.h>
#include <group/rtnl.h>

#define NET_DIR		"/run/hull/net"
#define RANGE		0x0a750000u	/* 10.117.0.0/16 */
#define SUBNET_BITS	22
#define SUBNET_SIZE	(1u << (32 - SUBNET_BITS))
#define SUBNETS		(65536u / SUBNET_SIZE)
#define SLOTS		(SUBNET_SIZE - 3)	/* less network, bridge and broadcast */
#define INSIDE		"eth0"

/* A file a bridge of ours: which subnet, which addresses are whose. Its lock is the directory's. */
struct table {
	uint32_t subnet, next;		/* @next: where to look first */
	char owners[SLOTS][HULL_NAME_MAX + 1];
};

static int table_dir(void)
{
	int dir = hull_dir_make(NET_DIR) ? -1 : open(NET_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir >= 0 && flock(dir, LOCK_EX)) {
		close(dir);
		return -1;
	}
	return dir;
}

/* Return: false: there is none, or not a whole one */
static bool table_read(int dir, const char *bridge, struct table *table)
{
	int fd = openat(dir, bridge, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, table, sizeof(*table));
	close(fd);
	return n == sizeof(*table) && table->subnet < SUBNETS && table->next < SLOTS;
}

static int table_write(int dir, const char *bridge, const struct table *table)
{
	int fd = openat(dir, bridge, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool done;

	if (fd < 0)
		return -1;
	done = write(fd, table, sizeof(*table)) == sizeof(*table);
	close(fd);
	return done ? 0 : -1;
}

static int subnet_find(int dir, struct table *scratch)
{
	bool taken[SUBNETS] = { false };
	struct dirent *entry;
	unsigned int i;
	DIR *files;
	int fd;

	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	files = fd < 0 ? NULL : fdopendir(fd);
	if (!files)
		return -1;
	while ((entry = readdir(files)))
		if (entry->d_name[0] != '.' && table_read(dir, entry->d_name, scratch))
			taken[scratch->subnet] = true;
	closedir(files);
	for (i = 0; i < SUBNETS && taken[i]; i++)
		;
	errno = ENOSPC;
	return i < SUBNETS ? (int)i : -1;
}

static uint32_t address_of(const struct table *table, unsigned int slot)
{
	return RANGE + table->subnet * SUBNET_SIZE + 2 + slot;
}

static uint32_t gateway_of(const struct table *table)
{
	return RANGE + table->subnet * SUBNET_SIZE + 1;
}

/* The next that is free; those just given back rest the longest. */
static int slot_take(struct table *table, const char *name)
{
	unsigned int i, slot;

	for (i = 0; i < SLOTS; i++) {
		slot = (table->next + i) % SLOTS;
		if (table->owners[slot][0])
			continue;
		snprintf(table->owners[slot], sizeof(table->owners[slot]), "%s", name);
		table->next = (slot + 1) % SLOTS;
		return (int)slot;
	}
	errno = ENOSPC;
	return -1;
}

/* --- bridges ------------------------------------------------------------------ */

struct attach {
	const struct hull_ct_net *net;
	const char *name;
	char veth[16];
	struct mnl_socket *outside;
	struct table table;
	bool ours;			/* the bridge, and then @table is its table */
	int dir;
	unsigned int bridge;
	uint32_t address, gateway;	/* 0: none */
	unsigned int bits;
};

static void veth_name(char name[16], uint32_t id)
{
	snprintf(name, 16, "hull-%x", id);
}

static int fail(struct hull_error *error, const char *what, const char *which)
{
	int code = errno;

	return hull_error_set(error, code, "%s %s: %s", what, which, strerror(code));
}

static int bridge_make(struct attach *attach, struct hull_error *error)
{
	const char *bridge = attach->net->bridge;
	int subnet = subnet_find(attach->dir, &attach->table);

	if (subnet < 0)
		return hull_error_set(error, errno, "no subnet for bridge %s is free", bridge);
	memset(&attach->table, 0, sizeof(attach->table));
	attach->table.subnet = (uint32_t)subnet;
	/* The table first: a bridge without one would be somebody else's. */
	if (table_write(attach->dir, bridge, &attach->table))
		return fail(error, "cannot write down the addresses of bridge", bridge);
	if (hull_rtnl_bridge_add(attach->outside, bridge) && errno != EEXIST)
		return fail(error, "cannot make bridge", bridge);
	return 0;
}

static int bridge_find(struct attach *attach, struct hull_error *error)
{
	const char *bridge = attach->net->bridge;
	bool there;

	attach->bridge = hull_rtnl_link_find(attach->outside, bridge);
	there = attach->bridge;
	attach->ours = table_read(attach->dir, bridge, &attach->table);
	if (there && !attach->ours)
		return 0;
	if (!attach->ours && bridge_make(attach, error))
		return -1;
	attach->ours = true;
	/* A table without a bridge: it was removed by hand, or never made. */
	if (!there && hull_rtnl_bridge_add(attach->outside, bridge) && errno != EEXIST)
		return fail(error, "cannot make bridge", bridge);
	attach->bridge = hull_rtnl_link_find(attach->outside, bridge);
	if (!attach->bridge)
		return fail(error, "bridge", bridge);
	if (hull_rtnl_link_up(attach->outside, attach->bridge, 0) ||
	    (hull_rtnl_address_add(attach->outside, attach->bridge, gateway_of(&attach->table),
				   SUBNET_BITS) && errno != EEXIST))
		return fail(error, "cannot set up bridge", bridge);
	return 0;
}

static int address_parse(struct attach *attach, struct hull_error *error)
{
	const char *text = attach->net->address, *slash = strchr(text, '/');
	char host[INET_ADDRSTRLEN], *end;
	struct in_addr address;
	unsigned long bits;

	if (slash && (size_t)(slash - text) < sizeof(host)) {
		snprintf(host, sizeof(host), "%.*s", (int)(slash - text), text);
		bits = strtoul(slash + 1, &end, 10);
		if (slash[1] >= '0' && slash[1] <= '9' && !*end && bits && bits <= 32 &&
		    inet_pton(AF_INET, host, &address) == 1) {
			attach->address = ntohl(address.s_addr);
			attach->bits = (unsigned int)bits;
			return 0;
		}
	}
	return hull_error_set(error, EINVAL, "'%s' is no IPv4 address with the length of its "
			      "network's prefix, as 192.0.2.7/24", text);
}

static int address_choose(struct attach *attach, struct hull_error *error)
{
	int slot;

	if (attach->net->address && address_parse(attach, error))
		return -1;
	if (!attach->ours)
		return 0;
	attach->gateway = gateway_of(&attach->table);
	if (!attach->address) {
		slot = slot_take(&attach->table, attach->name);
		if (slot < 0)
			return hull_error_set(error, ENOSPC, "no address of bridge %s is free",
					      attach->net->bridge);
		attach->address = address_of(&attach->table, (unsigned int)slot);
		attach->bits = SUBNET_BITS;
	} else if (attach->address >= address_of(&attach->table, 0) &&
		   attach->address < address_of(&attach->table, SLOTS)) {
		char *owner = attach->table.owners[attach->address - address_of(&attach->table, 0)];

		if (*owner)
			return hull_error_set(error, EADDRINUSE, "%s has the address %s", owner,
					      attach->net->address);
		snprintf(owner, HULL_NAME_MAX + 1, "%s", attach->name);
	} else {
		return hull_error_set(error, EINVAL, "%s is not one of bridge %s's addresses: it has "
				      "10.117.%u.0/%u", attach->net->address, attach->net->bridge,
				      attach->table.subnet * (SUBNET_SIZE / 256), SUBNET_BITS);
	}
	if (table_write(attach->dir, attach->net->bridge, &attach->table))
		return fail(error, "cannot write down the addresses of bridge", attach->net->bridge);
	return 0;
}

/* --- the group's end ------------------------------------------------------------ */

static int inside_set_up(struct attach *attach, int netns, struct hull_error *error)
{
	struct mnl_socket *inside = hull_rtnl_open(netns);
	unsigned int link;
	int ret = 0;

	if (!inside)
		return fail(error, "cannot reach the network of group", attach->name);
	link = hull_rtnl_link_find(inside, INSIDE);
	if (!link || (attach->address && hull_rtnl_address_add(inside, link, attach->address,
							       attach->bits)) ||
	    hull_rtnl_link_up(inside, link, 0) ||
	    (attach->gateway && hull_rtnl_default_route_add(inside, attach->gateway)))
		ret = fail(error, "cannot set up " INSIDE " of group", attach->name);
	hull_rtnl_close(inside);
	return ret;
}

static int veth_make(struct attach *attach, int netns, struct hull_error *error)
{
	unsigned int link;

	if (hull_rtnl_veth_add(attach->outside, attach->veth, INSIDE, netns))
		return fail(error, "cannot make veth", attach->veth);
	link = hull_rtnl_link_find(attach->outside, attach->veth);
	if (!link || hull_rtnl_link_up(attach->outside, link, attach->bridge))
		return fail(error, "cannot make a port at bridge", attach->net->bridge);
	return 0;
}

int hull_group_net_begin(const struct hull_ct_net *net, const char *name, uint32_t id, int netns,
			 uint32_t *address, struct hull_error *error)
{
	struct attach *attach = calloc(1, sizeof(*attach));
	int ret = -1;

	if (!attach)
		return hull_error_set(error, ENOMEM, "no memory");
	attach->net = net;
	attach->name = name;
	veth_name(attach->veth, id);
	attach->dir = table_dir();
	attach->outside = attach->dir < 0 ? NULL : hull_rtnl_open(-1);
	if (!attach->outside)
		fail(error, "cannot use", attach->dir < 0 ? NET_DIR : "rtnetlink");
	else
		ret = bridge_find(attach, error) || address_choose(attach, error) ? -1 : 0;
	/* The rest is this group's own business. */
	if (attach->dir >= 0)
		close(attach->dir);
	if (!ret && (veth_make(attach, netns, error) || inside_set_up(attach, netns, error)))
		ret = -1;
	*address = ret ? 0 : attach->address;
	hull_rtnl_close(attach->outside);
	if (ret)
		hull_group_net_end(net->bridge, name, id);
	free(attach);
	return ret;
}

void hull_group_net_end(const char *bridge, const char *name, uint32_t id)
{
	struct table *table = malloc(sizeof(*table));
	struct mnl_socket *rtnl = hull_rtnl_open(-1);
	int dir = table_dir();
	bool used = false;
	char veth[16];
	unsigned int i;

	veth_name(veth, id);
	if (rtnl)
		hull_rtnl_link_delete(rtnl, veth);
	if (table && rtnl && dir >= 0 && table_read(dir, bridge, table)) {
		for (i = 0; i < SLOTS; i++) {
			if (!strcmp(table->owners[i], name))
				memset(table->owners[i], 0, sizeof(table->owners[i]));
			used |= table->owners[i][0];
		}
		table_write(dir, bridge, table);
		if (!used) {
			hull_rtnl_link_delete(rtnl, bridge);
			unlinkat(dir, bridge, 0);
		}
	}
	if (dir >= 0)
		close(dir);
	hull_rtnl_close(rtnl);
	free(table);
}
