// SPDX-License-Identifier: GPL-2.0-only
/* vmctl host: what this machine offers and what is missing. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmd/command.h>
#include <cmd/output.h>

static const char kvm_device[] = "/dev/kvm";

/* Why the VMM could not use KVM, or NULL. */
static const char *kvm_why(void)
{
	if (!access(kvm_device, R_OK | W_OK))
		return NULL;
	if (errno == ENOENT)
		return "no /dev/kvm: load kvm_intel or kvm_amd";
	return strerror(errno);
}

/* Whether the processor says that it has VMX, when the module is not there to tell. */
static bool cpuinfo_vmx(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[4096];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, "flags", 5) && strstr(line, " vmx");
	if (file)
		fclose(file);
	return found;
}

static void bits_missing_print(const struct hull_bit_name *names, uint64_t bits)
{
	const struct hull_bit_name *row;
	const char *between = "";

	row_begin("Missing");
	for (row = names; row->name; row++) {
		if (bits & row->bit)
			continue;
		printf("%s%s (%s)", between, row->name, row->help);
		between = ", ";
	}
	printf("%s\n", *between ? "" : "nothing");
}

static void host_print(const struct hull_host *host)
{
	const char *kvm = kvm_why();
	char text[TEXT_BYTES];

	row_print("Hull", "%s on Linux %s", host->version, host->kernel);
	row_print("Processor", "%s", host->cpu);
	row_print("CPUs", "%" PRIu32 " online", host->cpus);
	row_print("Memory", "%s", text_bytes(host->memory, text));
	row_print("Engine hull", "%s%s", host->vmx_error ? "not available: " : "available",
		  host->vmx_why);
	if (host->vmx_holder[0])
		row_print("VMX held by", "%s", host->vmx_holder);
	row_print("Engine kvm", "%s%s", kvm ? "not available: " : "available", kvm ? kvm : "");
	if (host->vmx_caps) {
		row_begin("VMX has");
		bits_print(hull_cap_names, host->vmx_caps, "nothing");
		printf("\n");
		bits_missing_print(hull_cap_names, host->vmx_caps);
	}
	row_begin("Hypercalls");
	bits_print(hull_feature_names, host->features, "the first ones alone");
	printf("\n");
	bits_missing_print(hull_feature_names, host->features);
	row_begin("Mitigations");
	bits_print(hull_mitigation_names, host->mitigations, "none needed, or switched off");
	printf("\n");
	row_print("VMs", "%" PRIu32 " of %" PRIu32 ", %" PRIu32 " running; up to %" PRIu32
		  " CPUs each", host->vms, host->vms_max, host->running, host->vcpus_max);
}

static json_t *host_json(const struct hull_host *host)
{
	const char *kvm = kvm_why();
	json_t *object = json_object();

	json_put(object, "module", json_true());
	json_put_text(object, "version", host->version);
	json_put_text(object, "kernel", host->kernel);
	json_put_text(object, "cpu", host->cpu);
	json_put_u64(object, "cpus", host->cpus);
	json_put_u64(object, "memory", host->memory);
	json_put(object, "hull_available", json_boolean(!host->vmx_error));
	json_put_text(object, "hull_why", host->vmx_why);
	json_put_text(object, "vmx_holder", host->vmx_holder);
	json_put(object, "vmx_caps", json_bits(hull_cap_names, host->vmx_caps));
	json_put(object, "hypercalls", json_bits(hull_feature_names, host->features));
	json_put(object, "mitigations", json_bits(hull_mitigation_names, host->mitigations));
	json_put(object, "kvm_available", json_boolean(!kvm));
	json_put_text(object, "kvm_why", kvm ? kvm : "");
	json_put_u64(object, "vms", host->vms);
	json_put_u64(object, "running", host->running);
	json_put_u64(object, "vms_max", host->vms_max);
	json_put_u64(object, "vcpus_max", host->vcpus_max);
	return object;
}

/* The module cannot be asked: what can be known without it. */
static int host_without(const struct args *args, const struct hull_error *error)
{
	const char *kvm = kvm_why();
	bool vmx = cpuinfo_vmx();
	json_t *object;

	if (!args->json) {
		row_print("Engine hull", "not available: %s", error->text);
		row_print("Processor", "%s", vmx ? "has VMX" :
			  "has no VMX, or the firmware locked it: look there for virtualization");
		row_print("Engine kvm", "%s%s", kvm ? "not available: " : "available",
			  kvm ? kvm : "");
		return STATUS_UNAVAILABLE;
	}
	object = json_object();
	json_put(object, "module", json_false());
	json_put(object, "hull_available", json_false());
	json_put_text(object, "hull_why", error->text);
	json_put(object, "cpu_vmx", json_boolean(vmx));
	json_put(object, "kvm_available", json_boolean(!kvm));
	json_put_text(object, "kvm_why", kvm ? kvm : "");
	return json_end(object) ? STATUS_FAILURE : STATUS_UNAVAILABLE;
}

int host_run(const struct command *command, const struct args *args)
{
	struct hull_error error;
	struct hull_client *client = hull_client_open(&error);
	struct hull_host host = { 0 };
	int ret;

	if (!client)
		return error.code == ENODEV ? host_without(args, &error) :
					      (int)command_fail(command, &error);
	ret = hull_host_get(client, &host, &error);
	hull_client_close(client);
	if (ret)
		return command_fail(command, &error);
	if (!args->json)
		host_print(&host);
	else if (json_end(host_json(&host)))
		return STATUS_FAILURE;
	return host.vmx_error ? STATUS_UNAVAILABLE : STATUS_OK;
}
