// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was done to a policy that allows it: the fewest rules that a person would write.
 * Files that are many in one place become the place, many addresses become all of them,
 * and what is of one kind stands in one rule. What it widens it says in a comment.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <policy/group_learn.h>
#include <policy/group_private.h>

#define MANY		4u		/* so many of one kind are all of them */
#define LINE		100u

struct learnt {
	const char *object;		/* as in the language */
	const char *group;		/* what it may be widened to; NULL: nothing */
	uint32_t perms;
	uint8_t class;
	bool gone;
};

struct group_learn {
	struct group_arena *arena;
	struct learnt *list;
	size_t n;
};

struct group_learn *group_learn_new(void)
{
	struct group_arena *arena = group_arena_new();
	struct group_learn *learn = group_alloc(arena, sizeof(*learn));

	learn->arena = arena;
	return learn;
}

void group_learn_free(struct group_learn *learn)
{
	group_arena_free(learn->arena);
}

/* ---- taking in --------------------------------------------------------------------- */

/* Programs and libraries are looked for all over these: one file says nothing. */
static const char *const trees[] = {
	"/usr/lib", "/usr/lib64", "/usr/share", "/usr/include", "/lib", "/lib64",
	"/usr/local/lib", NULL,
};

static bool beneath(const char *path, const char *tree)
{
	size_t len = strlen(tree);

	return !strncmp(path, tree, len) && (path[len] == '/' || !path[len]);
}

/* "/proc/1234/stat": numbers of processes say nothing to who comes later. */
static const char *path_tidy(struct group_arena *arena, const char *path)
{
	size_t len;

	if (!strncmp(path, "/proc/", 6) && isdigit((unsigned char)path[6])) {
		len = strspn(path + 6, "0123456789");
		return group_print(arena, "/proc/*%s", path + 6 + len);
	}
	return path;
}

static const char *directory(struct group_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash > path ? group_print(arena, "%.*s", (int)(slash - path), path) : NULL;
}

static void take(struct group_learn *learn, unsigned int class, uint32_t perms,
		 const char *object, const char *group)
{
	size_t i;

	for (i = 0; i < learn->n; i++) {
		if (learn->list[i].class == class && !strcmp(learn->list[i].object, object)) {
			learn->list[i].perms |= perms;
			return;
		}
	}
	learn->list = group_grow(learn->arena, learn->list, learn->n, sizeof(*learn->list));
	learn->list[learn->n++] = (struct learnt){
		.object = group_copy(learn->arena, object, strlen(object)), .group = group,
		.perms = perms, .class = (uint8_t)class,
	};
}

static void file_take(struct group_learn *learn, const struct group_item *item, const char *text)
{
	const uint32_t reading = HULL_FILE_READ | HULL_FILE_LIST | HULL_FILE_STAT |
				 HULL_FILE_MAP_EXEC | HULL_FILE_CHDIR;
	const char *path = path_tidy(learn->arena, text);
	size_t i;

	for (i = 0; trees[i] && !(item->perms & ~reading); i++) {
		if (beneath(text, trees[i])) {
			take(learn, item->class, item->perms, trees[i], NULL);
			return;
		}
	}
	/* A pattern's directory is not widened further. */
	take(learn, item->class, item->perms, path,
	     strpbrk(path, "*\"") ? NULL : directory(learn->arena, path));
}

/* "10.0.0.1 port 80": many addresses with one port are any with that port. */
static const char *inet_group(struct group_arena *arena, const char *text)
{
	const char *port = strstr(text, " port ");

	return port ? group_print(arena, "any%s", port) : "any";
}

bool group_learn_add(struct group_learn *learn, const char *request, const char **why)
{
	struct group_policy policy;
	struct group_error error;
	char text[4096];
	size_t i;
	bool ok;

	snprintf(text, sizeof(text), "allow %s", request);
	ok = group_parse(&policy, "request", text, strlen(text), NULL, &error);
	*why = group_print(learn->arena, "'%s': %s", error.found, error.why);
	for (i = 0; ok && i < policy.n_items; i++) {
		const struct group_item *item = &policy.items[i];

		group_item_text(&policy, item, text, sizeof(text));
		if (item->class == HULL_CLASS_FILE && !item->any)
			file_take(learn, item, text);
		else if (item->class == HULL_CLASS_INET && !item->any)
			take(learn, item->class, item->perms, text,
			     inet_group(learn->arena, text));
		else
			take(learn, item->class, item->perms, text, NULL);
	}
	group_policy_free(&policy);
	return ok;
}

