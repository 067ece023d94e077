// The product of gemm.cuh with weights of 16 bits.
#include "gemm.cuh"

template <class T, class Tile> DEVICE void gemm_halves(
    float* y, int yStride, int epilogue, const u16* x, int xStride, const Planes& w, int rows) {
    constexpr int Stages = Tile::Stages;
    extern __shared__ __align__(128) u8 shared[];
    TileOutputs<Tile::TileN> out(w, epilogue);
    int k = w.width, firstRow = blockIdx.x * Tile::TileRows, steps = (k + GEMM_STEP - 1) / GEMM_STEP;
    int warp = threadIdx.x / 32, warpRow = warp % Tile::Down * Tile::M * 16, warpColumn = warp / Tile::Down * Tile::N * 8;
    auto xTile = [&](int stage) { return shared + stage * (Tile::XBytes + Tile::WBytes); };
    auto xRow = [&](int i) { return firstRow + i < rows ? firstRow + i : -1; };
    auto wRow = [&](int i) { return out.output(i) < out.outputs ? out.row(i) : -1; };
    auto fetch = [&](int step, int stage) {
        if (step < steps) {
            copy_tile<Tile::TileRows, Tile::Threads>(xTile(stage), x, xStride, xRow, step, k);
            copy_tile<Tile::TileN, Tile::Threads>(
                xTile(stage) + Tile::XBytes, (const u16*)w.low, w.lowRowBytes / 2, wRow, step, k);
        }
        copy_async_commit();
    };
    float sums[Tile::M][Tile::N][4] = {};
    for (int step = 0; step < Stages - 1; step++) fetch(step, step);
    for (int step = 0, stage = 0; step < steps; step++) {
        copy_async_wait<Stages - 2>();
        __syncthreads(); // the stage has come; no warp still reads the one before it
        fetch(step + Stages - 1, stage == 0 ? Stages - 1 : stage - 1);
        multiply_tile<T, Tile>(sums, xTile(stage), xTile(stage) + Tile::XBytes, warpRow, warpColumn, [] {});
        stage = stage == Stages - 1 ? 0 : stage + 1;
    }
    store_tile<Tile>(sums, shared, warpRow, warpColumn, out, y, yStride, rows, firstRow);
}

GEMM_KERNELS(gemm_halves)
