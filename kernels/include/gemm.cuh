// y[r] = epilogue(W . x[r]) for many rows, on tensor cores
// y: [rows, leading] F32, as many columns as outputs: W.rows, with SWIGLU half of them; x: [rows, x_pitch] in W's type, F16 for quantised
//   W (convert.cu), x_pitch: a multiple of 8; W: planes
// launch: (ceil(rows / TileRows), ceil(W.rows / TileN)) blocks, with SWIGLU ceil(outputs / (TileN / 2)), of 2 TileN threads; tile 128 x
//   128, or 32 x 64 for _few_rows
// numerics: W as halves (exact but for the last rounding); products exact, sums F32 in the order of k by the tensor cores; epilogues
//   apply to the finished sums
//
// A block makes TileRows x TileN outputs, 64 of k a step. Why it is built so (counted from the rates of the A100, not measured):
// - 128 x 128 x 64 with 8 warps of 64 x 32: a warp reads 3 KB of shared memory for 16 mma, a third of what that memory gives in the time
//   of those mma. 64 sums and two sets of fragments (the next 16 of k are read while these multiply) stay far below 255 registers.
// - 32 x 64 with 4 warps of 32 x 16 for few rows, where reading W takes the time: smaller tiles of W are more blocks. There W is asked
//   for four steps ahead: 64 blocks (4096 outputs) then have 0.6 MB of Q4_0 under way, 192 blocks 1.8 MB.
// - x, and W where it is 16-bit, come by cp.async, Stages - 1 steps ahead, so that no warp waits for memory. A step has one barrier.
// - Quantised W must pass through registers to become halves, so it is loaded to registers Ahead steps early (a thread: 32 weights of one
//   row, packed: 3 to 12 registers), made halves between the mma of the step before its own, whose issue slots are free for it, and
//   stored to the other of two tiles. Staging the packed bytes in shared memory would write and read them once more for the same
//   distance.
// - A tile's row is 64 halves = 128 bytes = 8 chunks of 16 bytes; chunk c of row r stands at c ^ (r & 7). The eight rows of an ldmatrix
//   and the eight stores of a quarter warp then touch every bank once.
// Each output is one chain of mma over k in order, the same for both tiles: it depends neither on the other rows nor on the tile.
#pragma once
#include "epilogue.cuh"
#include "weights.cuh"

#define GEMM_STEP 64 // of k
#define GEMM_ROW_BYTES 128

template <int Rows, int Columns, int WarpRows, int WarpColumns> struct GemmTile {
    static constexpr int TileRows = Rows, TileN = Columns, Threads = 2 * Columns;
    static constexpr int Down = Rows / WarpRows;                // warps above one another
    static constexpr int M = WarpRows / 16, N = WarpColumns / 8; // mma of a warp
    static constexpr int XBytes = Rows * GEMM_ROW_BYTES, WBytes = Columns * GEMM_ROW_BYTES;
    static_assert(Threads / 32 == Down * (Columns / WarpColumns), "a warp for each part of the tile");
};
typedef GemmTile<128, 128, 64, 32> GemmLargeTile;
typedef GemmTile<32, 64, 32, 16> GemmSmallTile;

DEVICE u32 tile_offset(int row, int chunk) { return row * GEMM_ROW_BYTES + ((chunk ^ (row & 7)) << 4); }

// The part of the outputs that a block makes. With SWIGLU the first half of W's tile is gate rows and the second the up rows that belong to them.
template <int TileN> struct TileOutputs {
    int epilogue;
    int outputs; // of the whole product
    int first;   // of the block
    int count;   // of the block, some of them perhaps behind the last
    __device__ __forceinline__ TileOutputs(const Planes& w, int epilogue) : epilogue(epilogue) {
        outputs = epilogue == SWIGLU ? w.rows / 2 : w.rows;
        count = epilogue == SWIGLU ? TileN / 2 : TileN;
        first = blockIdx.y * count;
    }
    // Which output a row of W's tile belongs to, perhaps one behind the last.
    __device__ __forceinline__ int output(int tile_row) const { return first + (tile_row < count ? tile_row : tile_row - count); }
    // The row of W; the last one again for rows that are not there.
    __device__ __forceinline__ int row(int tile_row) const { return min(output(tile_row), outputs - 1) + (tile_row < count ? 0 : outputs); }
};

// A row's 64 columns of one step, 16 bytes a thread, to a tile; zeros where there is nothing. row: -1 for none.
template <int Count, int Threads, class Row> DEVICE void copy_tile(u8* tile, const u16* source, int pitch, Row row_of, int step, int columns) {
#pragma unroll
    for (int i = threadIdx.x; i < Count * 8; i += Threads) {
        int row = row_of(i >> 3), chunk = i & 7, column = step * GEMM_STEP + chunk * 8;
        int bytes = row >= 0 ? min(16, max(0, (columns - column) * 2)) : 0;
        const u16* from = bytes > 0 ? source + (u64)row * pitch + column : source;
        copy_async_part(tile + tile_offset(i >> 3, chunk), from, bytes);
    }
}

