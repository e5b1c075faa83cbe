// Cuts a file off as soon as it is mapped, as a full or failing disk, or another program, may do at any time. Preloaded
// into a program that maps a file to read it.
//
//   cc -shared -fPIC -O2 -Wall -Wextra -o cutoff.so cutoff.c -ldl
//   LD_PRELOAD=./cutoff.so CONCORD_CUT_OFF=name.sqlite program
//
// CONCORD_CUT_OFF  how the path of the file ends; it is left with one page of 4,096 bytes

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void cut(int file) {
    const char *end = getenv("CONCORD_CUT_OFF");
    char link[64], path[4096];
    if (end == NULL || file < 0) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < (ssize_t)strlen(end)) return;
    path[length] = '\0';
    if (strcmp(path + length - strlen(end), end) == 0 && truncate(path, 4096) != 0) _exit(97);
}

void *mmap(void *at, size_t bytes, int access, int flags, int file, off_t from) {
    void *(*next)(void *, size_t, int, int, int, off_t);
    *(void **)&next = dlsym(RTLD_NEXT, "mmap");
    void *made = next(at, bytes, access, flags, file, from);
    if (made != MAP_FAILED && (flags & MAP_SHARED)) cut(file);
    return made;
}

void *mmap64(void *at, size_t bytes, int access, int flags, int file, off_t from) {
    return mmap(at, bytes, access, flags, file, from);
}
