// SPDX-License-Identifier: GPL-2.0-only
/* Domains come with their first VM and go with their last. */

#include <linux/slab.h>
#include <hypercall/domain.h>

static DEFINE_MUTEX(domains_lock);	/* innermost */
static LIST_HEAD(domains);

static struct hull_domain *domain_alloc(const char *name)
{
	struct hull_domain *domain = kzalloc(sizeof(*domain), GFP_KERNEL_ACCOUNT);

	if (!domain)
		return NULL;
	strscpy(domain->name, name, sizeof(domain->name));
	domain->users = 1;
	INIT_LIST_HEAD(&domain->link);
	mutex_init(&domain->lock);
	hash_init(domain->offers);
	mutex_init(&domain->shares_lock);
	INIT_LIST_HEAD(&domain->shares);
	return domain;
}

static struct hull_domain *domain_find(const char *name)
{
	struct hull_domain *domain;

	lockdep_assert_held(&domains_lock);
	list_for_each_entry(domain, &domains, link)
		if (!strcmp(domain->name, name))
			return domain;
	return NULL;
}

int hull_domain_join(struct hull_vm_calls *calls)
{
	const char *name = calls->vm->record->config.domain;
	struct hull_domain *new = domain_alloc(name), *domain;

	if (!new)
		return -ENOMEM;
	if (!*name) {
		calls->domain = new;
		return 0;
	}
	mutex_lock(&domains_lock);
	domain = domain_find(name);
	if (domain) {
		domain->users++;
	} else {
		domain = new;
		list_add(&domain->link, &domains);
	}
	mutex_unlock(&domains_lock);
	if (domain != new)
		kfree(new);
	calls->domain = domain;
	return 0;
}

void hull_domain_leave(struct hull_vm_calls *calls)
{
	struct hull_domain *domain = calls->domain;
	bool last;

	mutex_lock(&domains_lock);
	last = !--domain->users;
	if (last)
		list_del(&domain->link);
	mutex_unlock(&domains_lock);
	if (last)
		kfree(domain);
}
