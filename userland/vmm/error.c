// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

const char *vmm_errno_text(int code)
{
	const char *text = strerrordesc_np(code);

	return text ? text : "unknown error";
}

void vmm_error_set(struct vmm_error *error, int code, const char *format, ...)
{
	va_list args;

	if (!error)
		return;
	error->code = code;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
}

void vmm_error_set_errno(struct vmm_error *error, const char *format, ...)
{
	int code = errno;
	va_list args;
	size_t len;

	if (!error)
		return;
	error->code = code;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	len = strlen(error->text);
	snprintf(error->text + len, sizeof(error->text) - len, ": %s", vmm_errno_text(code));
}

void vmm_notice(struct vmm_error *error, const char *format, ...)
{
	va_list args;

	if (!error || error->notice[0])
		return;
	va_start(args, format);
	vsnprintf(error->notice, sizeof(error->notice), format, args);
	va_end(args);
}
