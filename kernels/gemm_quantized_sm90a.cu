// The product of gemm_sm90a.cuh with quantized weights.
#include "gemm_sm90a.cuh"

template <class Format> DEVICE void gemm_blocks_sm90a(
    float* y, int yStride, int epilogue, const TensorMap* x, const Planes& w, int rows) {
    extern __shared__ __align__(1024) u8 tiles[];
    Ring<128> ring{tiles};
    TileOutputs<128> out(w, epilogue);
    int k = w.width, steps = (k + GEMM_STEP - 1) / GEMM_STEP, group = threadIdx.x / 128;
    ring.init(5); // the thread that starts the copy of x, and four warps with weights
    if (group == 0) {
        registers_decrease<152>(); // two packed groups and 32 values at once: about a hundred
        // As in gemm_blocks: past the edges the last row and the last group stand in.
        int row = threadIdx.x, wRow = out.row(row), lastGroup = k / 32 - 1;
        PackedGroup<Format> packed[2];
        packed[0] = load_group<Format>(w, wRow, 0);
        packed[1] = load_group<Format>(w, wRow, min(1, lastGroup));
        Place<Ring<128>::Stages> place;
        for (int step = 0; step < steps; step++) {
            barrier_wait(ring.empty(place.stage), place.parity ^ 1);
            if (threadIdx.x == 0) {
                barrier_arrive_expect(ring.full(place.stage), SM90A_X_BYTES);
                copy_box(ring.x(place.stage), x, ring.full(place.stage), step * GEMM_STEP, blockIdx.x * SM90A_ROWS);
            }
#pragma unroll
            for (int half = 0; half < 2; half++) {
                u32 pairs[16];
                dequantize32<Format>(packed[half], pairs);
                packed[half] = load_group<Format>(w, wRow, min(step * 2 + 2 + half, lastGroup));
                store_group(ring.w(place.stage), row, half, pairs);
            }
            async_proxy_fence();
            __syncwarp();
            if ((threadIdx.x & 31) == 0) barrier_arrive(ring.full(place.stage));
            place.next();
        }
    } else {
        registers_increase<176>();
        multiply<f16, 128>(ring, group - 1, out, y, yStride, rows, steps);
    }
}

KERNEL_SM90A(NAME(gemm_, SYMBOL, ))(float* __restrict__ y, int yStride, int epilogue, const __grid_constant__ TensorMap x,
    const __grid_constant__ Planes w, int rows) {
    gemm_blocks_sm90a<FORMAT>(y, yStride, epilogue, &x, w, rows);
}
