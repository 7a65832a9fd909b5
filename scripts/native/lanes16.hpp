// Vectors of sixteen lanes under the names of four: AVX-512. What a comparison gives is a mask of bits, which is as good as a
// vector wherever one is asked for.
namespace lanes16 {
static constexpr i32 lanes = 16;

struct v128 {
  __m512i bits;
};

struct Mask {
  __mmask16 bits;
  INLINE operator v128() const { return {_mm512_movm_epi32(bits)}; }
};

OP __m512 F(v128 x) { return _mm512_castsi512_ps(x.bits); }
OP v128 I(__m512 x) { return {_mm512_castps_si512(x)}; }

OP v128 v128_load(Memory memory, usize at, usize offset = 0) {
  return {_mm512_loadu_si512(memory + at + offset)};
}
/** Tables have the same four numbers over and over. */
OP v128 v128_load(Memory, Table table, usize offset = 0) {
  return {_mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(table.at + offset)))};
}
OP void v128_store(Memory memory, usize at, v128 value, usize offset = 0) {
  _mm512_storeu_si512(memory + at + offset, value.bits);
}
OP v128 v128_load32_splat(Memory memory, usize at) { return I(_mm512_set1_ps(load<f32>(memory, at))); }

OP v128 f32x4_add(v128 a, v128 b) { return I(_mm512_add_ps(F(a), F(b))); }
OP v128 f32x4_sub(v128 a, v128 b) { return I(_mm512_sub_ps(F(a), F(b))); }
OP v128 f32x4_mul(v128 a, v128 b) { return I(_mm512_mul_ps(F(a), F(b))); }
OP v128 f32x4_div(v128 a, v128 b) { return I(_mm512_div_ps(F(a), F(b))); }
OP v128 f32x4_sqrt(v128 a) { return I(_mm512_sqrt_ps(F(a))); }
OP v128 f32x4_abs(v128 a) { return I(_mm512_abs_ps(F(a))); }
OP v128 f32x4_relaxed_madd(v128 a, v128 b, v128 c) { return I(_mm512_fmadd_ps(F(a), F(b), F(c))); }
OP v128 f32x4_pmax(v128 a, v128 b) { return I(_mm512_max_ps(F(b), F(a))); }
OP v128 f32x4_pmin(v128 a, v128 b) { return I(_mm512_min_ps(F(b), F(a))); }
OP v128 f32x4_splat(f32 value) { return I(_mm512_set1_ps(value)); }
OP Mask f32x4_gt(v128 a, v128 b) { return {_mm512_cmp_ps_mask(F(a), F(b), _CMP_GT_OQ)}; }
OP Mask f32x4_ge(v128 a, v128 b) { return {_mm512_cmp_ps_mask(F(a), F(b), _CMP_GE_OQ)}; }
OP Mask f32x4_lt(v128 a, v128 b) { return {_mm512_cmp_ps_mask(F(a), F(b), _CMP_LT_OQ)}; }
OP Mask f32x4_le(v128 a, v128 b) { return {_mm512_cmp_ps_mask(F(a), F(b), _CMP_LE_OQ)}; }
OP Mask f32x4_eq(v128 a, v128 b) { return {_mm512_cmp_ps_mask(F(a), F(b), _CMP_EQ_OQ)}; }
OP Mask f32x4_ne(v128 a, v128 b) { return {_mm512_cmp_ps_mask(F(a), F(b), _CMP_NEQ_UQ)}; }

