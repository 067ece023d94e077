// y[r] = epilogue(W . x[r]) for many rows, on tensor cores
// y: [rows, yStride] F32, as many columns as outputs: W.rows, with SWIGLU half of them; W: planes
// x: [rows, xStride] in W's type, F16 for quantized W (convert.cu), xStride: a multiple of 8
// launch: (ceil(rows / TileRows), ceil(W.rows / TileN)) blocks of 2 TileN threads, with SWIGLU ceil(outputs / (TileN / 2))
//   columns of blocks; tile 128 x 128, or 32 x 64 for _few_rows
// numerics: W as halves (exact but for the last rounding); products exact, tensor cores sum in F32 in the order of k;
//   epilogues apply to the finished sums
//
// A block makes TileRows x TileN outputs, 64 of k a step. The reasons are counted from the rates of the A100, not measured:
// - 128 x 128 x 64 with 8 warps of 64 x 32: a warp reads 3 KB of shared memory for 16 mma. That is a third of what the memory
//   gives in the time of those mma. 64 sums and two sets of fragments stay far below 255 registers: the next 16 of k are read
//   while these multiply.
// - 32 x 64 with 4 warps of 32 x 16 for few rows, where reading W takes the time: smaller tiles of W are more blocks. They ask
//   for W four steps ahead: 64 blocks (4096 outputs) have 0.6 MB of Q4_0 under way, 192 blocks 1.8 MB.
// - x comes by cp.async, Stages - 1 steps ahead, and so does W of 16 bits: no warp waits for memory. A step has one barrier.
// - Quantized W passes through registers to become halves. A thread loads 32 weights of one row, packed in 3 to 12 registers,
//   Ahead steps early. It makes halves of them between the mma of the step before their own, whose issue slots are free, and
//   stores them to the other of two tiles. Packed bytes in shared memory would be written and read once more.
// - A tile's row is 64 halves = 128 bytes = 8 chunks of 16 bytes; chunk c of row r stands at c ^ (r & 7). The eight rows of an
//   ldmatrix touch every bank once, and so do the eight stores of a quarter warp.
// Each output is one chain of mma over k in order, the same for both tiles: it depends neither on other rows nor on the tile.
#pragma once
#include "epilogue.cuh"
#include "weights.cuh"

#define GEMM_STEP 64 // of k
#define GEMM_ROW_BYTES 128

template <int Rows, int Columns, int StageCount, int WarpRows, int WarpColumns> struct GemmTile {
    static constexpr int TileRows = Rows, TileN = Columns, Stages = StageCount, Threads = 2 * Columns;
    static constexpr int Down = Rows / WarpRows; // warps above one another
    static constexpr int M = WarpRows / 16, N = WarpColumns / 8; // mma of a warp
    static constexpr int XBytes = Rows * GEMM_ROW_BYTES, WBytes = Columns * GEMM_ROW_BYTES;
    static_assert(Threads / 32 == Down * (Columns / WarpColumns), "a warp for each part of the tile");
};
typedef GemmTile<128, 128, 3, 64, 32> GemmLargeTile;
typedef GemmTile<32, 64, 4, 32, 16> GemmSmallTile;

DEVICE u32 tile_offset(int row, int chunk) { return row * GEMM_ROW_BYTES + ((chunk ^ (row & 7)) << 4); }

// A block's part of the outputs. With SWIGLU the first half of W's tile is gate rows, the second half the up rows of the same
// outputs.
template <int TileN> struct TileOutputs {
    int epilogue;
    int outputs; // of the whole product
    int first; // of the block
    int count; // of the block; some may lie behind the last
    __device__ __forceinline__ TileOutputs(const Planes& w, int epilogue) : epilogue(epilogue) {
        outputs = epilogue == SWIGLU ? w.rows / 2 : w.rows;
        count = epilogue == SWIGLU ? TileN / 2 : TileN;
        first = blockIdx.y * count;
    }
    // The output of a row of W's tile; it may lie behind the last.
    __device__ __forceinline__ int output(int tileRow) const { return first + (tileRow < count ? tileRow : tileRow - count); }
    // The row of W; the last one again for missing rows.
    __device__ __forceinline__ int row(int tileRow) const {
        return min(output(tileRow), outputs - 1) + (tileRow < count ? 0 : outputs);
    }
};

// A row's 64 columns of one step, 16 bytes a thread, to a tile; zeros where there is nothing. row: -1 for none.
template <int Count, int Threads, class Row> DEVICE void copy_tile(
    u8* tile, const u16* source, int stride, Row rowOf, int step, int columns) {
#pragma unroll
    for (int i = threadIdx.x; i < Count * 8; i += Threads) {
        int row = rowOf(i >> 3), chunk = i & 7, column = step * GEMM_STEP + chunk * 8;
        int bytes = row >= 0 ? min(16, max(0, (columns - column) * 2)) : 0;
        const u16* from = bytes > 0 ? source + (u64)row * stride + column : source;
        copy_async_part(tile + tile_offset(i >> 3, chunk), from, bytes);
    }
}

// 32 weights as halves: the four chunks of half a tile's row.
DEVICE void store_group(u8* tile, int row, int half, const u32 (&pairs)[16]) {
#pragma unroll
    for (int i = 0; i < 4; i++)
        *(uint4*)(tile + tile_offset(row, half * 4 + i)) =
            uint4{pairs[4 * i], pairs[4 * i + 1], pairs[4 * i + 2], pairs[4 * i + 3]};
}

