// Vectors of eight lanes under the names of four: AVX2.
namespace lanes8 {
static constexpr i32 lanes = 8;

struct v128 {
  __m256i bits;
};

OP __m256 F(v128 x) { return _mm256_castsi256_ps(x.bits); }
OP v128 I(__m256 x) { return {_mm256_castps_si256(x)}; }

OP v128 v128_load(Memory memory, usize at, usize offset = 0) {
  return {_mm256_loadu_si256((const __m256i *)(memory + at + offset))};
}
/** Tables have the same four numbers over and over. */
OP v128 v128_load(Memory, Table table, usize offset = 0) {
  return {_mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(table.at + offset)))};
}
OP void v128_store(Memory memory, usize at, v128 value, usize offset = 0) {
  _mm256_storeu_si256((__m256i *)(memory + at + offset), value.bits);
}
OP v128 v128_load32_splat(Memory memory, usize at) { return I(_mm256_broadcast_ss((const float *)(memory + at))); }

OP v128 f32x4_add(v128 a, v128 b) { return I(_mm256_add_ps(F(a), F(b))); }
OP v128 f32x4_sub(v128 a, v128 b) { return I(_mm256_sub_ps(F(a), F(b))); }
OP v128 f32x4_mul(v128 a, v128 b) { return I(_mm256_mul_ps(F(a), F(b))); }
OP v128 f32x4_div(v128 a, v128 b) { return I(_mm256_div_ps(F(a), F(b))); }
OP v128 f32x4_sqrt(v128 a) { return I(_mm256_sqrt_ps(F(a))); }
OP v128 f32x4_abs(v128 a) { return {_mm256_and_si256(a.bits, _mm256_set1_epi32(0x7fffffff))}; }
OP v128 f32x4_relaxed_madd(v128 a, v128 b, v128 c) { return I(_mm256_fmadd_ps(F(a), F(b), F(c))); }
OP v128 f32x4_pmax(v128 a, v128 b) { return I(_mm256_max_ps(F(b), F(a))); }
OP v128 f32x4_pmin(v128 a, v128 b) { return I(_mm256_min_ps(F(b), F(a))); }
OP v128 f32x4_splat(f32 value) { return I(_mm256_set1_ps(value)); }
OP v128 f32x4_gt(v128 a, v128 b) { return I(_mm256_cmp_ps(F(a), F(b), _CMP_GT_OQ)); }
OP v128 f32x4_ge(v128 a, v128 b) { return I(_mm256_cmp_ps(F(a), F(b), _CMP_GE_OQ)); }
OP v128 f32x4_lt(v128 a, v128 b) { return I(_mm256_cmp_ps(F(a), F(b), _CMP_LT_OQ)); }
OP v128 f32x4_le(v128 a, v128 b) { return I(_mm256_cmp_ps(F(a), F(b), _CMP_LE_OQ)); }
OP v128 f32x4_eq(v128 a, v128 b) { return I(_mm256_cmp_ps(F(a), F(b), _CMP_EQ_OQ)); }
OP v128 f32x4_ne(v128 a, v128 b) { return I(_mm256_cmp_ps(F(a), F(b), _CMP_NEQ_UQ)); }

OP v128 i64x2_splat(i64 a) { return {_mm256_set1_epi64x(a)}; }
OP v128 i32x4_splat(i32 a) { return {_mm256_set1_epi32(a)}; }
OP v128 i32x4_add(v128 a, v128 b) { return {_mm256_add_epi32(a.bits, b.bits)}; }
OP v128 i32x4_sub(v128 a, v128 b) { return {_mm256_sub_epi32(a.bits, b.bits)}; }
OP v128 i32x4_shl(v128 a, i32 bits) { return {_mm256_slli_epi32(a.bits, bits)}; }
OP v128 i32x4_shr_u(v128 a, i32 bits) { return {_mm256_srli_epi32(a.bits, bits)}; }
OP v128 i32x4_max_s(v128 a, v128 b) { return {_mm256_max_epi32(a.bits, b.bits)}; }
OP v128 i32x4_min_s(v128 a, v128 b) { return {_mm256_min_epi32(a.bits, b.bits)}; }
OP v128 i32x4_gt_s(v128 a, v128 b) { return {_mm256_cmpgt_epi32(a.bits, b.bits)}; }
OP i32 i32x4_bitmask(v128 a) { return _mm256_movemask_ps(F(a)); }
OP v128 i32x4_trunc_sat_f32x4_s(v128 a) {
  const __m256i number = _mm256_and_si256(a.bits, f32x4_eq(a, a).bits);
  const v128 beyond = f32x4_ge({number}, f32x4_splat(2147483648.0f));
  return {_mm256_xor_si256(_mm256_cvttps_epi32(_mm256_castsi256_ps(number)), beyond.bits)};
}

OP v128 v128_and(v128 a, v128 b) { return {_mm256_and_si256(a.bits, b.bits)}; }
OP v128 v128_or(v128 a, v128 b) { return {_mm256_or_si256(a.bits, b.bits)}; }
OP v128 v128_xor(v128 a, v128 b) { return {_mm256_xor_si256(a.bits, b.bits)}; }
OP v128 v128_andnot(v128 a, v128 b) { return {_mm256_andnot_si256(b.bits, a.bits)}; }
OP v128 v128_not(v128 a) { return {_mm256_xor_si256(a.bits, _mm256_set1_epi32(-1))}; }
OP v128 v128_bitselect(v128 a, v128 b, v128 mask) { return I(_mm256_blendv_ps(F(b), F(a), F(mask))); }
OP bool v128_any_true(v128 a) { return !_mm256_testz_si256(a.bits, a.bits); }

// In place of functions of the kernel that say how four lanes do it.

OP v128 lookUp(Memory memory, v128 places) {
  alignas(32) u32 at[8];
  _mm256_store_si256((__m256i *)at, places.bits);
  alignas(32) f32 found[8];
  for (int lane = 0; lane < 8; lane++) found[lane] = load<f32>(memory, at[lane]);
  return I(_mm256_load_ps(found));
}
OP usize append(Memory memory, usize indices, usize counts, usize size, u32 first, v128 value) {
  const u32 mask = _mm256_movemask_ps(F(f32x4_ne(value, i64x2_splat(0))));
  // The numbers of the lanes that are set, a byte each, first lanes first.
  const u64 bytes = _pext_u64(0x0706050403020100, _pdep_u64(mask, 0x0101010101010101) * 0xff);
  const __m256i lanes = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(bytes));
  const __m256i numbers = _mm256_add_epi32(lanes, _mm256_set1_epi32(first));
  _mm256_storeu_si256((__m256i *)(memory + indices + (size << 2)), numbers);
  _mm256_storeu_ps((float *)(memory + counts + (size << 2)), _mm256_permutevar8x32_ps(F(value), lanes));
  return size + __builtin_popcount(mask);
}
OP f64 sum(Memory, v128 value) {
  alignas(32) f32 lanes[8];
  _mm256_store_ps(lanes, F(value));
  f64 total = 0;
  for (int lane = 0; lane < 8; lane++) total += lanes[lane];
  return total;
}
}