OP v128 i64x2_splat(i64 a) { return {_mm512_set1_epi64(a)}; }
OP v128 i32x4_splat(i32 a) { return {_mm512_set1_epi32(a)}; }
OP v128 i32x4_add(v128 a, v128 b) { return {_mm512_add_epi32(a.bits, b.bits)}; }
OP v128 i32x4_sub(v128 a, v128 b) { return {_mm512_sub_epi32(a.bits, b.bits)}; }
OP v128 i32x4_shl(v128 a, i32 bits) { return {_mm512_slli_epi32(a.bits, bits)}; }
OP v128 i32x4_shl(Mask a, i32 bits) { return {_mm512_maskz_set1_epi32(a.bits, (i32)(0xffffffffu << bits))}; }
OP v128 i32x4_shr_u(v128 a, i32 bits) { return {_mm512_srli_epi32(a.bits, bits)}; }
OP v128 i32x4_max_s(v128 a, v128 b) { return {_mm512_max_epi32(a.bits, b.bits)}; }
OP v128 i32x4_min_s(v128 a, v128 b) { return {_mm512_min_epi32(a.bits, b.bits)}; }
OP v128 i32x4_min_u(v128 a, v128 b) { return {_mm512_min_epu32(a.bits, b.bits)}; }
OP Mask i32x4_gt_s(v128 a, v128 b) { return {_mm512_cmpgt_epi32_mask(a.bits, b.bits)}; }
OP i32 i32x4_bitmask(Mask a) { return a.bits; }
OP i32 i32x4_bitmask(v128 a) { return _mm512_movepi32_mask(a.bits); }
OP v128 i32x4_trunc_sat_f32x4_s(v128 a) {
  const __m512i number = _mm512_maskz_mov_epi32(_mm512_cmp_ps_mask(F(a), F(a), _CMP_ORD_Q), a.bits);
  const __mmask16 beyond = _mm512_cmp_ps_mask(_mm512_castsi512_ps(number), _mm512_set1_ps(2147483648.0f), _CMP_GE_OQ);
  const __m512i whole = _mm512_cvttps_epi32(_mm512_castsi512_ps(number));
  return {_mm512_mask_mov_epi32(whole, beyond, _mm512_set1_epi32(INT32_MAX))};
}

OP v128 v128_and(v128 a, v128 b) { return {_mm512_and_si512(a.bits, b.bits)}; }
OP v128 v128_and(Mask a, v128 b) { return {_mm512_maskz_mov_epi32(a.bits, b.bits)}; }
OP v128 v128_and(v128 a, Mask b) { return {_mm512_maskz_mov_epi32(b.bits, a.bits)}; }
OP Mask v128_and(Mask a, Mask b) { return {(__mmask16)(a.bits & b.bits)}; }
OP v128 v128_or(v128 a, v128 b) { return {_mm512_or_si512(a.bits, b.bits)}; }
OP Mask v128_or(Mask a, Mask b) { return {(__mmask16)(a.bits | b.bits)}; }
OP v128 v128_xor(v128 a, v128 b) { return {_mm512_xor_si512(a.bits, b.bits)}; }
OP v128 v128_andnot(v128 a, v128 b) { return {_mm512_andnot_si512(b.bits, a.bits)}; }
OP v128 v128_andnot(v128 a, Mask b) { return {_mm512_maskz_mov_epi32((__mmask16)~b.bits, a.bits)}; }
OP Mask v128_andnot(Mask a, Mask b) { return {(__mmask16)(a.bits & ~b.bits)}; }
OP Mask v128_not(Mask a) { return {(__mmask16)~a.bits}; }
OP v128 v128_bitselect(v128 a, v128 b, Mask mask) { return {_mm512_mask_mov_epi32(b.bits, mask.bits, a.bits)}; }
OP bool v128_any_true(v128 a) { return _mm512_test_epi32_mask(a.bits, a.bits) != 0; }
OP bool v128_any_true(Mask a) { return a.bits != 0; }

// In place of functions of the kernel that say how four lanes do it.

OP v128 lookUp(Memory memory, v128 places) {
  const __m512i from = _mm512_sub_epi32(places.bits, _mm512_set1_epi32(INT32_MIN));
  return I(_mm512_i32gather_ps(from, memory + 0x80000000u, 1));
}
OP usize append(Memory memory, usize indices, usize counts, usize size, u32 first, v128 value) {
  const __mmask16 mask = _mm512_cmp_ps_mask(F(value), _mm512_setzero_ps(), _CMP_NEQ_UQ);
  const __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i all = _mm512_add_epi32(numbers, _mm512_set1_epi32(first));
  _mm512_storeu_si512(memory + indices + (size << 2), _mm512_maskz_compress_epi32(mask, all));
  _mm512_storeu_si512(memory + counts + (size << 2), _mm512_maskz_compress_epi32(mask, value.bits));
  return size + __builtin_popcount(mask);
}
OP f64 sum(Memory, v128 value) {
  const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(F(value)));
  const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(F(value), 1));
  return _mm512_reduce_add_pd(_mm512_add_pd(low, high));
}
}
