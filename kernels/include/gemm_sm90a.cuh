// y[r] = epilogue(W . x[r]) for many rows, on Hopper
// y: [rows, yStride] F32, as many columns as outputs: W.rows, with SWIGLU half of them
// x: [rows, W.width] in W's type, F16 for quantized W (convert.cu), by a tensor map with boxes of 128 rows x 64 columns and the
//   128-byte swizzle; W: planes, and for F16 and BF16 a tensor map with boxes of TileN / 2 rows
// launch: (ceil(rows / 128), ceil(W.rows / TileN)) blocks of 384 threads, with SWIGLU ceil(outputs / (TileN / 2)) columns of
//   blocks; TileN 128, or 256 for _wide
// numerics: as gemm.cuh
//
// One warpgroup brings tiles into a ring of stages. Two multiply, each 64 rows of the tile. full[] tells that a stage has come,
// empty[] that both have read it. The reasons are counted from the rates of the H100, not measured:
// - wgmma reads both operands from shared memory: m64n256 10 KB in its 128 cycles, m64n128 6 KB in its 64. Both stay below the
//   128 bytes a cycle that the memory gives. Wide tiles read less of x and W from the second-level cache, but need
//   n * rows / 32768 blocks to fill the machine.
// - One group of wgmma stays under way while the next is started, so the tensor cores never wait for a warp.
// - A stage is 48 KB (wide) or 32 KB; four or six make 192 KB of the 227. Three and more steps of 512 cycles cover the latency
//   of memory.
// - One thread starts the copies; the copy engine writes zeros beyond the edges. With quantized W each of the group's 128
//   threads takes a row of the W tile and loads it a step ahead. About 130 instructions make 32 halves: 260 cycles a step on
//   four schedulers, half of wgmma's time.
// - 384 threads start with 168 registers; the copying warps give theirs away, so sums (64 or 128) and addresses never spill.
#pragma once
#include "gemm.cuh"
#include "hopper.cuh"

#define SM90A_ROWS 128
#define SM90A_THREADS 384
#define SM90A_X_BYTES (SM90A_ROWS * GEMM_ROW_BYTES)

template <int TileN> struct Ring {
    static constexpr int Stages = TileN == 256 ? 4 : 6;
    static constexpr int WBytes = TileN * GEMM_ROW_BYTES, Bytes = Stages * (SM90A_X_BYTES + WBytes);
    u8* memory; // x tiles, w tiles, full[Stages], empty[Stages]
    __device__ __forceinline__ u8* x(int stage) { return memory + stage * SM90A_X_BYTES; }
    __device__ __forceinline__ u8* w(int stage) { return memory + Stages * SM90A_X_BYTES + stage * WBytes; }
    __device__ __forceinline__ u64* full(int stage) { return (u64*)(memory + Bytes) + stage; }
    __device__ __forceinline__ u64* empty(int stage) { return full(Stages) + stage; }
    // arrivals: how many fill a stage; the eight warps that multiply empty it.
    __device__ __forceinline__ void init(int arrivals) {
        if (threadIdx.x == 0) {
            for (int stage = 0; stage < Stages; stage++) {
                barrier_init(full(stage), arrivals);
                barrier_init(empty(stage), 8);
            }
            barrier_init_fence();
        }
        __syncthreads();
    }
};

// A place in a ring, and the parity of its rounds: that of the stage's phase.
template <int Stages> struct Place {
    int stage = 0, parity = 0;
    __device__ __forceinline__ void next() {
        if (++stage == Stages) {
            stage = 0;
            parity ^= 1;
        }
    }
};

// The work of a warpgroup that multiplies; group: which 64 rows.
template <class T, int TileN> DEVICE void multiply(
    Ring<TileN> ring, int group, const TileOutputs<TileN>& out, float* y, int yStride, int rows, int steps) {
    constexpr int Sums = TileN / 2;
    float sums[Sums];
#pragma unroll
    for (int i = 0; i < Sums; i++) sums[i] = 0;
    int lane = threadIdx.x & 31;
    Place<Ring<TileN>::Stages> place;
    int before = 0;
    for (int step = 0; step < steps; step++) {
        barrier_wait(ring.full(place.stage), place.parity);
        u64 x = wgmma_tile(ring.x(place.stage) + group * 64 * GEMM_ROW_BYTES), w = wgmma_tile(ring.w(place.stage));
        wgmma_pin(sums); // set before the fence
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < GEMM_STEP / 16; k++) wgmma16<T>(sums, x + 2 * k, w + 2 * k);
        wgmma_commit();
        wgmma_wait<1>(); // the step before has been read
        if (step > 0 && lane == 0) barrier_arrive(ring.empty(before));
        before = place.stage;
        place.next();
    }
    wgmma_wait<0>();
    wgmma_pin(sums);
    sync_named<1, 256>(); // both groups have read the last stages
    Outputs<TileN> outputs{(float*)ring.memory + group * 64 * Outputs<TileN>::Stride};
    int warp = threadIdx.x / 32 % 4;
#pragma unroll
    for (int j = 0; j < TileN / 8; j++)
#pragma unroll
        for (int half = 0; half < 2; half++)
            outputs.put(
                warp * 16 + half * 8 + (lane >> 2), j * 8 + (lane & 3) * 2, sums[4 * j + 2 * half], sums[4 * j + 2 * half + 1]);
    sync_named<1, 256>();
    outputs.store(64, warp, 4, out, y, yStride, rows, blockIdx.x * SM90A_ROWS + group * 64);
}

// One block on a multiprocessor: by these limits a block starts with 168 registers a thread, which setmaxnreg shares out.
#define KERNEL_SM90A(name) extern "C" __global__ void __launch_bounds__(SM90A_THREADS, 1) name
