// Activations as signed bytes, for products with quantized weights: x = scale * a, scale = max |x| / 127 of each group of 32, a
// rounded to the nearest. The same numbers as on the CPU.
//   codes   [rows][width] bytes; the two halves of group g are exchanged when bit 2 of g is set: eight lanes that read the
//           first halves of eight groups then touch all 32 banks, and so do eight lanes that read four whole groups
//   scales  [rows][groups] {scale, sum of a[0..16] | sum of a[16..32] << 16}
// Where an activation is infinite or NaN, the scale is NaN and with it every product: bytes cannot carry it.
#pragma once
#include "norm.cuh"

// Where half `half` of a group begins, in bytes from the row's beginning.
DEVICE int half_offset(int group, int half) { return 32 * group + 16 * (half ^ (group >> 2 & 1)); }

// values: activations 4 i .. 4 i + 3, i = 8 group + lane % 8. All lanes of the warp take part; only those present write.
DEVICE void quantize4(const float (&values)[4], int i, bool present, u8* codes, uint2* scales) {
    // Bits of magnitudes compare like the magnitudes, and above them infinity and NaN.
    u32 largest = 0;
#pragma unroll
    for (int k = 0; k < 4; k++) largest = max((int)largest, (int)(f32_to_bits(values[k]) & 0x7fffffffu));
#pragma unroll
    for (int o = 1; o < 8; o *= 2) largest = max((int)largest, __shfl_xor_sync(FULL_WARP, (int)largest, o));
    float maximum = bits_to_f32(largest);
    // Below this 1 / scale would overflow; such activations count as zero.
    bool counts = maximum >= 1e-35f && largest < 0x7f800000u;
    float scale = counts ? maximum / 127 : largest < 0x7f800000u ? 0 : bits_to_f32(0x7fffffffu);
    float inverse = counts ? 127 / maximum : 0;

    u32 word = 0;
    int sum = 0;
#pragma unroll
    for (int k = 0; k < 4; k++) {
        // 1.5 * 2^23: added to a float, leaves its nearest integer (ties to even) in the low bits.
        float value = counts ? values[k] : 0;
        int code = (int)(f32_to_bits(fmaf(value, inverse, 12582912.0f)) - 0x4b400000u);
        word |= (u32)(code & 255) << 8 * k;
        sum += code;
    }
    sum += __shfl_xor_sync(FULL_WARP, sum, 1);
    sum += __shfl_xor_sync(FULL_WARP, sum, 2);
    int other = __shfl_xor_sync(FULL_WARP, sum, 4);
    if (!present) return;
    *(u32*)(codes + half_offset(i / 8, i / 4 % 2) + i % 4 * 4) = word;
    if (i % 8 == 0) scales[i / 8] = {f32_to_bits(scale), (u32)(sum & 0xffff) | (u32)other << 16};
}

// A row's activations, of RMSNorm(x) where there is a norm, by a block of `Threads`. width: a multiple of 32.
// sums: shared [NORM_LANES / 32]. The caller synchronizes before it reads what was written.
template <int Threads>
DEVICE void quantize_row(const float* x, const float* norm, int width, float epsilon, float* sums, u8* codes, uint2* scales) {
    constexpr int Loads = 4; // under way at a time
    float factor = norm ? inverse_rms<Threads, true>(x, width, epsilon, sums) : 1;
    for (int first = threadIdx.x / 32 * 32; 4 * first < width; first += Loads * Threads) {
        float4 v[Loads], n[Loads];
#pragma unroll
        for (int l = 0; l < Loads; l++) {
            int i = 4 * (first + l * Threads + (int)threadIdx.x % 32);
            v[l] = load4<true>(x, i, width);
            n[l] = norm ? load4<true>(norm, i, width) : float4{1, 1, 1, 1};
        }
#pragma unroll
        for (int l = 0; l < Loads; l++) {
            int i = first + l * Threads + (int)threadIdx.x % 32;
            // The same for all lanes of the warp.
            if (4 * (first + l * Threads) >= width) break;
            float values[4] = {
                v[l].x * factor * n[l].x, v[l].y * factor * n[l].y, v[l].z * factor * n[l].z, v[l].w * factor * n[l].w};
            quantize4(values, i, 4 * i < width, codes, scales);
        }
    }
}
