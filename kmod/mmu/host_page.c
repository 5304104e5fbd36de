// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the VMM's memory: found by its page tables, held only while they are
 * entered into the EPT.
 */
#include <linux/ioport.h>
#include <linux/pagemap.h>
#include <linux/swap.h>

#include <compat/mmu.h>

#include "private.h"

/* Memory that has no reference to take: mappings that drivers make. */
static int pfnmap_get(struct hull_host_page *hp, unsigned long hva, bool write)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	bool unlocked = false;
	int err = -EFAULT;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, hva);
	if (!vma || !(vma->vm_flags & (VM_IO | VM_PFNMAP)))
		goto out;
	if (!(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		goto out;

	err = hull_compat_pfnmap(vma, hva, &hp->pfn, &hp->writable);
	if (err || (write && !hp->writable)) {
		/* The notifier would tell if this went away again: go through the fault anew. */
		err = fixup_user_fault(mm, hva, write ? FAULT_FLAG_WRITE : 0, &unlocked);
		if (!err)
			err = -EAGAIN;
		goto out;
	}
	hp->page = NULL;
	hp->ram = page_is_ram(hp->pfn);
	hp->touched = true;
out:
	mmap_read_unlock(mm);
	return err;
}

static void page_got(struct hull_host_page *hp, struct page *page, bool writable, bool touched)
{
	hp->page = page;
	hp->pfn = page_to_pfn(page);
	hp->writable = writable;
	hp->ram = true;
	hp->touched = touched;
}

/* Without a fault: what is there, and may be had like that, at this moment. */
static bool page_get_fast(struct hull_host_page *hp, unsigned long hva, bool writable)
{
	struct page *page;

	if (!get_user_page_fast_only(hva, writable ? FOLL_WRITE : 0, &page))
		return false;
	page_got(hp, page, writable, false);
	return true;
}

int hull_host_page_get(struct hull_host_page *hp, unsigned long hva, bool write,
		       bool want_writable)
{
	unsigned int gup = write ? FOLL_WRITE : 0;
	struct page *page;
	long got;

	might_sleep();

	if (page_get_fast(hp, hva, write || want_writable))
		return 0;
	got = get_user_pages_unlocked(hva, 1, &page,
				      gup | FOLL_HWPOISON | HULL_COMPAT_FOLL_INTERRUPTIBLE);
	switch (got) {
	case 1:
		/* faulted in for what was asked, and touched by that; more may be possible */
		if (!write && want_writable && page_get_fast(hp, hva, true))
			put_page(page);
		else
			page_got(hp, page, write, true);
		return 0;
	case -EINTR:
	case -ERESTARTSYS:
	case -EAGAIN:
		return -EAGAIN;
	case -EHWPOISON:
	case -ENOMEM:
		return got;
	default:
		return pfnmap_get(hp, hva, write);
	}
}

void hull_host_page_put(struct hull_host_page *hp, bool used)
{
	struct page *page = hp->page;

	if (!page)
		return;
	if (used && !hp->touched && !PageReserved(page)) {
		/*
		 * Enough to do it now: whoever cleans the page write-protects it first, or
		 * unmaps it, and the notifier drops our entry.
		 */
		if (hp->writable)
			SetPageDirty(page);
		mark_page_accessed(page);
	}
	put_page(page);
}

bool hull_host_page_large(struct mm_struct *mm, unsigned long hva, unsigned long pfn, bool write)
{
	unsigned long flags;
	bool large = false;
	pgd_t pgd;
	p4d_t p4d;
	pud_t pud;
	pmd_t pmd;

	/*
	 * Tables are freed after an interrupt on every CPU, or after RCU; neither comes
	 * to pass while interrupts are off. Each entry is read once.
	 */
	local_irq_save(flags);
	pgd = READ_ONCE(*pgd_offset(mm, hva));
	if (pgd_none(pgd) || !pgd_present(pgd))
		goto out;
	p4d = READ_ONCE(*p4d_offset(&pgd, hva));
	if (p4d_none(p4d) || !p4d_present(p4d))
		goto out;
	pud = READ_ONCE(*pud_offset(&p4d, hva));
	if (pud_none(pud) || !pud_present(pud))
		goto out;
	if (pud_leaf(pud)) {
		large = pud_pfn(pud) + ((hva & ~PUD_MASK) >> PAGE_SHIFT) == pfn &&
			(!write || pud_write(pud));
		goto out;
	}
	pmd = READ_ONCE(*pmd_offset(&pud, hva));
	if (pmd_none(pmd) || !pmd_present(pmd) || !pmd_leaf(pmd))
		goto out;
	large = pmd_pfn(pmd) + ((hva & ~PMD_MASK) >> PAGE_SHIFT) == pfn &&
		(!write || pmd_write(pmd));
out:
	local_irq_restore(flags);
	return large;
}