// The fragments of 16 of k as mma.m16n8k16 wants them.
template <class Tile> struct GemmFragments {
    u32 x[Tile::M][4], w[Tile::N / 2][4];
    // x, w: the first row of this lane; k: which 16. A lane's rows in its fragments are multiples of 8 apart: one place for all.
    __device__ __forceinline__ void load(const u8* xRow, const u8* wRow, int lane, int k) {
        const u8* xPlace = xRow + (((k * 2 + (lane >> 4)) ^ (lane & 7)) << 4);
        const u8* wPlace = wRow + (((k * 2 + (lane >> 3 & 1)) ^ (lane & 7)) << 4);
#pragma unroll
        for (int m = 0; m < Tile::M; m++) load_matrix_x4(x[m], xPlace + m * 16 * GEMM_ROW_BYTES);
#pragma unroll
        for (int n = 0; n < Tile::N / 2; n++) load_matrix_x4(w[n], wPlace + n * 16 * GEMM_ROW_BYTES);
    }
};

// One step: sums[m][n] += x tile . w tile^T for the warp's part; `between` runs in the middle.
template <class T, class Tile, class Between>
DEVICE void multiply_tile(
    float (&sums)[Tile::M][Tile::N][4], const u8* x, const u8* w, int warpRow, int warpColumn, Between between) {
    int lane = threadIdx.x & 31;
    x += (warpRow + (lane & 15)) * GEMM_ROW_BYTES;
    w += (warpColumn + (lane & 7) + (lane >> 4 << 3)) * GEMM_ROW_BYTES;
    GemmFragments<Tile> fragments[2];
    fragments[0].load(x, w, lane, 0);
#pragma unroll
    for (int k = 0; k < GEMM_STEP / 16; k++) {
        if (k + 1 < GEMM_STEP / 16) fragments[(k + 1) & 1].load(x, w, lane, k + 1);
        if (k == 1) between();
        const GemmFragments<Tile>& f = fragments[k & 1];
#pragma unroll
        for (int m = 0; m < Tile::M; m++)
#pragma unroll
            for (int n = 0; n < Tile::N; n++) mma16816<T>(sums[m][n], f.x[m], f.w[n / 2][n % 2 * 2], f.w[n / 2][n % 2 * 2 + 1]);
    }
}

// The sums leave through shared memory, so a warp stores 128 bytes in a row whatever the alignment. Rows there are 8 values
// longer than the tile: the pairs of half a warp (four rows of a fragment) then touch every bank once.
template <int TileN> struct Outputs {
    static constexpr int Stride = TileN + 8;
    float* tile;
    // Columns column, column + 1 of a row.
    __device__ __forceinline__ void put(int row, int column, float first, float second) {
        *(float2*)(tile + row * Stride + column) = float2{first, second};
    }
    // Rows `warp`, `warp` + warps, ... of the tile, whose first is row firstRow of y.
    __device__ __forceinline__ void store(
        int tileRows, int warp, int warps, const TileOutputs<TileN>& out, float* y, int yStride, int rows, int firstRow) {
        int lane = threadIdx.x & 31, tileCount = min(tileRows, rows - firstRow), count = min(out.count, out.outputs - out.first);
        for (int row = warp; row < tileCount; row += warps) {
            float* to = y + (u64)(firstRow + row) * yStride + out.first;
            const float* from = tile + row * Stride;
#pragma unroll
            for (int column = lane; column < TileN; column += 32) {
                if (column >= count) break;
                float value = from[column];
                if (out.epilogue == SWIGLU) value = swiglu(value, from[column + TileN / 2]);
                to[column] = out.epilogue == ADD ? to[column] + value : value;
            }
        }
    }
};

// The sums of mma.m16n8k16: lane l has row l / 4, columns 2 (l % 4) and the next, and the same eight rows below.
template <class Tile> DEVICE void store_tile(const float (&sums)[Tile::M][Tile::N][4], u8* shared, int warpRow, int warpColumn,
    const TileOutputs<Tile::TileN>& out, float* y, int yStride, int rows, int firstRow) {
    int lane = threadIdx.x & 31;
    Outputs<Tile::TileN> outputs{(float*)shared};
    copy_async_wait<0>();
    __syncthreads(); // no warp still reads the tiles
#pragma unroll
    for (int m = 0; m < Tile::M; m++)
#pragma unroll
        for (int j = 0; j < Tile::N; j++)
#pragma unroll
            for (int half = 0; half < 2; half++)
                outputs.put(warpRow + m * 16 + half * 8 + (lane >> 2), warpColumn + j * 8 + (lane & 3) * 2, sums[m][j][2 * half],
                    sums[m][j][2 * half + 1]);
    __syncthreads();
    outputs.store(Tile::TileRows, threadIdx.x / 32, Tile::Threads / 32, out, y, yStride, rows, firstRow);
}

// The kernels of a module, with large and with small tiles.
#define GEMM_KERNELS(product) \
    KERNEL(NAME(gemm_, SYMBOL, ), GemmLargeTile::Threads)(float* __restrict__ y, int yStride, int epilogue, \
        const u16* __restrict__ x, int xStride, const __grid_constant__ Planes w, int rows) { \
        product<FORMAT, GemmLargeTile>(y, yStride, epilogue, x, xStride, w, rows); \
    } \
    KERNEL(NAME(gemm_, SYMBOL, _few_rows), GemmSmallTile::Threads)(float* __restrict__ y, int yStride, int epilogue, \
        const u16* __restrict__ x, int xStride, const __grid_constant__ Planes w, int rows) { \
        product<FORMAT, GemmSmallTile>(y, yStride, epilogue, x, xStride, w, rows); \
    }
