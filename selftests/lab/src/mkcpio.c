// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkcpio - write a cpio (newc) archive from a list, the same bytes every time
 *
 *   file PATH SOURCE MODE      dir PATH MODE
 *   slink PATH TARGET          nod PATH MODE c|b MAJOR MINOR
 *
 * Everything belongs to root and carries time stamp 0; missing parent
 * directories are made. The list comes on stdin, the archive goes to stdout.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DIRS 4096

static unsigned int next_ino = 1;
static unsigned long written;
static char *dirs[MAX_DIRS];
static unsigned int nr_dirs;
static unsigned int line_nr;

static void die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "mkcpio: line %u: ", line_nr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void put(const void *data, size_t len)
{
	if (fwrite(data, 1, len, stdout) != len)
		die("cannot write: %s", strerror(errno));
	written += len;
}

static void pad(unsigned int align)
{
	static const char zeros[512];
	unsigned int rest = written % align;

	if (rest)
		put(zeros, align - rest);
}

static void header(const char *path, unsigned int mode, unsigned long size,
		   unsigned int major, unsigned int minor)
{
	char head[128];
	size_t len;

	while (*path == '/')
		path++;
	len = strlen(path) + 1;
	/* magic ino mode uid gid nlink mtime size dev(2) rdev(2) namesize check */
	snprintf(head, sizeof(head),
		 "070701%08X%08X%08X%08X%08X%08X%08lX%08X%08X%08X%08X%08zX%08X",
		 next_ino++, mode, 0, 0, S_ISDIR(mode) ? 2 : 1, 0, size, 0, 0,
		 major, minor, len, 0);
	put(head, 110);
	put(path, len);
	pad(4);
}

static int seen_dir(const char *path)
{
	unsigned int i;

	for (i = 0; i < nr_dirs; i++)
		if (!strcmp(dirs[i], path))
			return 1;
	if (nr_dirs == MAX_DIRS)
		die("too many directories");
	dirs[nr_dirs] = strdup(path);
	if (!dirs[nr_dirs++])
		die("out of memory");
	return 0;
}

static void add_dir(const char *path, unsigned int mode)
{
	if (!seen_dir(path))
		header(path, S_IFDIR | mode, 0, 0, 0);
}

static void add_parents(const char *path)
{
	char part[4096];
	char *slash = part;

	if (path[0] != '/' || strlen(path) >= sizeof(part))
		die("'%s' is not an absolute path", path);
	strcpy(part, path);
	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		add_dir(part, 0755);
		*slash = '/';
	}
}

static void add_file(const char *path, const char *source, unsigned int mode)
{
	unsigned long left;
	char buf[65536];
	struct stat st;
	size_t got;
	FILE *in;

	in = fopen(source, "rb");
	if (!in || fstat(fileno(in), &st))
		die("%s: %s", source, strerror(errno));
	if (!S_ISREG(st.st_mode))
		die("%s: not a regular file", source);
	header(path, S_IFREG | mode, st.st_size, 0, 0);
	for (left = st.st_size; left; left -= got) {
		got = fread(buf, 1, left < sizeof(buf) ? left : sizeof(buf), in);
		if (!got)
			die("%s: file became shorter", source);
		put(buf, got);
	}
	fclose(in);
	pad(4);
}

static void add_link(const char *path, const char *target)
{
	header(path, S_IFLNK | 0777, strlen(target), 0, 0);
	put(target, strlen(target));
	pad(4);
}

static void add_node(const char *path, const char *rest)
{
	unsigned int mode, major, minor;
	char type;

	if (sscanf(rest, "%o %c %u %u", &mode, &type, &major, &minor) != 4 ||
	    (type != 'c' && type != 'b'))
		die("expected: nod PATH MODE c|b MAJOR MINOR");
	header(path, (type == 'c' ? S_IFCHR : S_IFBLK) | mode, 0, major, minor);
}

static void add_line(char *line)
{
	char kind[16], path[4096], arg[4096];
	unsigned int mode = 0755;
	int rest = 0;

	if (sscanf(line, "%15s %4095s %n", kind, path, &rest) < 2)
		die("expected: KIND PATH ...");
	add_parents(path);
	if (!strcmp(kind, "dir")) {
		sscanf(line + rest, "%o", &mode);
		add_dir(path, mode);
	} else if (!strcmp(kind, "nod")) {
		add_node(path, line + rest);
	} else if (sscanf(line + rest, "%4095s %o", arg, &mode) < 1) {
		die("%s: source or target is missing", path);
	} else if (!strcmp(kind, "file")) {
		add_file(path, arg, mode);
	} else if (!strcmp(kind, "slink")) {
		add_link(path, arg);
	} else {
		die("unknown kind '%s'", kind);
	}
}

int main(void)
{
	char line[12288];

	while (fgets(line, sizeof(line), stdin)) {
		char *start = line + strspn(line, " \t");

		line_nr++;
		if (*start != '#' && *start != '\n' && *start)
			add_line(start);
	}
	next_ino = 0;
	header("TRAILER!!!", 0, 0, 0, 0);
	pad(512);
	return fflush(stdout) ? 1 : 0;
}
