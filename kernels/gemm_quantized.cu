// gemm.cuh for quantized weights: k is a multiple of 32.
#include "gemm.cuh"

template <class Format, class Tile> DEVICE void gemm_blocks(float* y, int leading, int epilogue, const u16* x, int x_pitch, const Planes& w, int rows) {
    constexpr int Stages = Tile::TileRows == 128 ? 3 : 4, Ahead = Tile::TileRows == 128 ? 1 : 4;
    extern __shared__ __align__(128) u8 shared[];
    u8* w_tiles = shared + Stages * Tile::XBytes;
    TileOutputs<Tile::TileN> out(w, epilogue);
    int k = w.width, first_row = blockIdx.x * Tile::TileRows, steps = (k + GEMM_STEP - 1) / GEMM_STEP;
    int warp = threadIdx.x / 32, warp_row = warp % Tile::Down * Tile::M * 16, warp_column = warp / Tile::Down * Tile::N * 8;
    // The 32 weights that this thread brings. Past the last row and the last group it brings those again: such outputs are not
    // stored, and x is zero there.
    int row = threadIdx.x / 2, half = threadIdx.x & 1, w_row = out.row(row), last_group = k / 32 - 1;
    auto x_row = [&](int i) { return first_row + i < rows ? first_row + i : -1; };
    auto fetch = [&](int step, int stage) {
        if (step < steps) copy_tile<Tile::TileRows, Tile::Threads>(shared + stage * Tile::XBytes, x, x_pitch, x_row, step, k);
        copy_async_commit();
    };
    PackedGroup<Format> packed[Ahead];
    auto load = [&](int step) { return load_group<Format>(w, w_row, min(step * 2 + half, last_group)); };
    auto store = [&](int step, const PackedGroup<Format>& from) {
        u32 pairs[16];
        dequantize32<Format>(from, pairs);
        store_group(w_tiles + (step & 1) * Tile::WBytes, row, half, pairs);
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
            __syncthreads(); // x has come, this step's weights are stored, and nobody reads the tiles of the step before
            fetch(step + Stages - 1, stage == 0 ? Stages - 1 : stage - 1);
            multiply_tile<f16, Tile>(sums, shared + stage * Tile::XBytes, w_tiles + (step & 1) * Tile::WBytes, warp_row, warp_column, [&] {
                store(step + 1, packed[i]);
                packed[i] = load(step + 1 + Ahead);
            });
            stage = stage == Stages - 1 ? 0 : stage + 1;
        }
    }
    store_tile<Tile>(sums, shared, warp_row, warp_column, out, y, leading, rows, first_row);
}

GEMM_KERNELS(gemm_blocks)
