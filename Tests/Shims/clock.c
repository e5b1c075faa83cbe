// Sets the machine's clock of one program wrong by a fixed time. Preloaded into a node under test, it shows what a node
// does whose clock is hours off. The clocks that only go forward stay as they are.
//
//   cc -shared -fPIC -O2 -Wall -Wextra -o clock.so clock.c -ldl
//   LD_PRELOAD=./clock.so CONCORD_CLOCK_OFFSET_SECONDS=-18000 program
//
// A setting that cannot be used ends the program with status 97: a test of nothing is worse than none.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { exit_unusable = 97 };

static long offset_seconds;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void prepare(void) {
    *(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    const char *text = getenv("CONCORD_CLOCK_OFFSET_SECONDS");
    char *end = NULL;
    errno = 0;
    offset_seconds = text ? strtol(text, &end, 10) : 0;
    if (!real_clock_gettime || !text || errno || end == text || *end) {
        fprintf(stderr, "clock: CONCORD_CLOCK_OFFSET_SECONDS is not a number of seconds\n");
        _exit(exit_unusable);
    }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (!real_clock_gettime) *(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real_clock_gettime(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += offset_seconds;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec time;
    if (clock_gettime(CLOCK_REALTIME, &time) != 0) return -1;
    now->tv_sec = time.tv_sec;
    now->tv_usec = time.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    if (kept) *kept = now.tv_sec;
    return now.tv_sec;
}
