// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "rings.h"

const char *device = "/dev/hull";
extern const char guest_start[], guest_end[];

static void on_signal(int sig)
{
	(void)sig;
}

static void vcpu_add(struct vm *vm, unsigned int n)
{
	struct machine *m = &vm->machine;
	struct kvm_mp_state runnable = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu *vcpu = &vm->vcpu[n];
	struct kvm_sregs sregs;

	vcpu->fd = n ? ioctl(m->vm, KVM_CREATE_VCPU, n) : m->vcpu;
	if (vcpu->fd < 0)
		err(1, "vCPU %u", n);
	vcpu->run = n ? mmap(NULL, m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0) :
			m->run;
	if (vcpu->run == MAP_FAILED)
		err(1, "run page of vCPU %u", n);
	vcpu->job = (struct job *)(m->memory + MACHINE_RESULT + n * JOB_STEP);
	if (ioctl(m->vcpu, KVM_GET_SREGS, &sregs))
		err(1, "KVM_GET_SREGS");
	if (n)
		sregs.apic_base &= ~(1ULL << 8);	/* not the first processor */
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) ||
	    ioctl(vcpu->fd, KVM_SET_MP_STATE, &runnable))
		err(1, "state of vCPU %u", n);
}

void vm_open(struct vm *vm)
{
	struct sigaction action = { .sa_handler = on_signal };
	unsigned int i;

	memset(vm, 0, sizeof(*vm));
	sigaction(SIGUSR1, &action, NULL);
	machine_open(&vm->machine, device);
	machine_load(&vm->machine, MACHINE_LONG, guest_start, guest_end - guest_start);
	for (i = 0; i < VCPUS; i++)
		vcpu_add(vm, i);
}

void vm_close(struct vm *vm)
{
	unsigned int i;

	servers_stop(vm);
	for (i = 1; i < VCPUS; i++) {
		munmap(vm->vcpu[i].run, vm->machine.run_size);
		close(vm->vcpu[i].fd);
	}
	machine_close(&vm->machine);
}

int vm_serve(struct vm *vm, uint64_t flags)
{
	struct hull_vm_serve serve = { .size = sizeof(serve), .flags = flags };

	return ioctl(vm->machine.vm, HULL_VM_SERVE, &serve) ? -errno : 0;
}

static void *server(void *data)
{
	struct vm *vm = data;
	int ret = 0;

	while (atomic_load(&vm->serving)) {
		ret = vm_serve(vm, 0);
		if (ret != -EINTR)
			break;
	}
	atomic_store(&vm->left, ret);
	return NULL;
}

void servers_start(struct vm *vm, unsigned int n)
{
	atomic_store(&vm->serving, true);
	for (vm->servers = 0; vm->servers < n; vm->servers++)
		if (pthread_create(&vm->server[vm->servers], NULL, server, vm))
			errx(1, "pthread_create");
}

static void nap(void)
{
	struct timespec time = { .tv_nsec = 2000000 };

	nanosleep(&time, NULL);
}

static bool join_soon(pthread_t thread)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 20000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return !pthread_timedjoin_np(thread, NULL, &until);
}

void servers_stop(struct vm *vm)
{
	atomic_store(&vm->serving, false);
	while (vm->servers) {
		/* A signal that comes before the call is lost: once more. */
		do {
			pthread_kill(vm->server[vm->servers - 1], SIGUSR1);
		} while (!join_soon(vm->server[vm->servers - 1]));
		vm->servers--;
	}
}

static void *vcpu_thread(void *data)
{
	struct vcpu *vcpu = data;

	for (;;) {
		vcpu->reason = ioctl(vcpu->fd, KVM_RUN, 0) ? -errno : (int)vcpu->run->exit_reason;
		if (vcpu->reason == -EINTR)
			continue;
		if (vcpu->reason != KVM_EXIT_IO || vcpu->run->io.port != PORT_TIME)
			return NULL;
		vcpu->times++;
		sched_yield();
	}
}

