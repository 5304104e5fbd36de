// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <lib/netlink.h>

static int host_take(struct nlattr *const *tb, void *data, struct hull_error *error)
{
	struct nlattr *sub[HULL_A_HOST_MAX + 1];
	struct hull_host *host = data;

	if (!tb[HULL_A_HOST])
		return hull_error_set(error, EPROTO, "the kernel's answer does not describe the host");
	hull_nest_parse(tb[HULL_A_HOST], sub, HULL_A_HOST_MAX);
	hull_attr_text(sub[HULL_A_HOST_VERSION], host->version, sizeof(host->version));
	hull_attr_text(sub[HULL_A_HOST_KERNEL], host->kernel, sizeof(host->kernel));
	hull_attr_text(sub[HULL_A_HOST_CPU], host->cpu, sizeof(host->cpu));
	hull_attr_text(sub[HULL_A_HOST_VMX_WHY], host->vmx_why, sizeof(host->vmx_why));
	hull_attr_text(sub[HULL_A_HOST_VMX_HOLDER], host->vmx_holder, sizeof(host->vmx_holder));
	host->cpus = hull_attr_u32(sub[HULL_A_HOST_CPUS]);
	host->memory = hull_attr_u64(sub[HULL_A_HOST_MEMORY]);
	host->vmx_error = (int32_t)hull_attr_u32(sub[HULL_A_HOST_VMX_ERROR]);
	host->vmx_caps = hull_attr_u64(sub[HULL_A_HOST_VMX_CAPS]);
	host->mitigations = hull_attr_u32(sub[HULL_A_HOST_MITIGATIONS]);
	host->vms = hull_attr_u32(sub[HULL_A_HOST_VMS]);
	host->running = hull_attr_u32(sub[HULL_A_HOST_RUNNING]);
	host->vms_max = hull_attr_u32(sub[HULL_A_HOST_VMS_MAX]);
	host->features = hull_attr_u32(sub[HULL_A_HOST_FEATURES]);
	host->vcpus_max = hull_attr_u32(sub[HULL_A_HOST_VCPUS_MAX]);
	return 0;
}

int hull_host_get(struct hull_client *client, struct hull_host *host, struct hull_error *error)
{
	return hull_transact(client, hull_request(client, HULL_CMD_HOST_GET, 0), host_take, host,
			     NULL, error);
}
