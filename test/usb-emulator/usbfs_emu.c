// usbfs_emu: runs a program that sees virtual USB devices (usbfs and sysfs) on a kernel that may have no USB at all.
//   usbfs_emu --desc descriptors.bin --model unix.sock [--serial S] [--product P] [--manufacturer M] [--denied 1]
//             [--desc … of the next device] -- prog args...
// How: a private mount namespace (tmpfs over /sys/bus and /sys/devices/virtual) for sysfs, and seccomp user
// notifications for openat("/dev/bus/usb/...") and for ioctl, read, lseek and close on the injected descriptors, so that
// raw system calls are caught as well as those of libc. What a device does, its model says, over its socket.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/usbdevice_fs.h>

#define FD_LO 700u              // injected fds get numbers FD_LO..FD_HI (must be < RLIMIT_NOFILE)
#define FD_HI 763u
#define BUS 1
#define DEVN0 2                 // address of the first device
#define MOSTDEVS 8
#define EV_FULL 0xfffffffffffffffeULL
#define SYSROOT "/sys/devices/virtual/usbemu"
#define DBG(...) do { if (verbose) fprintf(stderr, "[usbfs_emu] " __VA_ARGS__); } while (0)
static int verbose;
static void die(const char *m) { fprintf(stderr, "usbfs_emu: %s: %s\n", m, strerror(errno)); exit(111); }

// ---------------------------------------------------------------- state
typedef struct Urb { struct Urb *next; int dev; uint32_t id; uint64_t uaddr, ubuf, notif; int fdno; uint8_t type, ep; int len, status, actual; uint8_t *buf; int is_ctl_ioctl; uint64_t ctldata; pid_t pid; } Urb;
typedef struct { int used, evfd, dev, claimed; pid_t pid; size_t off; Urb *done_head, **done_tail; } File;
static File files[FD_HI - FD_LO + 1];
static Urb *pending;            // submitted, not completed
static uint32_t next_id = 1;
typedef struct { uint8_t desc[4096]; size_t desc_len; const char *man, *prod, *ser, *sock; int model, gone, denied; uint8_t *in; size_t in_n; } Dev;
#define INSIZE (1 << 22)
static Dev devs[MOSTDEVS]; static int ndevs;
static int listener = -1; static pid_t child;

static int rd(pid_t p, uint64_t a, void *b, size_t n) { if (!n) return 0; struct iovec l = {b, n}, r = {(void *)a, n}; return process_vm_readv(p, &l, 1, &r, 1, 0) == (ssize_t)n ? 0 : -1; }
static int wr(pid_t p, uint64_t a, const void *b, size_t n) { if (!n) return 0; struct iovec l = {(void *)b, n}, r = {(void *)a, n}; return process_vm_writev(p, &l, 1, &r, 1, 0) == (ssize_t)n ? 0 : -1; }
static void reply(uint64_t id, int64_t val, int err) { struct seccomp_notif_resp r = {.id = id, .val = err ? 0 : val, .error = -err}; ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r); }
static void pass(uint64_t id) { struct seccomp_notif_resp r = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE}; ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r); }

static void set_ready(File *f, int ready) {      // EPOLLOUT of an eventfd <=> counter below its maximum
  uint64_t v; if (read(f->evfd, &v, 8) < 0) {}
  if (!ready) { v = EV_FULL; if (write(f->evfd, &v, 8) < 0) {} }
}
static void finish(Urb *u, int status, int actual) {
  File *f = &files[u->fdno - FD_LO]; u->status = status; u->actual = actual;
  if (!f->used) { free(u->buf); free(u); return; }
  u->next = NULL; *f->done_tail = u; f->done_tail = &u->next; set_ready(f, 1);
}
static Urb *take_pending(uint32_t id) { for (Urb **p = &pending; *p; p = &(*p)->next) if ((*p)->id == id) { Urb *u = *p; *p = u->next; return u; } return NULL; }

