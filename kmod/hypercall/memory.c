// SPDX-License-Identifier: GPL-2.0-only
/* The memory of whoever calls. */

#include <hypercall/calls.h>
#include <run/run.h>

int hull_call_read(struct hull_call *call, u64 address, void *buf, size_t bytes)
{
	call->bytes += bytes;
	if (!call->vcpu)
		return hull_mmu_read(&call->vm->mmu, address, buf, bytes);
	return hull_guest_read_linear(call->vcpu, address, buf, bytes);
}

int hull_call_write(struct hull_call *call, u64 address, const void *buf, size_t bytes)
{
	call->bytes += bytes;
	if (!call->vcpu)
		return hull_mmu_write(&call->vm->mmu, address, buf, bytes);
	return hull_guest_write_linear(call->vcpu, address, buf, bytes);
}
