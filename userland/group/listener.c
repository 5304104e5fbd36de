// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <base/socket.h>
#include <group/listener.h>

/* config-linux.md, "The Container Process State" */
static char *process_state(const struct hull_ct *made, json_t *state)
{
	const struct hull_ct_seccomp *seccomp = &made->config->seccomp;
	json_t *json = json_pack("{sO s[s] sI sO}", "ociVersion",
				 json_object_get(state, "ociVersion"), "fds", "seccompFd", "pid",
				 (json_int_t)made->pid, "state", state);
	char *text;

	if (json && seccomp->listener_metadata)
		json_object_set_new(json, "metadata",
				    json_string_nocheck(seccomp->listener_metadata));
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

int hull_listener_send(struct hull_ct *made, json_t *state, struct hull_error *error)
{
	const char *path = made->config->seccomp.listener_path;
	char *text;
	int ret = 0;

	if (made->seccomp_listener >= 0) {
		text = process_state(made, state);
		if (!text)
			ret = hull_error_set(error, ENOMEM, "no memory");
		else if (hull_socket_give(path, made->seccomp_listener, text))
			ret = hull_error_set(error, errno, "listenerPath %s: %s", path,
					     strerror(errno));
		free(text);
		close(made->seccomp_listener);
		made->seccomp_listener = -1;
	}
	json_decref(state);
	return ret;
}
