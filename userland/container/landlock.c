// SPDX-License-Identifier: GPL-2.0-only
/* landlock - a ruleset for the program and its children (landlock(7)) */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <container/private.h>

static int rule_add(struct hull_ct_run *run, const struct hull_ct_landlock_rule *rule)
{
	struct landlock_path_beneath_attr attr = { .allowed_access = rule->access };
	int ret;

	attr.parent_fd = run->root < 0 ? open(rule->path, O_PATH | O_CLOEXEC) :
			 hull_ct_path_open(run->root, rule->path, O_PATH);
	if (attr.parent_fd < 0)
		return -1;
	ret = (int)syscall(SYS_landlock_add_rule, run->ruleset, LANDLOCK_RULE_PATH_BENEATH,
			   &attr, 0);
	close(attr.parent_fd);
	return ret;
}

/* Made here, where its paths can be opened; in force by the starter. */
static int landlock(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	struct landlock_ruleset_attr attr = { .handled_access_fs = config->landlock.handled };
	size_t i;

	run->ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
				    sizeof(attr.handled_access_fs), 0);
	if (run->ruleset < 0)
		return -1;
	for (i = 0; i < config->landlock.n_rules; i++) {
		run->object = config->landlock.rules[i].path;
		if (rule_add(run, &config->landlock.rules[i]))
			return -1;
	}
	run->object = NULL;
	return 0;
}

const struct hull_ct_step_kind hull_ct_step_landlock = {
	"make Landlock rules", HULL_CT_INSIDE, landlock, NULL, NULL
};
