// The product of gemm_sm90a.cuh with weights of 16 bits.
#include "gemm_sm90a.cuh"

template <class T, int TileN> DEVICE void gemm_halves_sm90a(
    float* y, int yStride, int epilogue, const TensorMap* x, const TensorMap* wMap, const Planes& w, int rows) {
    extern __shared__ __align__(1024) u8 tiles[];
    Ring<TileN> ring{tiles};
    TileOutputs<TileN> out(w, epilogue);
    int k = w.width, steps = (k + GEMM_STEP - 1) / GEMM_STEP, group = threadIdx.x / 128;
    ring.init(1);
    if (group == 0) {
        registers_decrease<40>();
        if (threadIdx.x != 0) return;
        int second = out.first + (epilogue == SWIGLU ? out.outputs : TileN / 2);
        Place<Ring<TileN>::Stages> place;
        for (int step = 0; step < steps; step++) {
            barrier_wait(ring.empty(place.stage), place.parity ^ 1);
            barrier_arrive_expect(ring.full(place.stage), SM90A_X_BYTES + Ring<TileN>::WBytes);
            copy_box(ring.x(place.stage), x, ring.full(place.stage), step * GEMM_STEP, blockIdx.x * SM90A_ROWS);
            // Two halves: with SWIGLU the second is far from the first.
            copy_box(ring.w(place.stage), wMap, ring.full(place.stage), step * GEMM_STEP, out.first);
            copy_box(ring.w(place.stage) + Ring<TileN>::WBytes / 2, wMap, ring.full(place.stage), step * GEMM_STEP, second);
            place.next();
        }
    } else {
        registers_increase<232>();
        multiply<T, TileN>(ring, group - 1, out, y, yStride, rows, steps);
    }
}

#define GEMM_SM90A(name, TileN) \
    KERNEL_SM90A(name)(float* __restrict__ y, int yStride, int epilogue, const __grid_constant__ TensorMap x, \
        const __grid_constant__ TensorMap wMap, const __grid_constant__ Planes w, int rows) { \
        gemm_halves_sm90a<FORMAT, TileN>(y, yStride, epilogue, &x, &wMap, w, rows); \
    }
GEMM_SM90A(NAME(gemm_, SYMBOL, ), 128)
GEMM_SM90A(NAME(gemm_, SYMBOL, _wide), 256)
