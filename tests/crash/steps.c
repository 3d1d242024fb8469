/* Counts every call by which a process, or what it starts, changes files below a folder, and at a
   given one ends it, ends all of its group, or lets the call fail. Loaded with LD_PRELOAD.

   CRASH_COUNTER: a file of eight bytes that all processes share; CRASH_ROOT: the folder;
   CRASH_AT: the number of the call; CRASH_HOW: self, group, or the errno to fail with from then on;
   CRASH_LOG: a file that gets a line for each call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long *counter, at = -1;
static int log_fd = -1, error;
static const char *root, *how;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("CRASH_COUNTER"), *text;
  if (!file) return;
  root = getenv("CRASH_ROOT");
  how = getenv("CRASH_HOW");
  if ((text = getenv("CRASH_AT"))) at = atol(text);
  error = how ? atoi(how) : 0;
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDWR);
  if (fd < 0) return;
  void *shared = mmap(0, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (shared == MAP_FAILED) return;
  counter = shared;
  if ((text = getenv("CRASH_LOG"))) {
    fd = syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_APPEND, 0600);
    log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 500); /* out of the way of those that a shell uses */
    syscall(SYS_close, fd);
  }
}

static void name_of(int fd, char *out) {
  char link[64];
  snprintf(link, sizeof link, fd == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, out, 4000);
  out[length < 0 ? 0 : length] = 0;
}

/* Whether the call is to fail. */
static int step(const char *call, int folder, const char *path) {
  char full[8200];
  if (!counter) return 0;
  if (path && path[0] == '/') snprintf(full, sizeof full, "%s", path);
  else {
    name_of(folder, full);
    size_t used = strlen(full);
    if (path) snprintf(full + used, sizeof full - used, "/%s", path);
  }
  if (strncmp(full, root, strlen(root))) return 0;
  long number = __sync_add_and_fetch(counter, 1);
  if (log_fd >= 0) dprintf(log_fd, "%s %s\n", call, full + strlen(root));
  if (at < 0 || number < at || (number > at && !error)) return 0;
  if (error) return 1;
  kill(!strcmp(how, "group") ? 0 : getpid(), SIGKILL);
  for (;;) pause();
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, #name)
#define STEP(call, folder, path) if (step(call, folder, path)) { errno = error; return -1; }
#define OPEN(name) int name(const char *path, int flags, ...) { \
  REAL(int, name, const char *, int, ...); \
  va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
  if (flags & (O_CREAT | O_TRUNC)) STEP("open", AT_FDCWD, path) \
  return real(path, flags, mode); }
#define OPENAT(name) int name(int folder, const char *path, int flags, ...) { \
  REAL(int, name, int, const char *, int, ...); \
  va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
  if (flags & (O_CREAT | O_TRUNC)) STEP("open", folder, path) \
  return real(folder, path, flags, mode); }
#define FOPEN(name) FILE *name(const char *path, const char *mode) { \
  REAL(FILE *, name, const char *, const char *); \
  if (strpbrk(mode, "wa") && step("open", AT_FDCWD, path)) { errno = error; return 0; } \
  return real(path, mode); }
OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64) FOPEN(fopen) FOPEN(fopen64)

ssize_t write(int fd, const void *data, size_t size) {
  REAL(ssize_t, write, int, const void *, size_t);
  if (fd > 2) STEP("write", fd, 0)
  return real(fd, data, size);
}
int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  STEP("rename", AT_FDCWD, to)
  return real(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
  REAL(int, renameat, int, const char *, int, const char *);
  STEP("rename", b, to)
  return real(a, from, b, to);
}
int link(const char *from, const char *to) {
  REAL(int, link, const char *, const char *);
  STEP("link", AT_FDCWD, to)
  return real(from, to);
}
int unlink(const char *path) { REAL(int, unlink, const char *); STEP("unlink", AT_FDCWD, path) return real(path); }
int unlinkat(int folder, const char *path, int flags) {
  REAL(int, unlinkat, int, const char *, int);
  STEP("unlink", folder, path)
  return real(folder, path, flags);
}
int mkdir(const char *path, mode_t mode) { REAL(int, mkdir, const char *, mode_t); STEP("mkdir", AT_FDCWD, path) return real(path, mode); }
int rmdir(const char *path) { REAL(int, rmdir, const char *); STEP("rmdir", AT_FDCWD, path) return real(path); }
int chmod(const char *path, mode_t mode) { REAL(int, chmod, const char *, mode_t); STEP("chmod", AT_FDCWD, path) return real(path, mode); }
int fsync(int fd) { REAL(int, fsync, int); STEP("fsync", fd, 0) return real(fd); }
int ftruncate(int fd, off_t size) { REAL(int, ftruncate, int, off_t); STEP("truncate", fd, 0) return real(fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(int, ftruncate64, int, off64_t); STEP("truncate", fd, 0) return real(fd, size); }
