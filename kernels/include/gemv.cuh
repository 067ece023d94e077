// Products of few rows: the tile of a warp and its way out.
// A warp multiplies a tile of Tile weight rows with all Rows activation rows. Lane l adds up the units (16 bytes of a weight
// row) l, l + 32, ... in ascending order; a tree adds the 32 partial sums. So an output's bits depend on its own row alone.
// The grid is as many blocks as the device holds at a time. A block goes on to further tiles, so it prepares activations once.
#pragma once
#include "epilogue.cuh"
#include "weights.cuh"

#define GEMV_THREADS 256

DEVICE int warp_index() { return blockIdx.x * (GEMV_THREADS / 32) + threadIdx.x / 32; }
DEVICE int warp_count() { return gridDim.x * (GEMV_THREADS / 32); }

// For y[Rows][stride] of `outputs` numbers a row.
struct Target {
    float* y;
    int stride;
    int outputs;
    int rows; // of Rows, those in use
    int epilogue;
};

DEVICE Target target_of(float* y, int stride, int rows, int epilogue, const Planes& w) {
    return Target{y, stride, epilogue == SWIGLU ? w.rows / 2 : w.rows, rows, epilogue};
}

// The outputs of a warp's tile: with SwiGLU half of its rows are gate, half up.
template <int Tile> DEVICE int tile_outputs(const Target& t) { return t.epilogue == SWIGLU ? Tile / 2 : Tile; }

// Weight row i of the tile that begins with output `first`; the last ones again for missing rows.
template <int Tile> DEVICE int tile_row(const Target& t, int first, int i) {
    if (t.epilogue != SWIGLU) return min(first + i, t.outputs - 1);
    return min(first + i % (Tile / 2), t.outputs - 1) + (i < Tile / 2 ? 0 : t.outputs);
}

// The rows of a warp's first tile start on their way to the second-level cache while the activations are prepared.
template <int Tile> DEVICE void prefetch_tile(const Planes& w, const Target& t, int first) {
    if (first >= t.outputs) return;
#pragma unroll
    for (int i = 0; i < Tile; i++) {
        const u8* row = w.low + (u64)tile_row<Tile>(t, first, i) * w.lowRowBytes;
        for (int offset = threadIdx.x % 32 * 128; offset < w.lowRowBytes; offset += 32 * 128) prefetch_l2(row + offset);
    }
}

// Sums of N values over the warp, N a power of two up to 32: lane l gets that of values[l / (32 / N)]. N - 1 + log2(32 / N)
// shuffles instead of 5 N, and the tree of additions of warp_sum whatever N is.
template <int N, int Distance = 16> DEVICE float warp_sums(float* values) {
    if constexpr (Distance == 0) {
        return values[0];
    } else if constexpr (N == 1) {
        values[0] += __shfl_xor_sync(FULL_WARP, values[0], Distance);
        return warp_sums<1, Distance / 2>(values);
    } else {
        bool upper = threadIdx.x & Distance;
#pragma unroll
        for (int i = 0; i < N / 2; i++) {
            float kept = upper ? values[i + N / 2] : values[i];
            float sent = upper ? values[i] : values[i + N / 2];
            values[i] = kept + __shfl_xor_sync(FULL_WARP, sent, Distance);
        }
        return warp_sums<N / 2, Distance / 2>(values);
    }
}

// sums: [Tile][Rows], this lane's share of each.
template <int Tile, int Rows> DEVICE void finish(float (&sums)[Tile * Rows], const Target& t, int first) {
    constexpr int Lanes = 32 / (Tile * Rows);
    float sum = warp_sums<Tile * Rows>(sums);
    int index = threadIdx.x % 32 / Lanes, output = first + index / Rows, row = index % Rows;
    if (t.epilogue == SWIGLU) {
        float up = __shfl_xor_sync(FULL_WARP, sum, 16);
        sum = swiglu(sum, up);
    }
    if (threadIdx.x % Lanes != 0 || index / Rows >= tile_outputs<Tile>(t) || output >= t.outputs || row >= t.rows) return;
    float* y = t.y + (i64)row * t.stride + output;
    *y = t.epilogue == ADD ? *y + sum : sum;
}
