// SPDX-License-Identifier: GPL-2.0-only
/* From a plan to figures: engines, then sets of mitigations, then transports. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <lib/names.h>

#include "transports.h"

#define ENOSYS_TEXT	"this host does not answer it"

static struct bench_result *result_add(struct bench_results *results, struct vmm_error *error)
{
	struct bench_result *rows;

	if (results->n == results->room) {
		results->room = results->room ? 2 * results->room : 32;
		rows = realloc(results->rows, results->room * sizeof(*rows));
		if (!rows) {
			vmm_error_set_errno(error, "results");
			return NULL;
		}
		results->rows = rows;
	}
	rows = &results->rows[results->n++];
	memset(rows, 0, sizeof(*rows));
	return rows;
}

void bench_results_free(struct bench_results *results)
{
	free(results->rows);
	*results = (struct bench_results){ 0 };
}

/* One job of the measured guest, and of its peer where it has one. */
static int job_run(struct bench_session *session, const struct bench_transport *transport,
		   const struct bench_job *job, struct vmm_error *error)
{
	int ret;

	if (!transport->peer)
		return bench_vm_job(&session->vm, job, error);
	if (bench_peer_start(session, transport->peer, job, error))
		return -1;
	ret = bench_vm_job(&session->vm, job, error);
	bench_peer_end(session, !ret);
	return ret;
}

/* Cycles of one call in each sample, without those of the loop around it. */
static int measure(struct bench_session *session, const struct bench_transport *transport,
		   double *samples, struct vmm_error *error)
{
	struct bench_job job = transport->job, empty = { .op = BENCH_OP_EMPTY };
	const uint64_t *cycles = bench_vm_samples(&session->vm);
	struct bench_stats loop;
	uint32_t i;

	job.iterations = session->plan->iterations / transport->divide;
	job.iterations = job.iterations ? job.iterations : 1;
	empty.samples = session->plan->samples;
	empty.iterations = job.iterations;
	if (bench_vm_job(&session->vm, &empty, error))
		return -1;
	for (i = 0; i < empty.samples; i++)
		samples[i] = (double)cycles[i];
	bench_stats_of(samples, empty.samples, &loop);

	/* The first ones find cold caches, unmapped pages and calls not yet looked up. */
	job.samples = 2;
	if (job_run(session, transport, &job, error))
		return -1;
	job.samples = session->plan->samples;
	if (job_run(session, transport, &job, error))
		return -1;
	for (i = 0; i < job.samples; i++)
		samples[i] = ((double)cycles[i] - loop.median) /
			     ((double)job.iterations * transport->per);
	return 0;
}

static int transport_measure(struct bench_session *session,
			     const struct bench_transport *transport,
			     struct bench_result *result, struct vmm_error *error)
{
	double *samples = calloc(session->plan->samples, sizeof(*samples));
	int ret;

	if (!samples)
		return vmm_fail_errno(error, "samples");
	ret = transport->begin ? transport->begin(session, error) : 0;
	if (!ret) {
		ret = measure(session, transport, samples, error);
		if (transport->end)
			transport->end(session);
	}
	if (!ret) {
		bench_stats_of(samples, session->plan->samples, &result->stats);
	} else if (error->code == ENOSYS || error->code == ENOTSUP) {
		/* "%.*s": a reason that is too long is cut. */
		snprintf(result->skipped, sizeof(result->skipped), "%.*s", BENCH_TEXT_MAX - 1,
			 error->code == ENOTSUP ? error->text :
			 transport->absent ? transport->absent : ENOSYS_TEXT);
		ret = 0;
	}
	free(samples);
	return ret;
}

static void mitigations_name(uint32_t mitigations, uint32_t host, char *text, size_t size)
{
	const struct hull_bit_name *name;
	size_t at = 0;

	if (mitigations == host || !mitigations) {
		snprintf(text, size, "%s", mitigations == host ? "default" : "off");
		return;
	}
	text[0] = '\0';
	for (name = hull_mitigation_names; name->name && at < size; name++)
		if (mitigations & name->bit)
			at += (size_t)snprintf(text + at, size - at, "%s%s", at ? "," : "",
					       name->name);
}

struct bench_each {
	struct bench_session *session;
	struct bench_results *results;
	void (*progress)(const char *engine, const char *mitigations, const char *transport);
};

/* All transports of one engine under one set of mitigations, in one VM. */
static int session_run(struct bench_each *each, struct vmm_error *error)
{
	struct bench_session *session = each->session;
	const struct bench_plan *plan = session->plan;
	const struct bench_transport *transport;
	const char *engine = session->hull ? "hull" : "kvm";
	struct bench_result *result;
	int ret;

	ret = bench_vm_open(&session->vm, session->hull ? plan->client : NULL, "a",
			    session->mitigations, error);
	if (ret)
		return ret;
	for (transport = bench_transports; transport->name && !ret; transport++) {
		if (!(transport->engines & (session->hull ? BENCH_ON_HULL : BENCH_ON_KVM)) ||
		    (plan->only && strcmp(plan->only, transport->name)))
			continue;
		result = result_add(each->results, error);
		if (!result) {
			ret = -1;
			break;
		}
		result->transport = transport->name;
		result->what = transport->what;
		result->engine = engine;
		mitigations_name(session->mitigations, plan->mitigations, result->mitigations,
				 sizeof(result->mitigations));
		if (each->progress)
			each->progress(engine, result->mitigations, transport->name);
		ret = transport_measure(session, transport, result, error);
	}
	bench_vm_close(&session->vm, session->hull ? plan->client : NULL);
	return ret;
}

/* Each mitigation that the host has: everything but it, then it alone. */
static int sweep_run(struct bench_each *each, struct vmm_error *error)
{
	uint32_t host = each->session->plan->mitigations, bit;
	int ret = 0;

	for (bit = 1; bit && bit <= host && !ret; bit <<= 1) {
		if (!(host & bit) || host == bit)
			continue;
		each->session->mitigations = host & ~bit;
		ret = session_run(each, error);
		if (ret)
			break;
		each->session->mitigations = bit;
		ret = session_run(each, error);
	}
	return ret;
}

int bench_run(const struct bench_plan *plan, struct bench_results *results,
	      void (*progress)(const char *engine, const char *mitigations,
			       const char *transport),
	      struct vmm_error *error)
{
	struct bench_session session = { .plan = plan, .mitigations = plan->mitigations };
	struct bench_each each = { &session, results, progress };
	int ret = 0;

	*results = (struct bench_results){ 0 };
	if (plan->engines & BENCH_ON_HULL) {
		session.hull = true;
		ret = session_run(&each, error);
		if (!ret && plan->mitigations) {
			session.mitigations = 0;
			ret = session_run(&each, error);
		}
		if (!ret && plan->sweep)
			ret = sweep_run(&each, error);
	}
	if (!ret && (plan->engines & BENCH_ON_KVM)) {
		session.hull = false;
		/* KVM's are the host's. */
		session.mitigations = plan->mitigations;
		ret = session_run(&each, error);
	}
	return ret;
}
