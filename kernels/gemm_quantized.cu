// The product of gemm.cuh with quantized weights. k is a multiple of 32.
#include "gemm.cuh"

template <class Format, class Tile> DEVICE void gemm_blocks(
    float* y, int yStride, int epilogue, const u16* x, int xStride, const Planes& w, int rows) {
    constexpr int Stages = Tile::Stages, Ahead = Tile::TileRows == 128 ? 1 : 4;
    extern __shared__ __align__(128) u8 shared[];
    u8* wTiles = shared + Stages * Tile::XBytes;
    TileOutputs<Tile::TileN> out(w, epilogue);
    int k = w.width, firstRow = blockIdx.x * Tile::TileRows, steps = (k + GEMM_STEP - 1) / GEMM_STEP;
    int warp = threadIdx.x / 32, warpRow = warp % Tile::Down * Tile::M * 16, warpColumn = warp / Tile::Down * Tile::N * 8;
    // This thread brings 32 weights. Past the last row it brings that row again, and its outputs are not stored. Past the last
    // group it brings that group again, and x is zero there.
    int row = threadIdx.x / 2, half = threadIdx.x & 1, wRow = out.row(row), lastGroup = k / 32 - 1;
    auto xRow = [&](int i) { return firstRow + i < rows ? firstRow + i : -1; };
    auto fetch = [&](int step, int stage) {
        if (step < steps) copy_tile<Tile::TileRows, Tile::Threads>(shared + stage * Tile::XBytes, x, xStride, xRow, step, k);
        copy_async_commit();
    };
    PackedGroup<Format> packed[Ahead];
    auto load = [&](int step) { return load_group<Format>(w, wRow, min(step * 2 + half, lastGroup)); };
    auto store = [&](int step, const PackedGroup<Format>& from) {
        u32 pairs[16];
        dequantize32<Format>(from, pairs);
        store_group(wTiles + (step & 1) * Tile::WBytes, row, half, pairs);
    };
    float sums[Tile::M][Tile::N][4] = {};
    for (int step = 0; step < Stages - 1; step++) fetch(step, step);
    store(0, load(0));
#pragma unroll
    for (int i = 0; i < Ahead; i++) packed[i] = load(1 + i);
    for (int first = 0, stage = 0; first < steps; first += Ahead) {
#pragma unroll
        for (int i = 0; i < Ahead; i++) {
            int step = first + i;
            if (step >= steps) break;
            copy_async_wait<Stages - 2>();
            __syncthreads(); // x and the weights have come; no warp still reads the step before
            fetch(step + Stages - 1, stage == 0 ? Stages - 1 : stage - 1);
            multiply_tile<f16, Tile>(
                sums, shared + stage * Tile::XBytes, wTiles + (step & 1) * Tile::WBytes, warpRow, warpColumn, [&] {
                    store(step + 1, packed[i]);
                    packed[i] = load(step + 1 + Ahead);
                });
            stage = stage == Stages - 1 ? 0 : stage + 1;
        }
    }
    store_tile<Tile>(sums, shared, warpRow, warpColumn, out, y, yStride, rows, firstRow);
}

GEMM_KERNELS(gemm_blocks)