static void vcpu_ready(struct vm *vm, unsigned int n)
{
	struct kvm_regs regs = {
		.rip = MACHINE_CODE, .rflags = 2, .rsp = MACHINE_STACK - n * 0x800 - 8,
		.rdi = MACHINE_RESULT + n * JOB_STEP,
	};

	if (ioctl(vm->vcpu[n].fd, KVM_SET_REGS, &regs))
		err(1, "KVM_SET_REGS");
	vm->vcpu[n].times = 0;
}

void vcpu_start(struct vm *vm, unsigned int n)
{
	vcpu_ready(vm, n);
	if (pthread_create(&vm->vcpu[n].thread, NULL, vcpu_thread, &vm->vcpu[n]))
		errx(1, "pthread_create");
}

void vcpu_join(struct vm *vm, unsigned int n)
{
	time_t end = time(NULL) + SECONDS;

	while (!join_soon(vm->vcpu[n].thread))
		if (time(NULL) > end) {
			warnx("vCPU %u hangs: %llu of %llu done", n, vm->vcpu[n].job->done,
			      vm->vcpu[n].job->count);
			_exit(TAP_FAIL);
		}
	if (vm->vcpu[n].reason != KVM_EXIT_IO)
		errx(1, "vCPU %u: exit %d", n, vm->vcpu[n].reason);
}

void vcpu_do(struct vm *vm, unsigned int n)
{
	vcpu_ready(vm, n);
	vcpu_thread(&vm->vcpu[n]);
	if (vm->vcpu[n].reason != KVM_EXIT_IO)
		errx(1, "vCPU %u: exit %d", n, vm->vcpu[n].reason);
}

long vm_call(struct vm *vm, uint32_t number, uint64_t a, uint64_t b, uint64_t c)
{
	struct job *job = vm->vcpu[0].job;

	*job = (struct job){ .kind = JOB_CALL, .number = number, .arg = { a, b, c } };
	vcpu_do(vm, 0);
	return job->ret;
}

/* ---- rings ------------------------------------------------------------------- */

void view_init(struct vm *vm, struct view *v, unsigned int n, uint32_t entries, uint32_t calls,
	       uint32_t results)
{
	uint8_t *at;

	v->setup = (struct hull_ring_setup){
		.gpa = RING_GPA + n * RING_STEP, .entries = entries,
	};
	at = vm->machine.memory + v->setup.gpa;
	memset(at, 0, HULL_RING_BYTES(entries));
	v->ring = (struct hull_ring *)at;
	v->calls = (struct hull_ring_call *)(at + HULL_RING_CALLS);
	v->results = (struct hull_ring_result *)(at + HULL_RING_RESULTS(entries));
	v->ring->call_tail = calls;
	v->ring->result_head = results;
	v->id = -1;
}

long view_setup(struct vm *vm, struct view *v)
{
	const size_t at = MACHINE_RESULT + VCPUS * JOB_STEP;

	memcpy(vm->machine.memory + at, &v->setup, sizeof(v->setup));
	v->id = vm_call(vm, HULL_HYPERCALL_RING_SETUP, at, 0, 0);
	return v->id;
}

void view_put(struct view *v, uint32_t number, uint64_t cookie, uint64_t a, uint64_t b)
{
	uint32_t tail = v->ring->call_tail;
	volatile struct hull_ring_call *call = &v->calls[tail & (v->setup.entries - 1)];

	call->number = number;
	call->flags = 0;
	call->cookie = cookie;
	call->arg[0] = a;
	call->arg[1] = b;
	atomic_thread_fence(memory_order_seq_cst);
	v->ring->call_tail = tail + 1;
}

long view_submit(struct vm *vm, struct view *v)
{
	atomic_thread_fence(memory_order_seq_cst);
	return v->ring->sleeping ? vm_call(vm, HULL_HYPERCALL_RING_DOORBELL, v->id, 0, 0) : 0;
}

bool view_wait(volatile uint32_t *word, uint32_t value)
{
	time_t end = time(NULL) + SECONDS;

	while (*word != value) {
		if (time(NULL) > end)
			return false;
		nap();
	}
	return true;
}

long view_end(struct vm *vm, struct view *v)
{
	return vm_call(vm, HULL_HYPERCALL_RING_END, v->id, 0, 0);
}
