/* A recorder for the power-cut test. Loaded before the C library into the
 * process that works, it notes, in order, every change to files below one
 * folder, and every sync that succeeded. What a power cut would have left is
 * then worked out from the notes; see power.rs for the rules.
 *
 * A note: kind, inode, number, two lengths, then two texts. Change and note
 * are made under one lock, so that their order is the true one. A sync carries
 * the number of notes there were when it began: only those it covers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 65536
#define LONGEST 4096

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *acks;
static int notes = -1;
static uint64_t count;
static char watched[FDS]; /* 1: below the folder, 2: the acknowledgements */

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("POWERCUT_NOTES");
    folder = getenv("POWERCUT_FOLDER");
    acks = getenv("POWERCUT_ACKS");
    if (path && folder && acks)
        notes = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* An exit takes the lock for good, so that no change stays without its note. */
__attribute__((destructor)) static void end(void) { pthread_mutex_lock(&turn); }

static void note(char kind, uint64_t inode, uint64_t number, const void *a, size_t la, const void *b, size_t lb) {
    uint32_t lengths[2] = {(uint32_t)la, (uint32_t)lb};
    struct iovec parts[] = {{&kind, 1}, {&inode, 8}, {&number, 8}, {lengths, 8}, {(void *)a, la}, {(void *)b, lb}};
    if (syscall(SYS_writev, notes, parts, 6) < 0)
        abort();
    count++;
}

static int below(const char *path) {
    size_t n = notes < 0 ? 0 : strlen(folder);
    return n && strncmp(path, folder, n) == 0 && (path[n] == 0 || path[n] == '/');
}

/* The path without the folder, for the notes. */
static const char *inside(const char *path) {
    path += strlen(folder);
    return *path == '/' ? path + 1 : path;
}

static const char *resolve(int at, const char *path, char *room) {
    char link[64];
    if (*path == '/' || at == AT_FDCWD)
        return path;
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t n = readlink(link, room, LONGEST / 2);
    if (n < 0)
        return path;
    room[n] = '/';
    strncpy(room + n + 1, path, LONGEST - (size_t)n - 2);
    return room;
}

static uint64_t inode_of(int fd) {
    struct stat about;
    return fstat(fd, &about) == 0 ? about.st_ino : 0;
}

static int opened(int at, const char *given, int flags, mode_t mode) {
    char room[LONGEST] = {0};
    const char *path = resolve(at, given, room);
    int ours = below(path), ack = notes >= 0 && strcmp(path, acks) == 0;
    if (!ours && !ack)
        return (int)syscall(SYS_openat, at, given, flags, mode);
    pthread_mutex_lock(&turn);
    struct stat about;
    int fresh = lstat(path, &about) != 0;
    int fd = (int)syscall(SYS_openat, at, given, flags, mode);
    int kept = errno;
    if (fd >= 0 && fd < FDS) {
        watched[fd] = ack ? 2 : 1;
        if (ours && fresh)
            note('C', inode_of(fd), 0, inside(path), strlen(inside(path)), "", 0);
        else if (ours && (flags & O_TRUNC))
            note('T', inode_of(fd), 0, "", 0, "", 0);
    }
    pthread_mutex_unlock(&turn);
    errno = kept;
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }

int close(int fd) {
    if (fd >= 0 && fd < FDS)
        watched[fd] = 0;
    return (int)syscall(SYS_close, fd);
}

static int kind_of(int fd) { return fd >= 0 && fd < FDS ? watched[fd] : 0; }

ssize_t write(int fd, const void *data, size_t length) {
    int kind = kind_of(fd);
    if (!kind)
        return syscall(SYS_write, fd, data, length);
    pthread_mutex_lock(&turn);
    ssize_t done = syscall(SYS_write, fd, data, length);
    int kept = errno;
    if (done > 0 && kind == 2)
        note('A', 0, 0, data, (size_t)done, "", 0);
    else if (done > 0)
        note('W', inode_of(fd), (uint64_t)(lseek(fd, 0, SEEK_CUR) - done), data, (size_t)done, "", 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

static ssize_t written_at(int fd, const void *data, size_t length, off_t at) {
    if (!kind_of(fd))
        return syscall(SYS_pwrite64, fd, data, length, at);
    pthread_mutex_lock(&turn);
    ssize_t done = syscall(SYS_pwrite64, fd, data, length, at);
    int kept = errno;
    if (done > 0)
        note('W', inode_of(fd), (uint64_t)at, data, (size_t)done, "", 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return written_at(fd, data, length, at); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) { return written_at(fd, data, length, at); }

static int cut(int fd, off_t length) {
    if (!kind_of(fd))
        return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&turn);
    int done = (int)syscall(SYS_ftruncate, fd, length);
    int kept = errno;
    if (done == 0)
        note('T', inode_of(fd), (uint64_t)length, "", 0, "", 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

int rename(const char *from, const char *to) {
    if (!below(from) && !below(to))
        return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    pthread_mutex_lock(&turn);
    int done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    int kept = errno;
    if (done == 0)
        note('R', 0, 0, inside(from), strlen(inside(from)), inside(to), strlen(inside(to)));
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

static int removed(int at, const char *given, int flags) {
    char room[LONGEST] = {0};
    const char *path = resolve(at, given, room);
    if (!below(path))
        return (int)syscall(SYS_unlinkat, at, given, flags);
    pthread_mutex_lock(&turn);
    int done = (int)syscall(SYS_unlinkat, at, given, flags);
    int kept = errno;
    if (done == 0)
        note('U', 0, 0, inside(path), strlen(inside(path)), "", 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return removed(at, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdir(const char *path, mode_t mode) {
    if (!below(path))
        return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    pthread_mutex_lock(&turn);
    int done = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    int kept = errno;
    struct stat about;
    if (done == 0 && lstat(path, &about) == 0)
        note('M', about.st_ino, 0, inside(path), strlen(inside(path)), "", 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

static int synced(int fd, long call) {
    if (!kind_of(fd))
        return (int)syscall(call, fd);
    pthread_mutex_lock(&turn);
    uint64_t before = count;
    pthread_mutex_unlock(&turn);
    int done = (int)syscall(call, fd);
    int kept = errno;
    pthread_mutex_lock(&turn);
    if (done == 0)
        note('S', inode_of(fd), before, "", 0, "", 0);
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }
