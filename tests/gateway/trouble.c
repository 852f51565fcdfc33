/* A disk that fills up and a clock that jumps, for one process. Loaded before
 * the C library into the gateway, so that no mount and no right is needed.
 *
 * TROUBLE_FOLDER: whose disk it is. TROUBLE_FULL: a file; while it is there,
 * changes below the folder are counted, and from the number on that stands in
 * it every one of them fails with "no space left on device". The file with
 * ".hit" behind its name then appears.
 * TROUBLE_CLOCK: a file with the seconds by which the clock is wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FDS 65536
#define LONGEST 4096

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *full, *off;
static long changes;
static char watched[FDS];

__attribute__((constructor)) static void begin(void) {
    folder = getenv("TROUBLE_FOLDER");
    full = getenv("TROUBLE_FULL");
    off = getenv("TROUBLE_CLOCK");
}

/* The number in a small file; -1 if it is not there. */
static long number_in(const char *path) {
    char text[32] = {0};
    int kept = errno;
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
    long number = -1;
    if (fd >= 0) {
        if (syscall(SYS_read, fd, text, sizeof text - 1) > 0)
            number = strtol(text, NULL, 10);
        syscall(SYS_close, fd);
    }
    errno = kept;
    return number;
}

static int below(const char *path) {
    size_t n = folder ? strlen(folder) : 0;
    return n && full && strncmp(path, folder, n) == 0 && (path[n] == 0 || path[n] == '/');
}

/* Whether this change finds the disk full. */
static int no_room(void) {
    long first = number_in(full);
    if (first < 0)
        return 0;
    pthread_mutex_lock(&turn);
    int hit = changes++ >= first;
    pthread_mutex_unlock(&turn);
    if (!hit)
        return 0;
    char mark[LONGEST];
    snprintf(mark, sizeof mark, "%s.hit", full);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        syscall(SYS_close, fd);
    errno = ENOSPC;
    return 1;
}

static int opened(const char *path, int flags, mode_t mode) {
    int ours = below(path);
    if (ours && (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0 && no_room())
        return -1;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < FDS)
        watched[fd] = (char)ours;
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE(flags) return opened(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(path, flags, mode); }

int close(int fd) {
    if (fd >= 0 && fd < FDS)
        watched[fd] = 0;
    return (int)syscall(SYS_close, fd);
}

static int refused(int fd) { return fd >= 0 && fd < FDS && watched[fd] && no_room(); }

ssize_t write(int fd, const void *data, size_t length) {
    return refused(fd) ? -1 : syscall(SYS_write, fd, data, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return refused(fd) ? -1 : syscall(SYS_writev, fd, parts, count);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
    return refused(fd) ? -1 : syscall(SYS_pwrite64, fd, data, length, at);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
    return refused(fd) ? -1 : syscall(SYS_pwrite64, fd, data, length, at);
}

int ftruncate(int fd, off_t length) { return refused(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, length); }
int ftruncate64(int fd, off64_t length) { return refused(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, length); }

/* A file system that gives out blocks late says only now that there are none. */
int fsync(int fd) { return refused(fd) ? -1 : (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return refused(fd) ? -1 : (int)syscall(SYS_fdatasync, fd); }

int rename(const char *from, const char *to) {
    if (below(to) && no_room())
        return -1;
    return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int mkdir(const char *path, mode_t mode) {
    if (below(path) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0 && no_room())
        return -1;
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int clock_gettime(clockid_t which, struct timespec *time) {
    int done = (int)syscall(SYS_clock_gettime, which, time);
    if (done == 0 && off && which == CLOCK_REALTIME) {
        long wrong = number_in(off);
        time->tv_sec += wrong == -1 ? 0 : wrong;
    }
    return done;
}
