// Vectors of four lanes, as WebAssembly has them.
namespace lanes4 {
typedef __m128i v128;

template <class At> OP v128 v128_load(Memory memory, At at, usize offset = 0) {
  return _mm_loadu_si128((const __m128i *)(place(memory, at) + offset));
}
OP void v128_store(Memory memory, usize at, v128 value, usize offset = 0) {
  _mm_storeu_si128((__m128i *)(memory + at + offset), value);
}
OP v128 v128_load32_zero(Memory memory, usize at) { return _mm_loadu_si32(memory + at); }
OP v128 v128_load64_zero(Memory memory, usize at) { return _mm_loadu_si64(memory + at); }
OP v128 v128_load32_splat(Memory memory, usize at) {
  return _mm_castps_si128(_mm_broadcast_ss((const float *)(memory + at)));
}
template <class T, int lane> OP v128 v128_load_lane(Memory memory, usize at, v128 value) {
  if (sizeof(T) == 4) return _mm_insert_epi32(value, load<i32>(memory, at), lane & 3);
  return _mm_insert_epi64(value, load<i64>(memory, at), lane & 1);
}
template <class T, int lane> OP void v128_store_lane(Memory memory, usize at, v128 value) {
  if (sizeof(T) == 4) store<i32>(memory, at, _mm_extract_epi32(value, lane & 3));
  else store<i64>(memory, at, _mm_extract_epi64(value, lane & 1));
}

OP __m128 F(v128 x) { return _mm_castsi128_ps(x); }
OP v128 I(__m128 x) { return _mm_castps_si128(x); }
OP __m128d D(v128 x) { return _mm_castsi128_pd(x); }
OP v128 I(__m128d x) { return _mm_castpd_si128(x); }

OP v128 f32x4_add(v128 a, v128 b) { return I(_mm_add_ps(F(a), F(b))); }
OP v128 f32x4_sub(v128 a, v128 b) { return I(_mm_sub_ps(F(a), F(b))); }
OP v128 f32x4_mul(v128 a, v128 b) { return I(_mm_mul_ps(F(a), F(b))); }
OP v128 f32x4_div(v128 a, v128 b) { return I(_mm_div_ps(F(a), F(b))); }
OP v128 f32x4_sqrt(v128 a) { return I(_mm_sqrt_ps(F(a))); }
OP v128 f32x4_relaxed_madd(v128 a, v128 b, v128 c) { return I(_mm_fmadd_ps(F(a), F(b), F(c))); }
/** b where a < b, else a: what WebAssembly calls pmax; pmin likewise. */
OP v128 f32x4_pmax(v128 a, v128 b) { return I(_mm_max_ps(F(b), F(a))); }
OP v128 f32x4_pmin(v128 a, v128 b) { return I(_mm_min_ps(F(b), F(a))); }
OP v128 f32x4_gt(v128 a, v128 b) { return I(_mm_cmp_ps(F(a), F(b), _CMP_GT_OQ)); }
OP v128 f32x4_ge(v128 a, v128 b) { return I(_mm_cmp_ps(F(a), F(b), _CMP_GE_OQ)); }
OP v128 f32x4_lt(v128 a, v128 b) { return I(_mm_cmp_ps(F(a), F(b), _CMP_LT_OQ)); }
OP v128 f32x4_le(v128 a, v128 b) { return I(_mm_cmp_ps(F(a), F(b), _CMP_LE_OQ)); }
OP v128 f32x4_eq(v128 a, v128 b) { return I(_mm_cmp_ps(F(a), F(b), _CMP_EQ_OQ)); }
OP v128 f32x4_ne(v128 a, v128 b) { return I(_mm_cmp_ps(F(a), F(b), _CMP_NEQ_UQ)); }
OP v128 f32x4_splat(f32 value) { return I(_mm_set1_ps(value)); }
OP v128 f32x4_abs(v128 a) { return _mm_and_si128(a, _mm_set1_epi32(0x7fffffff)); }
template <int lane> OP f32 f32x4_extract_lane(v128 a) { return _mm_cvtss_f32(_mm_permute_ps(F(a), lane)); }
OP v128 f32x4_demote_f64x2_zero(v128 a) { return I(_mm_cvtpd_ps(D(a))); }
OP v128 f32x4_convert_i32x4_u(v128 a) {
  const v128 low = _mm_and_si128(a, _mm_set1_epi32(0xffff));
  const v128 high = _mm_srli_epi32(a, 16);
  return I(_mm_add_ps(_mm_mul_ps(_mm_cvtepi32_ps(high), _mm_set1_ps(65536)), _mm_cvtepi32_ps(low)));
}

OP v128 f64x2_of(f64 a, f64 b) { return I(_mm_set_pd(b, a)); }
OP v128 f64x2_splat(f64 a) { return I(_mm_set1_pd(a)); }
OP v128 f64x2_add(v128 a, v128 b) { return I(_mm_add_pd(D(a), D(b))); }
OP v128 f64x2_mul(v128 a, v128 b) { return I(_mm_mul_pd(D(a), D(b))); }
template <int lane> OP f64 f64x2_extract_lane(v128 a) {
  return lane ? _mm_cvtsd_f64(_mm_unpackhi_pd(D(a), D(a))) : _mm_cvtsd_f64(D(a));
}

OP v128 i64x2_of(i64 a, i64 b) { return _mm_set_epi64x(b, a); }
OP v128 i64x2_splat(i64 a) { return _mm_set1_epi64x(a); }
template <int lane> OP i64 i64x2_extract_lane(v128 a) { return _mm_extract_epi64(a, lane); }

OP v128 i32x4_of(i32 a, i32 b, i32 c, i32 d) { return _mm_setr_epi32(a, b, c, d); }
OP v128 i32x4_splat(i32 a) { return _mm_set1_epi32(a); }
OP v128 i32x4_add(v128 a, v128 b) { return _mm_add_epi32(a, b); }
OP v128 i32x4_sub(v128 a, v128 b) { return _mm_sub_epi32(a, b); }
OP v128 i32x4_shl(v128 a, i32 bits) { return _mm_slli_epi32(a, bits); }
OP v128 i32x4_shr_u(v128 a, i32 bits) { return _mm_srli_epi32(a, bits); }
OP v128 i32x4_gt_s(v128 a, v128 b) { return _mm_cmpgt_epi32(a, b); }
OP v128 i32x4_max_s(v128 a, v128 b) { return _mm_max_epi32(a, b); }
OP v128 i32x4_min_s(v128 a, v128 b) { return _mm_min_epi32(a, b); }
OP v128 i32x4_min_u(v128 a, v128 b) { return _mm_min_epu32(a, b); }
OP v128 i32x4_max_u(v128 a, v128 b) { return _mm_max_epu32(a, b); }
OP i32 i32x4_bitmask(v128 a) { return _mm_movemask_ps(F(a)); }
template <int lane> OP i32 i32x4_extract_lane(v128 a) { return _mm_extract_epi32(a, lane); }
/** What is no number becomes 0, what is beyond an i32 its nearest. */
OP v128 i32x4_trunc_sat_f32x4_s(v128 a) {
  const v128 number = _mm_and_si128(a, I(_mm_cmp_ps(F(a), F(a), _CMP_ORD_Q)));
  const v128 beyond = I(_mm_cmp_ps(F(number), _mm_set1_ps(2147483648.0f), _CMP_GE_OQ));
  return _mm_xor_si128(_mm_cvttps_epi32(F(number)), beyond);
}
OP v128 i32x4_extend_low_i16x8_u(v128 a) { return _mm_cvtepu16_epi32(a); }
OP v128 i32x4_extend_high_i16x8_u(v128 a) { return _mm_cvtepu16_epi32(_mm_srli_si128(a, 8)); }
OP v128 i16x8_extend_low_i8x16_u(v128 a) { return _mm_cvtepu8_epi16(a); }
OP v128 i16x8_extend_high_i8x16_u(v128 a) { return _mm_cvtepu8_epi16(_mm_srli_si128(a, 8)); }
OP v128 i16x8_narrow_i32x4_s(v128 a, v128 b) { return _mm_packs_epi32(a, b); }

template <class... T> OP v128 i8x16_of(T... bytes) { return _mm_setr_epi8(bytes...); }
OP v128 i8x16_splat(i8 a) { return _mm_set1_epi8(a); }
OP v128 i8x16_add(v128 a, v128 b) { return _mm_add_epi8(a, b); }
OP v128 i8x16_sub(v128 a, v128 b) { return _mm_sub_epi8(a, b); }
OP v128 i8x16_eq(v128 a, v128 b) { return _mm_cmpeq_epi8(a, b); }
OP v128 i8x16_ge_u(v128 a, v128 b) { return _mm_cmpeq_epi8(_mm_max_epu8(a, b), a); }
OP i32 i8x16_bitmask(v128 a) { return _mm_movemask_epi8(a); }
OP v128 i8x16_narrow_i16x8_s(v128 a, v128 b) { return _mm_packs_epi16(a, b); }
/** Bytes numbered beyond 15 give nothing. */
OP v128 i8x16_swizzle(v128 a, v128 numbers) {
  return _mm_shuffle_epi8(a, _mm_adds_epu8(numbers, _mm_set1_epi8(0x70)));
}

/** As floats, which most of them are: what computes with those hands a result on sooner. */
OP v128 v128_and(v128 a, v128 b) { return I(_mm_and_ps(F(a), F(b))); }
OP v128 v128_or(v128 a, v128 b) { return I(_mm_or_ps(F(a), F(b))); }
OP v128 v128_xor(v128 a, v128 b) { return _mm_xor_si128(a, b); }
OP v128 v128_andnot(v128 a, v128 b) { return I(_mm_andnot_ps(F(b), F(a))); }
OP v128 v128_not(v128 a) { return _mm_xor_si128(a, _mm_set1_epi32(-1)); }
OP v128 v128_bitselect(v128 a, v128 b, v128 mask) { return _mm_or_si128(_mm_and_si128(a, mask), _mm_andnot_si128(mask, b)); }
OP bool v128_any_true(v128 a) { return !_mm_testz_si128(a, a); }
template <class T, int a, int b, int c, int d> OP v128 v128_shuffle(v128 x, v128 y) {
  typedef i32 lanes __attribute__((vector_size(16)));
  return (v128)__builtin_shuffle((lanes)x, (lanes)y, (lanes){a, b, c, d});
}
template <class T, int a, int b> OP v128 v128_shuffle(v128 x, v128 y) {
  typedef i64 lanes __attribute__((vector_size(16)));
  return (v128)__builtin_shuffle((lanes)x, (lanes)y, (lanes){a, b});
}
}
