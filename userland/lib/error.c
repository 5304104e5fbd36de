// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <lib/client.h>

int hull_error_set(struct hull_error *error, int code, const char *format, ...)
{
	va_list args;

	error->code = code;
	error->at = 0;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -1;
}
