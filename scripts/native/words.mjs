// Words of AssemblyScript, and what they are called in C++.

const list = (text) => text.split(' ');

/** Types of numbers and vectors. */
export const scalars = new Set(list('u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 usize bool v128 void'));

/** What AssemblyScript brings along: `f32x4.add` becomes `f32x4_add`. */
export const spaces = new Set(
  list('f32x4 f64x2 i8x16 i16x8 i32x4 i64x2 v128 i32 memory atomic Math'),
);

/** What of it touches memory, and is given it first. */
export const touching = /^(v128_(load|store)|memory_(copy|fill)|atomic_|(load|store)$)/;

const vectors = list('f64x2 i64x2 i32x4 i8x16');

/** Functions that both languages have: numbers are converted by calling their types, vectors made likewise. */
export const given = new Set([
  ...list('load store changetype offsetof min max sqrt ceil nearest popcnt ctz rotl'),
  ...scalars,
  ...vectors,
]);

/** Names that would be those of types, or of macros and functions that C++ has under them. */
const renamed = new Map([
  ...vectors.map((name) => [name, `${name}_of`]),
  ['min', 'min_of'],
  ['max', 'max_of'],
]);

/** Names that C++ keeps for itself. */
const kept = new Set(list('and or not xor signed unsigned short long double float register union'));

/** A name of ours. */
export const nameOf = (text) => (kept.has(text) ? `${text}_` : text);

/** A name that is called: ours, or one of those that both have. */
export const calledName = (text) => renamed.get(text) ?? nameOf(text);

/** Constants of the language. */
export const constants = new Map([
  ['ASC_FEATURE_RELAXED_SIMD', 'true'],
  ['Infinity', 'INFINITY'],
]);
