// y[b, r] = sum over i of w[r, i] * x[b, i]
// y: [rows, outputs]; w: rows of F32, F16 or BF16, [w.rows, w.width]; x: [rows, width] F32, with one row and a norm: RMSNorm(x)
// launch: as many blocks of 256 threads as the device holds, at most one for eight tiles
//   A lane has Tile * Units loads of 16 bytes under way; a warp's load is 512 neighboring bytes. Activations come from the
//   first-level cache once for Tile rows; weights do not enter that cache.
// numerics: f32, one rounding a product-and-sum; the order depends on width alone
#include "gemv.cuh"
#include "norm.cuh"

template <class T> struct FloatUnit {
    static constexpr int Weights = 16 / sizeof(T);
};

// The numbers in 16 bytes.
template <class T, int N> DEVICE void widen(uint4 words, float (&values)[N], T) {
    if constexpr (N == 4) {
        values[0] = bits_to_f32(words.x);
        values[1] = bits_to_f32(words.y);
        values[2] = bits_to_f32(words.z);
        values[3] = bits_to_f32(words.w);
    } else {
        u32 pairs[4] = {words.x, words.y, words.z, words.w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
            values[2 * i] = to_f32(T{(u16)pairs[i]});
            values[2 * i + 1] = to_f32(T{(u16)(pairs[i] >> 16)});
        }
    }
}

template <bool Aligned, int N> DEVICE void load_row(const float* __restrict__ x, int i, int width, float (&values)[N]) {
#pragma unroll
    for (int k = 0; k < N; k += 4) {
        float4 v = load4<Aligned>(x, i + k, width);
        values[k] = v.x;
        values[k + 1] = v.y;
        values[k + 2] = v.z;
        values[k + 3] = v.w;
    }
}

// All tiles of this warp. x: [t.rows, width]. Units: of each row that are loaded before the first is used.
template <class T, bool Aligned, int Tile, int Rows, int Units>
DEVICE void gemv_float(
    const Planes& w, const Target& t, const float* __restrict__ x, const float* __restrict__ norm, float factor) {
    constexpr int N = FloatUnit<T>::Weights;
    const int lane = threadIdx.x % 32, units = w.lowRowBytes / 16, step = tile_outputs<Tile>(t);
    for (int first = warp_index() * step; first < t.outputs; first += warp_count() * step) {
        float sums[Tile * Rows] = {};
        for (int unit = lane; unit < units; unit += 32 * Units) {
            uint4 loaded[Units][Tile];
#pragma unroll
            for (int u = 0; u < Units; u++) {
#pragma unroll
                for (int i = 0; i < Tile; i++)
                    loaded[u][i] = load_streaming16(
                        w.low + (u64)tile_row<Tile>(t, first, i) * w.lowRowBytes + 16 * min(unit + 32 * u, units - 1));
            }
#pragma unroll
            for (int u = 0; u < Units; u++) {
                int column = (unit + 32 * u) * N;
                if (column >= w.width) continue;
                float weights[Tile][N];
#pragma unroll
                for (int i = 0; i < Tile; i++) widen(loaded[u][i], weights[i], T{});
#pragma unroll
                for (int b = 0; b < Rows; b++) {
                    float values[N];
                    load_row<Aligned>(x + (i64)min(b, t.rows - 1) * w.width, column, w.width, values);
                    if (Rows == 1 && norm) {
                        float scales[N];
                        load_row<Aligned>(norm, column, w.width, scales);
#pragma unroll
                        for (int k = 0; k < N; k++) values[k] = values[k] * factor * scales[k];
                    }
#pragma unroll
                    for (int i = 0; i < Tile; i++) {
#pragma unroll
                        for (int k = 0; k < N; k++) sums[i * Rows + b] = fmaf(weights[i][k], values[k], sums[i * Rows + b]);
                    }
                }
            }
        }
        finish<Tile, Rows>(sums, t, first);
    }
}

// One row, whose RMSNorm every block scales for itself while the weights are on their way.
template <class T, bool Aligned, int Units>
DEVICE void gemv_float_one(
    float* y, const float* x, const float* norm, float epsilon, const Planes& w, int stride, int epilogue) {
    constexpr int Tile = 2;
    __shared__ float sums[NORM_LANES / 32];
    Target t = target_of(y, stride, 1, epilogue, w);
    prefetch_tile<Tile>(w, t, warp_index() * tile_outputs<Tile>(t));
    float factor = norm ? inverse_rms<GEMV_THREADS, Aligned>(x, w.width, epsilon, sums) : 1;
    gemv_float<T, Aligned, Tile, 1, Units>(w, t, x, norm, factor);
}

#define GEMV_SOME(rowCount, tile, units) \
    KERNEL(NAME(gemv_, SYMBOL, _rows##rowCount), GEMV_THREADS)( \
        float* y, const float* __restrict__ x, const __grid_constant__ Planes w, int rows, int stride, int epilogue) { \
        gemv_float<FORMAT, true, tile, rowCount, units>(w, target_of(y, stride, rows, epilogue, w), x, nullptr, 1); \
    }

#define GEMV_ONE(variant, aligned, units) \
    KERNEL(NAME(gemv_, SYMBOL, variant), GEMV_THREADS)(float* y, const float* __restrict__ x, const float* __restrict__ norm, \
        float epsilon, const __grid_constant__ Planes w, int stride, int epilogue) { \
        gemv_float_one<FORMAT, aligned, units>(y, x, norm, epsilon, w, stride, epilogue); \
    }

// unaligned: a row at a time, for widths that are no multiple of 4.
GEMV_ONE(_unaligned, false, 1)
GEMV_ONE(_rows1, true, 4)
GEMV_SOME(2, 2, 4)
GEMV_SOME(4, 4, 2)
GEMV_SOME(8, 4, 1)
