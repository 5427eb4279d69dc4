/* SPDX-License-Identifier: GPL-2.0 */
/* Reading a directory to its end, by which a filesystem reads all of its blocks. */
#ifndef LAB_DIRECTORY_H
#define LAB_DIRECTORY_H

#include <dirent.h>
#include <errno.h>
#include "lab.h"

/* Returns 0, or the error that ended it. */
static inline int list_directory(const char *path)
{
	DIR *dir = opendir(path);
	int rc;

	EXPECT(dir, "%s: %m", path);
	do {
		errno = 0;
	} while (readdir(dir));
	rc = errno;
	closedir(dir);
	return rc;
}

#endif