/* ---- making it general ---------------------------------------------------------------- */

static size_t count_alike(const struct group_learn *learn, const struct learnt *like)
{
	size_t i, n = 0;

	for (i = 0; i < learn->n; i++)
		n += !learn->list[i].gone && learn->list[i].class == like->class &&
		     learn->list[i].perms == like->perms && learn->list[i].group &&
		     !strcmp(learn->list[i].group, like->group);
	return n;
}

/* All that are alike become one. */
static void widen(struct group_learn *learn, const struct learnt *like)
{
	struct learnt row = *like;
	size_t i;

	for (i = 0; i < learn->n; i++) {
		struct learnt *one = &learn->list[i];

		if (one->group && one->class == row.class && one->perms == row.perms &&
		    !strcmp(one->group, row.group))
			one->gone = true;
	}
	take(learn, row.class, row.perms, row.group, NULL);
}

/* What is beneath a place with as many permissions needs no rule of its own. */
static void files_absorb(struct group_learn *learn)
{
	size_t i, k;

	for (i = 0; i < learn->n; i++) {
		struct learnt *one = &learn->list[i];

		for (k = 0; k < learn->n && one->class == HULL_CLASS_FILE; k++) {
			const struct learnt *place = &learn->list[k];

			if (k != i && !place->gone && place->class == one->class &&
			    !(one->perms & ~place->perms) && strcmp(one->object, place->object) &&
			    beneath(one->object, place->object))
				one->gone = true;
		}
	}
}

static int order(const void *a, const void *b)
{
	const struct learnt *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->perms != y->perms)
		return x->perms < y->perms ? -1 : 1;
	return strcmp(x->object, y->object);
}

/* ---- writing it down ------------------------------------------------------------------- */

/* Words that may follow each other in one rule. */
static bool lists(unsigned int class)
{
	unsigned int kind = hull_class_rows[class].kind;

	return kind == HULL_KIND_FILE || kind == HULL_KIND_NUMBER || kind == HULL_KIND_RANGES;
}

static void rule_begin(const struct learnt *row, char *line, size_t size)
{
	char perms[512];

	group_perms_text(row->class, row->perms, perms, sizeof(perms));
	snprintf(line, size, "allow %s %s", hull_class_rows[row->class].name, perms);
}

static void rows_write(const struct group_learn *learn, FILE *to)
{
	const struct learnt *last = NULL;
	char line[1024];
	size_t width = 0, i;

	for (i = 0; i < learn->n; i++) {
		const struct learnt *row = &learn->list[i];

		if (row->gone)
			continue;
		if (last && last->class == row->class && last->perms == row->perms &&
		    lists(row->class) && *row->object && *last->object) {
			width += strlen(row->object) + 2;
			fprintf(to, width > LINE ? ",\n\t%s" : ", %s", row->object);
			if (width > LINE)
				width = 8 + strlen(row->object);
			last = row;
			continue;
		}
		rule_begin(row, line, sizeof(line));
		fprintf(to, "%s%s%s%s", last ? "\n" : "", line, *row->object ? " " : "",
			row->object);
		width = strlen(line) + strlen(row->object) + 1;
		last = row;
	}
	fprintf(to, "\n");
}

void group_learn_write(struct group_learn *learn, FILE *to)
{
	size_t i, seen = learn->n, n = learn->n, rows = 0;

	for (i = 0; i < n; i++) {
		const struct learnt one = learn->list[i];

		if (!one.gone && one.group && count_alike(learn, &one) >= MANY) {
			fprintf(to, "# Many of them: all of %s.\n", one.group);
			widen(learn, &one);
		}
	}
	files_absorb(learn);
	qsort(learn->list, learn->n, sizeof(*learn->list), order);
	for (i = 0; i < learn->n; i++)
		rows += !learn->list[i].gone;
	fprintf(to, "# Learnt from %zu different actions, told by %zu objects. Read it before use.\n"
		"default deny\n", seen, rows);
	if (rows)
		rows_write(learn, to);
}
