/* SPDX-License-Identifier: GPL-2.0-only */
/* Failures as sentences; every function that takes a struct vmm_error returns -1 with it. */
#ifndef HULL_VMM_ERROR_H
#define HULL_VMM_ERROR_H

#include "vmm.h"

void vmm_error_set(struct vmm_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void vmm_error_set_errno(struct vmm_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* vmm_fail(error, code, format, ...) - note the failure; is -1. @error may be NULL */
#define vmm_fail(...)		(vmm_error_set(__VA_ARGS__), -1)
/* vmm_fail_errno(error, format, ...) - the same, with the text of errno behind it */
#define vmm_fail_errno(...)	(vmm_error_set_errno(__VA_ARGS__), -1)

/** vmm_errno_text - also in a confined thread, which cannot look for a translation */
const char *vmm_errno_text(int code);

/** vmm_notice - something works less well than usual; the first one is kept */
void vmm_notice(struct vmm_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
