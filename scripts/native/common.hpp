// What the kernel's language has, in C++: vectors of WebAssembly, memory by 32-bit addresses, and a fused multiply-add.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <immintrin.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <type_traits>
#include <unistd.h>

#define INLINE inline __attribute__((always_inline))
#define OP static inline __attribute__((always_inline))

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef float f32;
typedef double f64;
/** Addresses are computed with 64 bits, which the processor does by the way; memory keeps 32 of them. */
typedef u64 usize;
/** Where address 0 of the kernel's memory stands. */
typedef char *Memory;

/** A table of the program, which stands nowhere in that memory. */
struct Table {
  const char *at;
};
OP Table operator+(Table table, usize bytes) { return {table.at + bytes}; }

/** A reference to a record. */
template <class T> struct Ref {
  u32 at;
};
template <class T> OP Ref<T> refTo(usize at) { return {(u32)at}; }
template <class T> OP usize addressOf(Ref<T> reference) { return reference.at; }
template <class T> OP T *of(Memory memory, Ref<T> reference) { return (T *)(memory + reference.at); }
template <class T> OP constexpr usize sizeOf() { return std::is_empty<T>::value ? 0 : sizeof(T); }

/** What is read from a field that may be an address. */
OP usize read_of(u32 address) { return address; }
template <class T> OP Ref<T> read_of(Ref<T> reference) { return reference; }

OP const char *place(Memory memory, usize at) { return memory + at; }
OP const char *place(Memory, Table table) { return table.at; }

template <class T, class At> OP T load(Memory memory, At at, usize offset = 0) {
  T value;
  memcpy(&value, place(memory, at) + offset, sizeof(T));
  return value;
}
template <class T> OP void store(Memory memory, usize at, T value, usize offset = 0) {
  memcpy(memory + at + offset, &value, sizeof(T));
}
OP void memory_copy(Memory memory, usize to, usize from, usize bytes) { memmove(memory + to, memory + from, bytes); }
OP void memory_fill(Memory memory, usize to, u8 value, usize bytes) { memset(memory + to, value, bytes); }

template <class T, class U> OP auto min_of(T a, U b) { return a < b ? a : b; }
template <class T, class U> OP auto max_of(T a, U b) { return a > b ? a : b; }
template <class T> OP T min_of(T a, T b) { return a < b ? a : b; }
template <class T> OP T max_of(T a, T b) { return a > b ? a : b; }
OP f64 nearest(f64 x) { return __builtin_rint(x); }
template <class T> OP T popcnt(T x) { return sizeof(T) == 8 ? __builtin_popcountll(x) : __builtin_popcount(x); }
OP i32 i32_popcnt(i32 x) { return __builtin_popcount(x); }
/** As many as there are bits, where none is set. */
OP u64 ctz(u64 x) { return _tzcnt_u64(x); }
template <class T> OP T rotl(T x, i32 bits) { return (x << bits) | (x >> (8 * sizeof(T) - bits)); }
#define Math_E 2.718281828459045
OP f64 Math_exp(f64 x) { return exp(x); }
OP f64 Math_log(f64 x) { return log(x); }
OP f64 Math_pow(f64 x, f64 y) { return pow(x, y); }

template <class T> OP T atomic_load(Memory memory, usize at, usize offset = 0) {
  return __atomic_load_n((T *)(memory + at + offset), __ATOMIC_SEQ_CST);
}
template <class T> OP void atomic_store(Memory memory, usize at, T value, usize offset = 0) {
  __atomic_store_n((T *)(memory + at + offset), value, __ATOMIC_SEQ_CST);
}
template <class T> OP T atomic_add(Memory memory, usize at, T value, usize offset = 0) {
  return __atomic_fetch_add((T *)(memory + at + offset), value, __ATOMIC_SEQ_CST);
}
template <class T> OP T atomic_xchg(Memory memory, usize at, T value) {
  return __atomic_exchange_n((T *)(memory + at), value, __ATOMIC_SEQ_CST);
}
template <class T> OP void atomic_wait(Memory memory, usize at, T expected, i64 nanoseconds) {
  const timespec patience = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
  syscall(SYS_futex, memory + at, FUTEX_WAIT_PRIVATE, expected, &patience, nullptr, 0);
}
OP void atomic_notify(Memory memory, usize at, i32 count) {
  syscall(SYS_futex, memory + at, FUTEX_WAKE_PRIVATE, count < 0 ? INT32_MAX : count, nullptr, nullptr, 0);
}
