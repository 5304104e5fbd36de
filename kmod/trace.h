/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: /sys/kernel/tracing/events/hull. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM hull

#if !defined(HULL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define HULL_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(hull_exit,
	TP_PROTO(u32 vm, u32 vcpu, u32 reason, unsigned long rip),
	TP_ARGS(vm, vcpu, reason, rip),
	TP_STRUCT__entry(
		__field(u32, vm)
		__field(u32, vcpu)
		__field(u32, reason)
		__field(unsigned long, rip)
	),
	TP_fast_assign(
		__entry->vm = vm;
		__entry->vcpu = vcpu;
		__entry->reason = reason;
		__entry->rip = rip;
	),
	TP_printk("vm %u vcpu %u reason %u rip 0x%lx", __entry->vm, __entry->vcpu,
		  __entry->reason & 0xffff, __entry->rip)
);

TRACE_EVENT(hull_hypercall_enter,
	TP_PROTO(u32 vm, u32 vcpu, const char *name, u32 cpl, const unsigned long *args),
	TP_ARGS(vm, vcpu, name, cpl, args),
	TP_STRUCT__entry(
		__field(u32, vm)
		__field(u32, vcpu)
		__string(name, name)
		__field(u32, cpl)
		__array(unsigned long, args, 4)
	),
	TP_fast_assign(
		__entry->vm = vm;
		__entry->vcpu = vcpu;
		hull_assign_str(name, name);
		__entry->cpl = cpl;
		memcpy(__entry->args, args, sizeof(__entry->args));
	),
	TP_printk("vm %u vcpu %u %s cpl %u args 0x%lx 0x%lx 0x%lx 0x%lx", __entry->vm,
		  __entry->vcpu, __get_str(name), __entry->cpl, __entry->args[0],
		  __entry->args[1], __entry->args[2], __entry->args[3])
);

TRACE_EVENT(hull_hypercall_exit,
	TP_PROTO(u32 vm, u32 vcpu, const char *name, long result),
	TP_ARGS(vm, vcpu, name, result),
	TP_STRUCT__entry(
		__field(u32, vm)
		__field(u32, vcpu)
		__string(name, name)
		__field(long, result)
	),
	TP_fast_assign(
		__entry->vm = vm;
		__entry->vcpu = vcpu;
		hull_assign_str(name, name);
		__entry->result = result;
	),
	TP_printk("vm %u vcpu %u %s result %ld", __entry->vm, __entry->vcpu,
		  __get_str(name), __entry->result)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
