// Makes the disk slow and counts how often it is asked to be durable. Preloaded into a server under test, it shows
// what a write path does per commit on a disk whose sync takes milliseconds, and how many syncs a batch of commits
// shares.
//
//   cc -shared -fPIC -O2 -Wall -Wextra -o slowsync.so slowsync.c -ldl
//   LD_PRELOAD=./slowsync.so CONCORD_SYNC_DELAY_US=5000 CONCORD_SYNC_COUNT_FILE=count program
//
// CONCORD_SYNC_DELAY_US    microseconds slept before each fsync, fdatasync and sync_file_range (default 5000)
// CONCORD_SYNC_COUNT_FILE  file whose first 8 bytes are the number of calls begun, in the machine's byte order
//
// The counter lives in a shared mapping: it survives SIGKILL, and every process that names the same file adds to it.
// The file is not reset at start, so that a restart goes on counting; a reader takes the difference of two readings.
// A setting that cannot be used ends the program with status 97: a wrong measurement is worse than none.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { delay_us_default = 5000, delay_us_max = 10 * 1000 * 1000, exit_unusable = 97 };

static long delay_us = delay_us_default;
static uint64_t unnamed_count;
static uint64_t *count = &unnamed_count;

static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_sync_file_range)(int, off64_t, off64_t, unsigned int);

static void unusable(const char *what, const char *value) {
    fprintf(stderr, "slowsync: %s: %s%s%s\n", what, value, errno ? ": " : "", errno ? strerror(errno) : "");
    _exit(exit_unusable);
}

static void *next_function(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) {
        errno = 0;
        unusable("no such function in the C library", name);
    }
    return found;
}

static void map_counter(const char *path) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    struct stat status;
    if (file < 0 || fstat(file, &status) < 0) unusable("CONCORD_SYNC_COUNT_FILE cannot be opened", path);
    if (status.st_size < (off_t)sizeof *count && ftruncate(file, sizeof *count) < 0)
        unusable("CONCORD_SYNC_COUNT_FILE cannot be sized", path);
    void *mapped = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) unusable("CONCORD_SYNC_COUNT_FILE cannot be mapped", path);
    close(file);
    count = mapped;
}

__attribute__((constructor)) static void prepare(void) {
    *(void **)&real_fsync = next_function("fsync");
    *(void **)&real_fdatasync = next_function("fdatasync");
    *(void **)&real_sync_file_range = next_function("sync_file_range");

    const char *delay = getenv("CONCORD_SYNC_DELAY_US");
    if (delay) {
        char *end;
        errno = 0;
        delay_us = strtol(delay, &end, 10);
        if (errno || end == delay || *end || delay_us < 0 || delay_us > delay_us_max)
            unusable("CONCORD_SYNC_DELAY_US is not a number of microseconds from 0 to 10000000", delay);
    }
    const char *path = getenv("CONCORD_SYNC_COUNT_FILE");
    if (path) map_counter(path);
}

// Counts the call, then sleeps the whole delay even when signals interrupt it. Leaves errno as it was.
static void begin_sync(void) {
    int kept = errno;
    __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
    struct timespec left = {delay_us / 1000000, delay_us % 1000000 * 1000};
    while (delay_us > 0 && nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
    errno = kept;
}

int fsync(int file) {
    begin_sync();
    return real_fsync(file);
}

int fdatasync(int file) {
    begin_sync();
    return real_fdatasync(file);
}

int sync_file_range(int file, off64_t offset, off64_t length, unsigned int flags) {
    begin_sync();
    return real_sync_file_range(file, offset, length, flags);
}
