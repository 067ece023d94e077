// The surface of CUDA C++ for clang without NVIDIA's headers. nvcc brings its own.
#pragma once
#define __host__ __attribute__((host))
#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __forceinline__ __inline__ __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#define __grid_constant__ __attribute__((grid_constant))
#include <__clang_cuda_builtin_vars.h> // threadIdx, blockIdx, blockDim, gridDim; __syncthreads() is built in

// clang-format off
struct __attribute__((aligned(16))) uint4 { unsigned x, y, z, w; };
struct __attribute__((aligned(16))) int4 { int x, y, z, w; };
struct __attribute__((aligned(16))) float4 { float x, y, z, w; };
struct __attribute__((aligned(8))) uint2 { unsigned x, y; };
struct __attribute__((aligned(8))) int2 { int x, y; };
struct __attribute__((aligned(8))) float2 { float x, y; };
// clang-format on

#define CLANG_CUDA static __inline__ __attribute__((always_inline, device))
CLANG_CUDA void __syncwarp(unsigned mask = 0xffffffffu) { __nvvm_bar_warp_sync(mask); }
CLANG_CUDA void __threadfence() { __nvvm_membar_gl(); }
CLANG_CUDA int __shfl_xor_sync(unsigned m, int v, int o) { return __nvvm_shfl_sync_bfly_i32(m, v, o, 0x1f); }
CLANG_CUDA float __shfl_xor_sync(unsigned m, float v, int o) { return __nvvm_shfl_sync_bfly_f32(m, v, o, 0x1f); }
CLANG_CUDA int __shfl_sync(unsigned m, int v, int l) { return __nvvm_shfl_sync_idx_i32(m, v, l, 0x1f); }
CLANG_CUDA float __shfl_sync(unsigned m, float v, int l) { return __nvvm_shfl_sync_idx_f32(m, v, l, 0x1f); }
CLANG_CUDA int __shfl_up_sync(unsigned m, int v, int d) { return __nvvm_shfl_sync_up_i32(m, v, d, 0); }
CLANG_CUDA float __shfl_up_sync(unsigned m, float v, int d) { return __nvvm_shfl_sync_up_f32(m, v, d, 0); }
CLANG_CUDA int __shfl_down_sync(unsigned m, int v, int d) { return __nvvm_shfl_sync_down_i32(m, v, d, 0x1f); }
CLANG_CUDA float __shfl_down_sync(unsigned m, float v, int d) { return __nvvm_shfl_sync_down_f32(m, v, d, 0x1f); }
CLANG_CUDA unsigned __ballot_sync(unsigned m, int p) { return __nvvm_vote_ballot_sync(m, p); }
CLANG_CUDA int __dp4a(int a, int b, int c) {
    int r;
    asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
    return r;
}
CLANG_CUDA unsigned __byte_perm(unsigned a, unsigned b, unsigned s) { return __nvvm_prmt(a, b, s); }
CLANG_CUDA int __ldg(const int* p) { return __nvvm_ldg_i(p); }
CLANG_CUDA unsigned atomicAdd(unsigned* p, unsigned v) { return __nvvm_atom_add_gen_i((int*)p, v); }
CLANG_CUDA float rsqrtf(float x) { return __nvvm_rsqrt_approx_f(x); }
CLANG_CUDA float sqrtf(float x) { return __builtin_sqrtf(x); }
CLANG_CUDA float fmaxf(float a, float b) { return __builtin_fmaxf(a, b); }
CLANG_CUDA float fminf(float a, float b) { return __builtin_fminf(a, b); }
CLANG_CUDA float fabsf(float a) { return __builtin_fabsf(a); }
CLANG_CUDA float fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
CLANG_CUDA float rintf(float a) { return __builtin_rintf(a); }
CLANG_CUDA int min(int a, int b) { return a < b ? a : b; }
CLANG_CUDA int max(int a, int b) { return a > b ? a : b; }
#define INFINITY __builtin_inff()
#undef CLANG_CUDA
