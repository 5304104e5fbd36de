// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "life.h"

void life_need_kvm(void)
{
	if (!access("/dev/kvm", R_OK | W_OK))
		return;
	printf("1..0 # SKIP no /dev/kvm\n");
	exit(4);
}

struct vmm_options life_options(const char *name, const char *action)
{
	return (struct vmm_options){
		.name = name, .engine = VMM_ENGINE_KVM, .kernel = "./guest", .cmdline = action,
		.memory = LIFE_MEMORY, .cpus = 2, .run_dir = RUN_DIR,
	};
}

static bool file_has(const char *path, const char *text)
{
	char data[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data) - 1);

	if (fd >= 0)
		close(fd);
	data[n > 0 ? n : 0] = 0;
	return strstr(data, text);
}

bool life_log_has(const char *name, const char *text)
{
	char path[256];
	int i;

	vmm_log_path(RUN_DIR, name, path, sizeof(path));
	for (i = 0; i < 1000; i++) {
		if (file_has(path, text))
			return true;
		usleep(10000);
	}
	return false;
}
