// What every kernel includes: types, 16-bit floats, and PTX instructions behind inline functions. The same text under
// clang (-nocudainc -nocudalib) and nvcc; no header of the CUDA toolkit is needed.
#pragma once
#if defined(__clang__) && !defined(__NVCC__)
#include "clang_cuda.cuh"
#endif

typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;
typedef float f32;

#define DEVICE static __device__ __forceinline__
// An exported kernel; threads: the most that one block may have.
#define KERNEL(name, threads) extern "C" __global__ void __launch_bounds__(threads) name
// A kernel's name around what the manifest puts in: NAME(gemv_, SYMBOL, _rows1).
#define NAME_OF(before, instance, after) before##instance##after
#define NAME(before, instance, after) NAME_OF(before, instance, after)
#define FULL_WARP 0xffffffffu

// ---- 16-bit floats, as storage ----
// clang-format off
struct alignas(2) f16 { u16 bits; };
struct alignas(2) bf16 { u16 bits; };
// clang-format on

DEVICE float bits_to_f32(u32 u) {
    float f;
    asm("mov.b32 %0, %1;" : "=f"(f) : "r"(u));
    return f;
}
DEVICE u32 f32_to_bits(float f) {
    u32 u;
    asm("mov.b32 %0, %1;" : "=r"(u) : "f"(f));
    return u;
}
DEVICE float to_f32(f16 h) {
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h.bits));
    return f;
}
DEVICE float to_f32(bf16 h) { return bits_to_f32((u32)h.bits << 16); }
DEVICE float to_f32(float f) { return f; }
template <class T> DEVICE T from_f32(float f);
template <> __device__ __forceinline__ float from_f32<float>(float f) { return f; }
template <> __device__ __forceinline__ f16 from_f32<f16>(float f) {
    f16 h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h.bits) : "f"(f));
    return h;
}
template <> __device__ __forceinline__ bf16 from_f32<bf16>(float f) {
    bf16 h;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(h.bits) : "f"(f));
    return h;
}

// Two values in one register, the first in the lower half.
template <class T> DEVICE u32 pack2(float first, float second);
template <> __device__ __forceinline__ u32 pack2<f16>(float first, float second) {
    u32 r;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(second), "f"(first));
    return r;
}
template <> __device__ __forceinline__ u32 pack2<bf16>(float first, float second) {
    u32 r;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(second), "f"(first));
    return r;
}

// ---- arithmetic ----
DEVICE float exp2_approx(float x) {
    float r;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
    return r;
}
DEVICE float log2_approx(float x) {
    float r;
    asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
    return r;
}
DEVICE float exp_approx(float x) { return exp2_approx(x * 1.4426950408889634f); }
DEVICE bool is_finite(float x) { return fabsf(x) < INFINITY; }

// Sums and maxima over the lanes of a warp; every lane gets the result, and always in the same order of additions.
DEVICE float warp_sum(float v) {
#pragma unroll
    for (int o = 16; o > 0; o >>= 1) v += __shfl_xor_sync(FULL_WARP, v, o);
    return v;
}
DEVICE float warp_max(float v) {
#pragma unroll
    for (int o = 16; o > 0; o >>= 1) v = fmaxf(v, __shfl_xor_sync(FULL_WARP, v, o));
    return v;
}

// ---- memory ----
// 16 bytes of read-only data that no other block reads: kept out of the first-level cache.
DEVICE uint4 load_streaming16(const void* p) {
    uint4 r;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
        : "=r"(r.x), "=r"(r.y), "=r"(r.z), "=r"(r.w)
        : "l"(p));
    return r;
}
// The same for fewer bytes.
DEVICE uint2 load_streaming8(const void* p) {
    uint2 r;
    asm volatile("ld.global.nc.L1::no_allocate.v2.u32 {%0,%1}, [%2];" : "=r"(r.x), "=r"(r.y) : "l"(p));
    return r;
}
DEVICE u32 load_streaming4(const void* p) {
    u32 r;
    asm volatile("ld.global.nc.L1::no_allocate.u32 %0, [%1];" : "=r"(r) : "l"(p));
    return r;
}
DEVICE u32 load_streaming2(const void* p) {
    u16 r;
    asm volatile("ld.global.nc.L1::no_allocate.u16 %0, [%1];" : "=h"(r) : "l"(p));
    return r;
}
DEVICE u32 load_streaming1(const void* p) {
    u32 r;
    asm volatile("ld.global.nc.L1::no_allocate.u8 %0, [%1];" : "=r"(r) : "l"(p));
    return r;
}
// Asks for the line of the second-level cache that holds p.
DEVICE void prefetch_l2(const void* p) { asm volatile("prefetch.global.L2 [%0];" ::"l"(p)); }

// The address of shared memory as instructions want it.
#if defined(__clang__) && !defined(__NVCC__)
DEVICE u32 shared_address(const void* p) { return (u32)(u64)(const __attribute__((address_space(3))) void*)p; }
#else
DEVICE u32 shared_address(const void* p) { return (u32)__cvta_generic_to_shared(p); }
#endif

// The same value, hidden from the compiler. In a loop, addresses at constant distances from it become offsets inside the
// instructions; otherwise each is computed beforehand and kept in a register.
DEVICE u32 opaque(u32 v) {
    asm volatile("" : "+r"(v));
    return v;
}

// Copies 16 bytes from global to shared memory in the background; zeros when not present.
DEVICE void copy_async16(u32 shared, const void* global, bool present) {
    int bytes = present ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(global), "r"(bytes) : "memory");
}
DEVICE void copy_async16(void* shared, const void* global, bool present) {
    copy_async16(shared_address(shared), global, present);
}
// The same with the first `bytes` of the 16, 0 to 16, and zeros after them.
DEVICE void copy_async_part(void* shared, const void* global, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)), "l"(global), "r"(bytes)
        : "memory");
}
DEVICE void copy_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// Until at most N groups are still under way.
template <int N> DEVICE void copy_async_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory"); }

// ---- tensor cores ----
DEVICE void load_matrix_x4(u32 (&r)[4], u32 shared) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
        : "r"(shared)
        : "memory");
}
DEVICE void load_matrix_x4_transposed(u32 (&r)[4], u32 shared) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
        : "r"(shared)
        : "memory");
}
DEVICE void load_matrix_x4(u32 (&r)[4], const void* shared) { load_matrix_x4(r, shared_address(shared)); }
DEVICE void load_matrix_x4_transposed(u32 (&r)[4], const void* shared) { load_matrix_x4_transposed(r, shared_address(shared)); }
// d[16, 8] += a[16, 16] . b[16, 8]; fragments as the PTX manual lays them out for mma.m16n8k16.
template <class T> DEVICE void mma16816(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1);
template <> __device__ __forceinline__ void mma16816<f16>(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
template <> __device__ __forceinline__ void mma16816<bf16>(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