// 32 weights as halves: the four chunks of half a tile's row.
DEVICE void store_group(u8* tile, int row, int half, const u32 (&pairs)[16]) {
#pragma unroll
    for (int i = 0; i < 4; i++)
        *(uint4*)(tile + tile_offset(row, half * 4 + i)) = uint4{pairs[4 * i], pairs[4 * i + 1], pairs[4 * i + 2], pairs[4 * i + 3]};
}

// The fragments of 16 of k as mma.m16n8k16 wants them.
template <class Tile> struct GemmFragments {
    u32 x[Tile::M][4], w[Tile::N / 2][4];
    // x, w: the first row of this lane; k: which 16. The rows of a lane in different fragments are multiples of 8 apart: one place for all.
    __device__ __forceinline__ void load(const u8* x_row, const u8* w_row, int lane, int k) {
        const u8* x_place = x_row + (((k * 2 + (lane >> 4)) ^ (lane & 7)) << 4);
        const u8* w_place = w_row + (((k * 2 + (lane >> 3 & 1)) ^ (lane & 7)) << 4);
#pragma unroll
        for (int m = 0; m < Tile::M; m++) load_matrix_x4(x[m], x_place + m * 16 * GEMM_ROW_BYTES);
#pragma unroll
        for (int n = 0; n < Tile::N / 2; n++) load_matrix_x4(w[n], w_place + n * 16 * GEMM_ROW_BYTES);
    }
};

// One step: sums[m][n] += x tile . w tile^T for the warp's part; `between` runs in the middle.
template <class T, class Tile, class Between>
DEVICE void multiply_tile(float (&sums)[Tile::M][Tile::N][4], const u8* x, const u8* w, int warp_row, int warp_column, Between between) {
    int lane = threadIdx.x & 31;
    x += (warp_row + (lane & 15)) * GEMM_ROW_BYTES;
    w += (warp_column + (lane & 7) + (lane >> 4 << 3)) * GEMM_ROW_BYTES;
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

// The sums leave through shared memory, so that a warp stores 128 bytes in a row whatever the alignment. Rows there are 8 values longer than
// the tile: the pairs of half a warp (four rows of a fragment) then touch every bank once.
template <int TileN> struct Outputs {
    static constexpr int Pitch = TileN + 8;
    float* tile;
    // Columns column, column + 1 of a row.
    __device__ __forceinline__ void put(int row, int column, float first, float second) { *(float2*)(tile + row * Pitch + column) = float2{first, second}; }
    // Rows `warp`, `warp` + warps, ... of the tile, whose first is row first_row of y.
    __device__ __forceinline__ void store(
        int tile_rows, int warp, int warps, const TileOutputs<TileN>& out, float* y, int leading, int rows, int first_row) {
        int lane = threadIdx.x & 31, tile_count = min(tile_rows, rows - first_row), count = min(out.count, out.outputs - out.first);
        for (int row = warp; row < tile_count; row += warps) {
            float* to = y + (u64)(first_row + row) * leading + out.first;
            const float* from = tile + row * Pitch;
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
template <class Tile> DEVICE void store_tile(
    const float (&sums)[Tile::M][Tile::N][4], u8* shared, int warp_row, int warp_column, const TileOutputs<Tile::TileN>& out, float* y,
    int leading, int rows, int first_row) {
    int lane = threadIdx.x & 31;
    Outputs<Tile::TileN> outputs{(float*)shared};
    copy_async_wait<0>();
    __syncthreads(); // nobody reads the tiles any more
#pragma unroll
    for (int m = 0; m < Tile::M; m++)
#pragma unroll
        for (int j = 0; j < Tile::N; j++)
#pragma unroll
            for (int half = 0; half < 2; half++)
                outputs.put(warp_row + m * 16 + half * 8 + (lane >> 2), warp_column + j * 8 + (lane & 3) * 2, sums[m][j][2 * half], sums[m][j][2 * half + 1]);
    __syncthreads();
    outputs.store(Tile::TileRows, threadIdx.x / 32, Tile::Threads / 32, out, y, leading, rows, first_row);
}

// The kernels of a module: of large and of small tiles.
#define GEMM_KERNELS(product) \
    KERNEL(NAME(gemm_, SYMBOL, ), GemmLargeTile::Threads)( \
        float* __restrict__ y, int leading, int epilogue, const u16* __restrict__ x, int x_pitch, \
        const __grid_constant__ Planes w, int rows) { \
        product<FORMAT, GemmLargeTile>(y, leading, epilogue, x, x_pitch, w, rows); \
    } \
    KERNEL(NAME(gemm_, SYMBOL, _few_rows), GemmSmallTile::Threads)( \
        float* __restrict__ y, int leading, int epilogue, const u16* __restrict__ x, int x_pitch, \
        const __grid_constant__ Planes w, int rows) { \
        product<FORMAT, GemmSmallTile>(y, leading, epilogue, x, x_pitch, w, rows); \
    }
