// y[b, r] = sum over groups of da * d * multiplier * ((q - zero) . a) + m * minimum * da * sum(a)
// y: [rows, outputs]; w: planes of [w.rows, w.width]; a, da: the activations' bytes and scales as in activations.cuh, made here
//   of x [1, width] F32 with one row, and by quantize.cu with more
// launch: as many blocks of 256 threads as the device holds, at most one for eight tiles; shared bytes: one row of activations
//   with one row, none with more
//   A lane has Tile * Units loads of 16 bytes under way; a warp's load is 512 neighboring bytes. 16 warps on a multiprocessor
//   make 32 KB, which keeps DRAM busy. Activations come from shared memory or the first-level cache, which weights do not
//   enter. With Tile rows a warp they are read once for Tile times as many weights.
// numerics: a group's products are exact integers; then one rounding a group, and one or two for minimums, into an f32; the order
//   depends on width alone
#include "activations.cuh"
#include "gemv.cuh"

// 16 bytes of a row's low plane with what belongs to them: half a group of 8-bit weights, a group of 4-bit ones, or two of 2-bit
// ones. They are always of one block.
template <class F> struct Unit {
    static constexpr int Weights = 128 / F::LowBits;
    static constexpr int Groups = Weights < 32 ? 1 : Weights / 32;
    static constexpr int HighWords = Groups * F::HighBits;
    u32 low[4];
    u32 high[HighWords + 1];
    u32 scales;
    u32 subs;
};

template <class F> DEVICE Unit<F> load_unit(const Planes& w, int row, int unit) {
    typedef Unit<F> U;
    U u;
    load_words<4>(u.low, w.low + (u64)row * w.lowRowBytes + 16 * unit);
    if constexpr (F::HighBits != 0)
        load_words<U::HighWords>(u.high, w.high + (u64)row * w.highRowBytes + 4 * U::HighWords * unit);
    u.scales = load_scales<F>(w, row, unit * U::Weights / F::BlockLength);
    u.subs = load_subs<F, U::Groups>(w, row, unit * U::Weights / 32);
    return u;
}

DEVICE int dot4(const u32* codes, uint4 a, int sum) {
    sum = __dp4a((int)codes[0], (int)a.x, sum);
    sum = __dp4a((int)codes[1], (int)a.y, sum);
    sum = __dp4a((int)codes[2], (int)a.z, sum);
    return __dp4a((int)codes[3], (int)a.w, sum);
}

// Adds one unit of Tile weight rows times Rows activation rows. codes, scales: of the first activation row.
template <class F, int Tile, int Rows>
DEVICE void add_products(
    const Unit<F> (&w)[Tile], const u8* aCodes, const uint2* aScales, int width, int unit, float (&sums)[Tile * Rows]) {
    if constexpr (F::LowBits == 8) {
        static_assert(F::Multipliers == 0 && F::MinimumSign == 0, "whole groups would be needed");
#pragma unroll
        for (int b = 0; b < Rows; b++) {
            uint4 a = *(const uint4*)(aCodes + (i64)b * width + half_offset(unit / 2, unit % 2));
            float scale = bits_to_f32(aScales[b * (width / 32) + unit / 2].x);
#pragma unroll
            for (int i = 0; i < Tile; i++)
                sums[i * Rows + b] = fmaf(scale_of<F>(w[i].scales) * scale, (float)dot4(w[i].low, a, 0), sums[i * Rows + b]);
        }
    } else {
#pragma unroll
        for (int g = 0; g < Unit<F>::Groups; g++) {
            int group = unit * Unit<F>::Groups + g;
            u32 q[Tile][8], subs[Tile];
            float factors[Tile], minimums[Tile][2];
#pragma unroll
            for (int i = 0; i < Tile; i++) {
#pragma unroll
                for (int j = 0; j < 8; j++) q[i][j] = codes<F>(w[i].low + g * F::LowBits, w[i].high + g * F::HighBits, j);
                subs[i] = w[i].subs >> 8 * F::SubBytes * g;
                factors[i] = scale_of<F>(w[i].scales);
                if constexpr (F::Multipliers == 1) factors[i] *= multiplier_of<F>(subs[i], 0);
                if constexpr (F::MinimumSign != 0) {
#pragma unroll
                    for (int half = 0; half < 2; half++)
                        minimums[i][half] = minimum_of<F>(w[i].scales) * sub_minimum_of<F>(subs[i], half);
                }
            }
#pragma unroll
            for (int b = 0; b < Rows; b++) {
                uint4 first = *(const uint4*)(aCodes + (i64)b * width + half_offset(group, 0));
                uint4 second = *(const uint4*)(aCodes + (i64)b * width + half_offset(group, 1));
                uint2 scales = aScales[b * (width / 32) + group];
                float scale = bits_to_f32(scales.x);
                int firstSum = (short)scales.y, secondSum = (int)scales.y >> 16;
#pragma unroll
                for (int i = 0; i < Tile; i++) {
                    // What the zero point takes off is where the sum begins.
                    int dot;
                    if constexpr (F::Multipliers == 2) {
                        dot = multiplier_of<F>(subs[i], 0) * dot4(q[i], first, -F::Zero * firstSum)
                            + multiplier_of<F>(subs[i], 1) * dot4(q[i] + 4, second, -F::Zero * secondSum);
                    } else {
                        dot = dot4(q[i] + 4, second, dot4(q[i], first, -F::Zero * (firstSum + secondSum)));
                    }
                    float& sum = sums[i * Rows + b];
                    sum = fmaf(factors[i] * scale, (float)dot, sum);
                    if constexpr (F::MinimumSign != 0 && F::Minimums == 2) {
                        sum = fmaf(minimums[i][0], scale * (float)firstSum, sum);
                        sum = fmaf(minimums[i][1], scale * (float)secondSum, sum);
                    } else if constexpr (F::MinimumSign != 0) {
                        sum = fmaf(minimums[i][0], scale * (float)(firstSum + secondSum), sum);
                    }
                }
            }
        }
    }
}

