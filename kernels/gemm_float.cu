// gemm.cuh for 16-bit weights.
#include "gemm.cuh"

template <class T, class Tile> DEVICE void gemm_halves(
    float* y, int leading, int epilogue, const u16* x, int x_pitch, const Planes& w, int rows) {
    constexpr int Stages = Tile::TileRows == 128 ? 3 : 4;
    extern __shared__ __align__(128) u8 shared[];
    TileOutputs<Tile::TileN> out(w, epilogue);
    int k = w.width, first_row = blockIdx.x * Tile::TileRows, steps = (k + GEMM_STEP - 1) / GEMM_STEP;
    int warp = threadIdx.x / 32, warp_row = warp % Tile::Down * Tile::M * 16, warp_column = warp / Tile::Down * Tile::N * 8;
    auto x_tile = [&](int stage) { return shared + stage * (Tile::XBytes + Tile::WBytes); };
    auto x_row = [&](int i) { return first_row + i < rows ? first_row + i : -1; };
    auto w_row = [&](int i) { return out.output(i) < out.outputs ? out.row(i) : -1; };
    auto fetch = [&](int step, int stage) {
        if (step < steps) {
            copy_tile<Tile::TileRows, Tile::Threads>(x_tile(stage), x, x_pitch, x_row, step, k);
            copy_tile<Tile::TileN, Tile::Threads>(x_tile(stage) + Tile::XBytes, (const u16*)w.low, w.low_pitch / 2, w_row, step, k);
        }
        copy_async_commit();
    };
    float sums[Tile::M][Tile::N][4] = {};
    for (int step = 0; step < Stages - 1; step++) fetch(step, step);
    for (int step = 0, stage = 0; step < steps; step++) {
        copy_async_wait<Stages - 2>();
        __syncthreads(); // the stage has come, and nobody reads the one before it any more
        fetch(step + Stages - 1, stage == 0 ? Stages - 1 : stage - 1);
        multiply_tile<T, Tile>(sums, x_tile(stage), x_tile(stage) + Tile::XBytes, warp_row, warp_column, [] {});
        stage = stage == Stages - 1 ? 0 : stage + 1;
    }
    store_tile<Tile>(sums, shared, warp_row, warp_column, out, y, leading, rows, first_row);
}

GEMM_KERNELS(gemm_halves)
