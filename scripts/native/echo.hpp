// What a row of neurons that fill one vector does to itself, where that has more lanes than there are registers for its rows of
// weights; a part of the namespace of each such width. Behind the row of the last lane comes one of zeros: it stands for none.

OP v128 heldRow(Memory, usize, usize, u32) { return i64x2_splat(0); }

OP v128 echoOf(Memory memory, usize matrix, v128, v128, v128, v128, u32, v128 value) {
  alignas(4 * lanes) f32 times[lanes];
  memcpy(times, &value, sizeof(times));
  // They come back from memory, one for all lanes, at no cost; the compiler would move them about within the vector.
  asm volatile("" : "+m"(times));
  // As many sums side by side as leave two rows for each: what is added last has little to wait for.
  constexpr i32 sums = lanes / 2;
  v128 sum[sums];
  for (i32 k = 0; k < sums; k++) {
    sum[k] = f32x4_mul(v128_load(memory, matrix + sizeof(v128) * k), f32x4_splat(times[k]));
  }
  for (i32 k = 0; k < sums; k++) {
    const v128 row = v128_load(memory, matrix + sizeof(v128) * (k + sums));
    sum[k] = f32x4_relaxed_madd(row, f32x4_splat(times[k + sums]), sum[k]);
  }
  for (i32 half = sums / 2; half > 0; half /= 2) {
    for (i32 k = 0; k < half; k++) sum[k] = f32x4_add(sum[k], sum[k + half]);
  }
  return sum[0];
}

/** Takes the lowest lane from those that are left; where none is left, gives that of the row of zeros. */
OP u32 takeLane(u32 &left) {
  const u32 lane = _tzcnt_u32(left | (1u << lanes));
  left &= left - 1;
  return lane;
}

OP v128 echoOfFired(Memory memory, usize matrix, v128, v128, v128, v128, u32, auto fired) {
  u32 left = i32x4_bitmask(fired);
  // Four without asking how many there are, which nobody can guess; few steps have more.
  v128 row[4];
  for (i32 k = 0; k < 4; k++) row[k] = v128_load(memory, matrix + sizeof(v128) * takeLane(left));
  v128 sum = f32x4_add(f32x4_add(row[0], row[1]), f32x4_add(row[2], row[3]));
  while (left) sum = f32x4_add(sum, v128_load(memory, matrix + sizeof(v128) * takeLane(left)));
  return sum;
}

/** Which lanes hold another count than none or one. */
OP u32 several(v128 counts) {
  return i32x4_bitmask(f32x4_ne(counts, i64x2_splat(0))) & i32x4_bitmask(f32x4_ne(counts, f32x4_splat(1)));
}

/** In the order of those that fired wherever that will do: sums depend on nothing but the spikes. */
OP v128 echoOfSpikes(Memory memory, usize matrix, v128 a, v128 b, v128 c, v128 d, u32 halved, v128 spikes) {
  if (several(spikes)) return echoOf(memory, matrix, a, b, c, d, halved, spikes);
  return echoOfFired(memory, matrix, a, b, c, d, halved, f32x4_ne(spikes, i64x2_splat(0)));
}

/** There are four rows behind the last lane's: what they become means nothing. */
OP void addEcho(Memory memory, usize rows, u32, usize times, v128 value) {
  const v128 counts = v128_load(memory, times);
  u32 left = i32x4_bitmask(f32x4_ne(counts, i64x2_splat(0)));
  if (several(counts)) {
    while (left) {
      const u32 lane = takeLane(left);
      const usize at = rows + sizeof(v128) * lane;
      const v128 count = v128_load32_splat(memory, times + 4 * lane);
      v128_store(memory, at, f32x4_relaxed_madd(count, value, v128_load(memory, at)));
    }
    return;
  }
  // Where there is none left, to one row after the other: none waits for what was added to it just before.
  for (i32 k = 0; k < 4; k++) {
    const usize at = rows + sizeof(v128) * _tzcnt_u32(left | (1u << (lanes + k)));
    v128_store(memory, at, f32x4_add(v128_load(memory, at), value));
    left &= left - 1;
  }
  while (left) {
    const usize at = rows + sizeof(v128) * takeLane(left);
    v128_store(memory, at, f32x4_add(v128_load(memory, at), value));
  }
}