// ---------------------------------------------------------------- model link: u32 len | u8 kind | u32 id | ...
static void send_all(int fd, const void *b, size_t n) { const char *p = b; while (n) { ssize_t k = write(fd, p, n); if (k < 0) { if (errno == EINTR || errno == EAGAIN) continue; return; } p += k; n -= k; } }
static void tx(Dev *v, uint8_t kind, uint32_t id, uint8_t type, uint8_t ep, uint32_t length, const void *data, uint32_t n) {
  uint8_t h[15]; uint32_t len = 11 + n; memcpy(h, &len, 4); h[4] = kind; memcpy(h + 5, &id, 4); h[9] = type; h[10] = ep; memcpy(h + 11, &length, 4);
  if (v->model < 0) return;
  send_all(v->model, h, 15); if (n) send_all(v->model, data, n);
}
static void complete(uint32_t id, int status, const uint8_t *d, uint32_t n, uint32_t out_actual) {
  Urb *u = take_pending(id); if (!u) return;
  if (u->is_ctl_ioctl) {                          // synchronous USBDEVFS_CONTROL
    int in = u->buf[0] & 0x80; if (in && n > (uint32_t)u->len - 8) n = u->len - 8;
    if (!status && in) wr(u->pid, u->ctldata, d, n);
    reply(u->notif, in ? n : out_actual, -status); free(u->buf); free(u); return;
  }
  int ctl = u->type == USBDEVFS_URB_TYPE_CONTROL, in = ctl ? (u->buf[0] & 0x80) : (u->ep & 0x80);
  if (in) { uint32_t room = u->len - (ctl ? 8 : 0); if (n > room) n = room; if (n) memcpy(u->buf + (ctl ? 8 : 0), d, n); finish(u, status, n); }
  else finish(u, status, status ? 0 : (int)out_actual);
}
static void dispatch(Urb *u) {
  Dev *v = &devs[u->dev]; u->id = next_id++; u->next = pending; pending = u;
  if (v->gone) { complete(u->id, -ESHUTDOWN, NULL, 0, 0); return; }
  int ctl = u->type == USBDEVFS_URB_TYPE_CONTROL || u->is_ctl_ioctl, in = ctl ? u->buf[0] & 0x80 : u->ep & 0x80;
  tx(v, 1, u->id, u->type, u->ep, u->len, u->buf, ctl ? (in ? 8 : u->len) : in ? 0 : u->len);
}
static void unplug(Dev *v) {
  v->gone = 1;
  for (int more = 1; more;) { more = 0; for (Urb *u = pending; u; u = u->next) if (&devs[u->dev] == v) { complete(u->id, -ESHUTDOWN, NULL, 0, 0); more = 1; break; } }
  for (unsigned i = 0; i <= FD_HI - FD_LO; i++) if (files[i].used && &devs[files[i].dev] == v) set_ready(&files[i], 1);
}
static void model_input(Dev *v) {
  ssize_t k = read(v->model, v->in + v->in_n, INSIZE - v->in_n);
  if (k <= 0) { DBG("model closed\n"); close(v->model); v->model = -2; unplug(v); return; }
  v->in_n += k; size_t o = 0; uint8_t *b = v->in;
  while (v->in_n - o >= 4) { uint32_t len; memcpy(&len, b + o, 4); if (v->in_n - o < 4 + (size_t)len) break; uint8_t *m = b + o + 4; uint32_t id; int32_t st; memcpy(&id, m + 1, 4); memcpy(&st, m + 5, 4);
    if (m[0] == 1) { uint32_t act; memcpy(&act, m + 9, 4); complete(id, st, m + 13, len - 13, act); }
    else if (m[0] == 2) unplug(v);
    o += 4 + len; }
  memmove(b, b + o, v->in_n - o); v->in_n -= o;
}
// ---------------------------------------------------------------- syscalls
static void inject(uint64_t id, int src, int newfd) {
  struct seccomp_notif_addfd a = {.id = id, .srcfd = src, .newfd = newfd < 0 ? 0 : newfd, .flags = newfd < 0 ? 0 : SECCOMP_ADDFD_FLAG_SETFD, .newfd_flags = O_CLOEXEC};
  int r = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a); if (r < 0) { DBG("addfd %s\n", strerror(errno)); reply(id, 0, EMFILE); } else reply(id, r, 0);
}
static void on_open(struct seccomp_notif *q) {
  char path[256] = ""; uint64_t a = q->data.nr == SYS_openat ? q->data.args[1] : q->data.args[0];
  for (size_t i = 0; i + 1 < sizeof path; i += 32) { size_t room = 4096 - ((a + i) & 4095), n = room < 32 ? room : 32; if (rd(q->pid, a + i, path + i, n)) break; if (memchr(path + i, 0, n)) break; if (n < 32 && rd(q->pid, a + i + n, path + i + n, 32 - n)) break; if (memchr(path + i, 0, 32)) break; }
  path[255] = 0;
  if (strncmp(path, "/dev/bus/usb", 12)) { pass(q->id); return; }
  for (int d = 0; d < ndevs; d++) {
    Dev *v = &devs[d]; char node[64]; snprintf(node, sizeof node, "/dev/bus/usb/%03d/%03d", BUS, DEVN0 + d);
    if (strcmp(path, node)) continue;
    if (v->gone) { reply(q->id, 0, ENODEV); return; }
    if (v->denied) { reply(q->id, 0, EACCES); return; }
    for (unsigned i = 0; i <= FD_HI - FD_LO; i++) if (!files[i].used) {
      File *f = &files[i]; memset(f, 0, sizeof *f); f->used = 1; f->dev = d; f->pid = q->pid; f->evfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); f->done_tail = &f->done_head; set_ready(f, 0);
      DBG("open -> fd %u\n", FD_LO + i); tx(v, 3, 0, 0, 0, FD_LO + i, NULL, 0); inject(q->id, f->evfd, FD_LO + i); return; }
    reply(q->id, 0, EMFILE); return;
  }
  // directories: serve a shadow tree under the tmpfs (child's mount ns, reached through /proc/<pid>/root)
  char real[512]; snprintf(real, sizeof real, "/proc/%d/root" SYSROOT "/dev%s", q->pid, path + 12); int fd = open(real, O_RDONLY | O_CLOEXEC);
  if (fd < 0) reply(q->id, 0, ENOENT); else { inject(q->id, fd, -1); close(fd); }
}
static void on_ioctl(struct seccomp_notif *q, File *f, int fdno) {
  Dev *v = &devs[f->dev]; uint32_t req = (uint32_t)q->data.args[1]; uint64_t arg = q->data.args[2]; pid_t p = q->pid; struct usbdevfs_urb u;
  if (verbose && req != (uint32_t)USBDEVFS_REAPURBNDELAY) DBG("ioctl nr %u\n", req & 255);
  switch (req) {
  case (uint32_t)USBDEVFS_GET_CAPABILITIES: { uint32_t c = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION | USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_REAP_AFTER_DISCONNECT; wr(p, arg, &c, 4); reply(q->id, 0, 0); return; }
  case (uint32_t)USBDEVFS_GET_SPEED: reply(q->id, 3, 0); return;
  case (uint32_t)USBDEVFS_CLAIMINTERFACE: case (uint32_t)USBDEVFS_RELEASEINTERFACE: case (uint32_t)USBDEVFS_SETCONFIGURATION: case (uint32_t)USBDEVFS_CLEAR_HALT: case (uint32_t)USBDEVFS_SETINTERFACE: case (uint32_t)USBDEVFS_RESET: case (uint32_t)USBDEVFS_DISCONNECT_CLAIM: {
    uint32_t n = 0; if (req != (uint32_t)USBDEVFS_RESET) rd(p, arg, &n, 4);
    int claims = req == (uint32_t)USBDEVFS_CLAIMINTERFACE || req == (uint32_t)USBDEVFS_DISCONNECT_CLAIM, e = v->gone ? ENODEV : 0;
    if (claims) for (unsigned i = 0; i <= FD_HI - FD_LO; i++) { File *o = &files[i]; if (o == f || !o->used || o->dev != f->dev || !o->claimed) continue; if (kill(o->pid, 0)) o->used = 0; else e = EBUSY; }
    if (!e && claims) f->claimed = 1;
    if (req == (uint32_t)USBDEVFS_RELEASEINTERFACE) f->claimed = 0;
    if (!e) tx(v, 4, 0, req & 255, 0, n, NULL, 0);
    reply(q->id, 0, e); return; }
  case (uint32_t)USBDEVFS_GETDRIVER: case (uint32_t)USBDEVFS_IOCTL: reply(q->id, 0, ENODATA); return;
  case (uint32_t)USBDEVFS_CONTROL: { struct usbdevfs_ctrltransfer c; if (rd(p, arg, &c, sizeof c)) { reply(q->id, 0, EFAULT); return; }
    Urb *w = calloc(1, sizeof *w); w->dev = f->dev; w->type = USBDEVFS_URB_TYPE_CONTROL; w->is_ctl_ioctl = 1; w->pid = p; w->notif = q->id; w->fdno = fdno; w->len = 8 + c.wLength; w->buf = calloc(1, w->len); memcpy(w->buf, &c, 8); w->ctldata = (uint64_t)c.data; if (!(c.bRequestType & 0x80)) rd(p, w->ctldata, w->buf + 8, c.wLength); dispatch(w); return; }
  case (uint32_t)USBDEVFS_SUBMITURB: {
    if (rd(p, arg, &u, sizeof u)) { reply(q->id, 0, EFAULT); return; }
    if (v->gone) { reply(q->id, 0, ENODEV); return; }
    if (u.type == USBDEVFS_URB_TYPE_ISO) { reply(q->id, 0, EINVAL); return; }
    Urb *w = calloc(1, sizeof *w); w->dev = f->dev; w->uaddr = arg; w->ubuf = (uint64_t)u.buffer; w->type = u.type; w->ep = u.endpoint; w->len = u.buffer_length; w->fdno = fdno; w->buf = calloc(1, w->len + 1);
    int need = u.type == USBDEVFS_URB_TYPE_CONTROL || !(u.endpoint & 0x80);
    if (need && rd(p, w->ubuf, w->buf, w->len)) { free(w->buf); free(w); reply(q->id, 0, EFAULT); return; }
    reply(q->id, 0, 0); dispatch(w); return; }
  case (uint32_t)USBDEVFS_DISCARDURB: for (Urb *w = pending; w; w = w->next) if (w->uaddr == arg && w->fdno == fdno) { tx(v, 2, w->id, w->type, w->ep, 0, NULL, 0); take_pending(w->id); finish(w, -ENOENT, 0); reply(q->id, 0, 0); return; }
    reply(q->id, 0, EINVAL); return;
  case (uint32_t)USBDEVFS_REAPURB: case (uint32_t)USBDEVFS_REAPURBNDELAY: { Urb *w = f->done_head;
    if (!w) { if (!v->gone) set_ready(f, 0); reply(q->id, 0, v->gone ? ENODEV : EAGAIN); return; }
    f->done_head = w->next; if (!f->done_head) { f->done_tail = &f->done_head; if (!v->gone) set_ready(f, 0); }
    int ctl = w->type == USBDEVFS_URB_TYPE_CONTROL, in = ctl ? w->buf[0] & 0x80 : w->ep & 0x80; int32_t st[1] = {w->status}, ac[1] = {w->actual}, z = 0;
    if (in && w->actual > 0) wr(p, w->ubuf + (ctl ? 8 : 0), w->buf + (ctl ? 8 : 0), w->actual);
    wr(p, w->uaddr + offsetof(struct usbdevfs_urb, status), st, 4); wr(p, w->uaddr + offsetof(struct usbdevfs_urb, actual_length), ac, 4); wr(p, w->uaddr + offsetof(struct usbdevfs_urb, error_count), &z, 4);
    wr(p, arg, &w->uaddr, 8); free(w->buf); free(w); reply(q->id, 0, 0); return; }
  default: DBG("unknown ioctl %x\n", req); reply(q->id, 0, ENOTTY);
  }
}
static void on_notif(void) {
  struct seccomp_notif q; memset(&q, 0, sizeof q);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &q)) return;
  int nr = q.data.nr;
  if (nr == SYS_openat || nr == SYS_open) { on_open(&q); return; }
  if (nr == SYS_fstatfs || nr == SYS_statfs) {    // libudev insists that sysfs paths are on sysfs
    char link[64], t[512] = ""; if (nr == SYS_fstatfs) { snprintf(link, sizeof link, "/proc/%d/fd/%d", q.pid, (int)q.data.args[0]); if (readlink(link, t, sizeof t - 1) < 0) {} } else { if (rd(q.pid, q.data.args[0], t, 64)) t[0] = 0; t[64] = 0; }
    if (!strncmp(t, "/sys/", 5)) { struct statfs s; memset(&s, 0, sizeof s); s.f_type = 0x62656572; s.f_bsize = 4096; s.f_namelen = 255; wr(q.pid, q.data.args[1], &s, sizeof s); reply(q.id, 0, 0); } else pass(q.id);
    return;
  }
  unsigned fd = (unsigned)q.data.args[0]; if (fd < FD_LO || fd > FD_HI || !files[fd - FD_LO].used) { pass(q.id); return; }
  File *f = &files[fd - FD_LO]; Dev *v = &devs[f->dev];
  switch (nr) {
  case SYS_ioctl: on_ioctl(&q, f, fd); return;
  case SYS_lseek: { int64_t o = (int64_t)q.data.args[1]; f->off = q.data.args[2] == SEEK_CUR ? f->off + o : q.data.args[2] == SEEK_END ? v->desc_len + o : (size_t)o; reply(q.id, f->off, 0); return; }
  case SYS_read: case SYS_pread64: { size_t o = nr == SYS_read ? f->off : (size_t)q.data.args[3], n = q.data.args[2]; if (o > v->desc_len) o = v->desc_len; if (n > v->desc_len - o) n = v->desc_len - o; wr(q.pid, q.data.args[1], v->desc + o, n); if (nr == SYS_read) f->off = o + n; reply(q.id, n, 0); return; }
  case SYS_close: DBG("close fd %u\n", fd); tx(v, 5, 0, 0, 0, fd, NULL, 0);
    for (Urb **pp = &pending; *pp;) if ((*pp)->fdno == (int)fd) { Urb *u = *pp; *pp = u->next; tx(v, 2, u->id, u->type, u->ep, 0, NULL, 0); free(u->buf); free(u); } else pp = &(*pp)->next;
    while (f->done_head) { Urb *u = f->done_head; f->done_head = u->next; free(u->buf); free(u); } close(f->evfd); f->used = 0; pass(q.id); return;
  default: pass(q.id);
  }
}
// ---------------------------------------------------------------- child set-up
static void put(const char *path, const char *fmt, ...) { FILE *f = fopen(path, "w"); if (!f) die(path); va_list v; va_start(v, fmt); vfprintf(f, fmt, v); va_end(v); fclose(f); }
static void mkdirs(const char *p) { char b[512]; strcpy(b, p); for (char *s = b + 1; *s; s++) if (*s == '/') { *s = 0; mkdir(b, 0755); *s = '/'; } mkdir(b, 0755); }
static void sysfs(void) {
  uid_t uid = getuid(); gid_t gid = getgid();
  if (uid || unshare(CLONE_NEWNS)) {              // not root, or a root without CAP_SYS_ADMIN
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) die("unshare user+mount namespace");
    put("/proc/self/setgroups", "deny"); put("/proc/self/uid_map", "%d %d 1", uid, uid); put("/proc/self/gid_map", "%d %d 1", gid, gid); }
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) die("private /");
  if (mount("usbemu", "/sys/bus", "tmpfs", 0, NULL)) die("tmpfs on /sys/bus");
  if (mount("usbemu", "/sys/devices/virtual", "tmpfs", 0, NULL)) die("tmpfs on /sys/devices/virtual");
  mkdirs("/sys/bus/usb/devices");
  for (int k = 0; k < ndevs; k++) { Dev *v = &devs[k]; uint8_t *desc = v->desc; size_t desc_len = v->desc_len; int n = DEVN0 + k;
  char d[256], p[400]; uint16_t vid = desc[8] | desc[9] << 8, pid = desc[10] | desc[11] << 8, bcd = desc[12] | desc[13] << 8, ver = desc[2] | desc[3] << 8;
  snprintf(d, sizeof d, SYSROOT "/usb%d/%d-%d", BUS, BUS, k + 1); mkdirs(d);
  snprintf(p, sizeof p, SYSROOT "/dev/%03d/%03d", BUS, n); mkdirs(p);   // shadow of /dev/bus/usb for readdir
  snprintf(p, sizeof p, "../../../devices/virtual/usbemu/usb%d/%d-%d", BUS, BUS, k + 1); char l[128]; snprintf(l, sizeof l, "/sys/bus/usb/devices/%d-%d", BUS, k + 1); if (symlink(p, l)) die("symlink");
#define A(name, ...) do { snprintf(p, sizeof p, "%s/" name, d); put(p, __VA_ARGS__); } while (0)
  A("busnum", "%d\n", BUS); A("devnum", "%d\n", n); A("devpath", "%d\n", k + 1); A("speed", "480\n"); A("bConfigurationValue", "1\n"); A("bNumInterfaces", " 1\n");
  A("idVendor", "%04x\n", vid); A("idProduct", "%04x\n", pid); A("bcdDevice", "%04x\n", bcd); A("version", "%2x.%02x\n", ver >> 8, ver & 255);
  A("bDeviceClass", "%02x\n", desc[4]); A("bDeviceSubClass", "%02x\n", desc[5]); A("bDeviceProtocol", "%02x\n", desc[6]);
  A("manufacturer", "%s\n", v->man); A("product", "%s\n", v->prod); A("serial", "%s\n", v->ser);
  A("uevent", "MAJOR=189\nMINOR=%d\nDEVNAME=bus/usb/%03d/%03d\nDEVTYPE=usb_device\nDRIVER=usb\nPRODUCT=%x/%x/%x\nTYPE=0/0/0\nBUSNUM=%03d\nDEVNUM=%03d\n", n - 1, BUS, n, vid, pid, bcd, BUS, n);
  snprintf(p, sizeof p, "%s/descriptors", d); FILE *f = fopen(p, "w"); fwrite(desc, 1, desc_len, f); fclose(f);
  snprintf(p, sizeof p, "%s/subsystem", d); if (symlink("../../../../../bus/usb", p)) die("subsystem");
  for (size_t o = 18; o + 1 < desc_len && desc[o]; o += desc[o]) if (desc[o + 1] == 4 && desc[o + 3] == 0) { char i[300]; snprintf(i, sizeof i, "%s/%d-%d:1.%d", d, BUS, k + 1, desc[o + 2]); mkdirs(i);
#define I(name, ...) do { snprintf(p, sizeof p, "%.250s/" name, i); put(p, __VA_ARGS__); } while (0)
    I("bInterfaceNumber", "%02x\n", desc[o + 2]); I("bAlternateSetting", "%2d\n", desc[o + 3]); I("bNumEndpoints", "%02x\n", desc[o + 4]); I("bInterfaceClass", "%02x\n", desc[o + 5]); I("bInterfaceSubClass", "%02x\n", desc[o + 6]); I("bInterfaceProtocol", "%02x\n", desc[o + 7]); }
  }
}
static int install_filter(void) {
#define LD(off) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, off))
#define EQ(k, t, f) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, t, f)
  struct sock_filter p[] = {
    LD(arch), EQ(AUDIT_ARCH_X86_64, 1, 0), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    LD(nr),
    EQ(SYS_openat, 13, 0), EQ(SYS_open, 12, 0), EQ(SYS_fstatfs, 11, 0), EQ(SYS_statfs, 10, 0),
    EQ(SYS_ioctl, 5, 0), EQ(SYS_read, 4, 0), EQ(SYS_lseek, 3, 0), EQ(SYS_close, 2, 0), EQ(SYS_pread64, 1, 0), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    LD(args[0]), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FD_LO, 0, 1), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, FD_HI, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF) };
  struct sock_fprog prog = {sizeof p / sizeof *p, p};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) die("no_new_privs");
  int fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog); if (fd < 0) die("seccomp"); return fd;
}
static void on_term(int s) { if (child > 0) kill(child, s); }
int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);               // never outlive the test runner
  int i = 1; verbose = getenv("USBFS_EMU_VERBOSE") != NULL;
  for (; i + 1 < argc && strcmp(argv[i], "--"); i += 2) {
    char *a = argv[i + 1]; if (!strcmp(argv[i], "--desc")) { if (ndevs == MOSTDEVS) { fprintf(stderr, "%d devices at most\n", MOSTDEVS); return 2; } FILE *f = fopen(a, "rb"); if (!f) die(a); Dev *v = &devs[ndevs++]; v->man = v->prod = v->ser = ""; v->model = -1; v->desc_len = fread(v->desc, 1, sizeof v->desc, f); fclose(f); continue; }
    Dev *v = ndevs ? &devs[ndevs - 1] : NULL; const char **to = !v ? NULL : !strcmp(argv[i], "--model") ? &v->sock : !strcmp(argv[i], "--serial") ? &v->ser : !strcmp(argv[i], "--product") ? &v->prod : !strcmp(argv[i], "--manufacturer") ? &v->man : NULL;
    if (to) *to = a; else if (v && !strcmp(argv[i], "--denied")) v->denied = atoi(a); else { fprintf(stderr, "bad option %s\n", argv[i]); return 2; } }
  if (i + 1 >= argc) { fprintf(stderr, "usage: usbfs_emu --desc FILE --model SOCK [--serial S] [--product P] [--manufacturer M] [--denied 1] [--desc ...] -- prog ...\n"); return 2; }
  for (int k = 0; k < ndevs; k++) { Dev *v = &devs[k]; v->in = malloc(INSIZE); if (!v->sock) continue; struct sockaddr_un a = {.sun_family = AF_UNIX}; strncpy(a.sun_path, v->sock, sizeof a.sun_path - 1); v->model = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); if (connect(v->model, (void *)&a, sizeof a)) die("model socket"); }
  int sp[2]; if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sp)) die("socketpair");
  struct rlimit rl; getrlimit(RLIMIT_NOFILE, &rl); if (rl.rlim_cur < 1024 && rl.rlim_max >= 1024) { rl.rlim_cur = 1024; setrlimit(RLIMIT_NOFILE, &rl); }
  child = fork(); if (child < 0) die("fork");
  if (!child) { prctl(PR_SET_PDEATHSIG, SIGKILL); sysfs(); int l = install_filter(); char c = 0; struct iovec io = {&c, 1}; char cb[CMSG_SPACE(4)] = {0}; struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = cb, .msg_controllen = sizeof cb}; struct cmsghdr *h = CMSG_FIRSTHDR(&m); h->cmsg_level = SOL_SOCKET; h->cmsg_type = SCM_RIGHTS; h->cmsg_len = CMSG_LEN(4); memcpy(CMSG_DATA(h), &l, 4); if (sendmsg(sp[1], &m, 0) < 0) die("sendmsg"); close(l); execvp(argv[i + 1], argv + i + 1); die("exec"); }
  close(sp[1]); char c, cb[CMSG_SPACE(4)]; struct iovec io = {&c, 1}; struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = cb, .msg_controllen = sizeof cb};
  if (recvmsg(sp[0], &m, 0) <= 0) { int st; waitpid(child, &st, 0); return 112; }
  memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&m)), 4); signal(SIGTERM, on_term); signal(SIGINT, on_term); signal(SIGPIPE, SIG_IGN);
  for (;;) {
    struct pollfd pf[1 + MOSTDEVS]; pf[0] = (struct pollfd){listener, POLLIN, 0};
    for (int k = 0; k < ndevs; k++) pf[1 + k] = (struct pollfd){devs[k].model >= 0 ? devs[k].model : -1, POLLIN, 0};
    if (poll(pf, 1 + ndevs, -1) < 0) { if (errno != EINTR) die("poll"); continue; }
    for (int k = 0; k < ndevs; k++) if (pf[1 + k].revents) model_input(&devs[k]);
    if (pf[0].revents & POLLIN) on_notif();
    if (pf[0].revents & POLLHUP) break;           // every filtered task has exited
  }
  int st; waitpid(child, &st, 0); return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}