// All tiles of this warp. Units: of each row that are loaded before the first is used.
template <class F, int Tile, int Rows, int Units>
DEVICE void gemv_quantized(const Planes& w, const Target& t, const u8* codes, const uint2* scales) {
    const int lane = threadIdx.x % 32, units = w.width / Unit<F>::Weights, step = tile_outputs<Tile>(t);
    for (int first = warp_index() * step; first < t.outputs; first += warp_count() * step) {
        float sums[Tile * Rows] = {};
        for (int unit = lane; unit < units; unit += 32 * Units) {
            Unit<F> loaded[Units][Tile];
#pragma unroll
            for (int u = 0; u < Units; u++) {
#pragma unroll
                for (int i = 0; i < Tile; i++)
                    loaded[u][i] = load_unit<F>(w, tile_row<Tile>(t, first, i), min(unit + 32 * u, units - 1));
            }
#pragma unroll
            for (int u = 0; u < Units; u++) {
                if (unit + 32 * u < units) add_products<F, Tile, Rows>(loaded[u], codes, scales, w.width, unit + 32 * u, sums);
            }
        }
        finish<Tile, Rows>(sums, t, first);
    }
}

extern __shared__ uint4 gemv_shared[];

// One row, quantized by every block for itself (after RMSNorm, where there is a norm) while the weights are on their way.
template <class F>
DEVICE void gemv_one(float* y, const float* x, const float* norm, float epsilon, const Planes& w, int stride, int epilogue) {
    constexpr int Tile = 2;
    __shared__ float sums[NORM_LANES / 32];
    Target t = target_of(y, stride, 1, epilogue, w);
    prefetch_tile<Tile>(w, t, warp_index() * tile_outputs<Tile>(t));
    u8* codes = (u8*)gemv_shared;
    uint2* scales = (uint2*)(codes + w.width);
    quantize_row<GEMV_THREADS>(x, norm, w.width, epsilon, sums, codes, scales);
    __syncthreads();
    gemv_quantized<F, Tile, 1, F::LowBits == 8 ? 4 : 2>(w, t, codes, scales);
}

// Up to Rows rows, quantized before.
template <class F, int Tile, int Rows, int Units>
DEVICE void gemv_some(float* y, const u8* codes, const uint2* scales, const Planes& w, int rows, int stride, int epilogue) {
    gemv_quantized<F, Tile, Rows, Units>(w, target_of(y, stride, rows, epilogue, w), codes, scales);
}

KERNEL(NAME(gemv_, SYMBOL, _rows1), GEMV_THREADS)(float* y, const float* x, const float* __restrict__ norm, float epsilon,
    const __grid_constant__ Planes w, int stride, int epilogue) {
    gemv_one<FORMAT>(y, x, norm, epsilon, w, stride, epilogue);
}

#define GEMV_SOME(rowCount, tile, units) \
    KERNEL(NAME(gemv_, SYMBOL, _rows##rowCount), GEMV_THREADS)(float* y, const u8* __restrict__ codes, \
        const uint2* __restrict__ scales, const __grid_constant__ Planes w, int rows, int stride, int epilogue) { \
        gemv_some<FORMAT, tile, rowCount, units>(y, codes, scales, w, rows, stride, epilogue); \
    }
GEMV_SOME(2, 2, 2)
GEMV_SOME(4, 4, 1)
GEMV_SOME(8, 4, 1)
