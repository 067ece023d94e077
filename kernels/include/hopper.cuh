// Instructions of sm_90a behind inline functions: mbarriers, tensor maps (TMA), wgmma.
#pragma once
#include "device.cuh"

// CUtensorMap as the driver's cuTensorMapEncodeTiled fills it; a kernel takes it as `const __grid_constant__`.
struct alignas(64) TensorMap {
    u64 words[16];
};

// ---- mbarriers: a phase ends when all arrivals and all announced bytes have come ----
DEVICE void barrier_init(u64* barrier, u32 arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(barrier)), "r"(arrivals) : "memory");
}
// After the inits: the copy engine and the other threads' generic accesses see them.
DEVICE void barrier_init_fence() {
    asm volatile("fence.mbarrier_init.release.cluster;\nfence.proxy.async.shared::cta;" ::: "memory");
}
DEVICE void barrier_arrive(u64* barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(barrier)) : "memory");
}
// Arrives and announces bytes that the copy engine will bring.
DEVICE void barrier_arrive_expect(u64* barrier, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)), "r"(bytes) : "memory");
}
// Until the phase of this parity has ended. Of a new barrier, the phase before the first counts as ended and has parity 1.
DEVICE void barrier_wait(u64* barrier, u32 parity) {
    asm volatile("{\n.reg .pred done;\nAGAIN:\nmbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
                 "@done bra END;\nbra AGAIN;\nEND:\n}" ::"r"(shared_address(barrier)),
        "r"(parity)
        : "memory");
}

// __syncthreads for the threads that name this barrier.
template <int Name, int Threads> DEVICE void sync_named() {
    asm volatile("bar.sync %0, %1;" ::"n"(Name), "n"(Threads) : "memory");
}

// ---- TMA ----
// Copies a box of the tensor at (column, row) to shared memory, 1024-byte aligned for the 128-byte swizzle. The barrier counts
// its bytes.
DEVICE void copy_box(void* shared, const TensorMap* map, u64* barrier, int column, int row) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4}], [%2];" ::"r"(
                     shared_address(shared)),
        "l"(map), "r"(shared_address(barrier)), "r"(column), "r"(row)
        : "memory");
}
// Orders this thread's stores to shared memory before the wgmma and TMA that follow it (and a barrier).
DEVICE void async_proxy_fence() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// ---- wgmma ----
template <int N> DEVICE void registers_increase() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(N)); }
template <int N> DEVICE void registers_decrease() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(N)); }
DEVICE void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
DEVICE void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
// Until at most N groups are still under way.
template <int N> DEVICE void wgmma_wait() { asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(N) : "memory"); }

// A tile of 16-bit values whose rows of 64 are along k and 128 bytes long, with the 128-byte swizzle; 1024-byte aligned.
// Bits 0-13: address / 16; 16-29: not used with this swizzle (1); 32-45: bytes between groups of 8 rows / 16; 62-63: 1, the
// swizzle of 128 bytes.
// Adding 2 moves on by 16 of k (32 bytes).
DEVICE u64 wgmma_tile(const void* shared) {
    return (shared_address(shared) & 0x3ffff) >> 4 | 1ull << 16 | 64ull << 32 | 1ull << 62;
}

// Keeps reads of the sums behind the wait before it.
template <int Count> DEVICE void wgmma_pin(float (&sums)[Count]) {
#pragma unroll
    for (int i = 0; i < Count; i++) asm volatile("" : "+f"(sums[i])::"memory");
}

#define SUMS4(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define SUMS16(i) SUMS4(i), SUMS4(i + 4), SUMS4(i + 8), SUMS4(i + 12)
#define SUMS64(i) SUMS16(i), SUMS16(i + 16), SUMS16(i + 32), SUMS16(i + 48)
#define NAMES64 \
    "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15" \
    ",%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31" \
    ",%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47" \
    ",%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63"
#define NAMES128 \
    NAMES64 \
    ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79" \
    ",%80,%81,%82,%83,%84,%85,%86,%87,%88,%89,%90,%91,%92,%93,%94,%95" \
    ",%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111" \
    ",%112,%113,%114,%115,%116,%117,%118,%119,%120,%121,%122,%123,%124,%125,%126,%127"
// d[64, N] += x[64, 16] . w[N, 16]^T for the four warps of a warpgroup. Value i of lane l of warp v is row
// 16 v + l / 4 + i / 2 % 2 * 8 and column i / 4 * 8 + l % 4 * 2 + i % 2.
#define WGMMA(type, n, names, xName, wName, one, ...) \
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, " one ", 0;\nwgmma.mma_async.sync.aligned.m64n" #n "k16.f32." type "." type \
                 " {" names "}, " xName ", " wName ", p, 1, 1, 0, 0;\n}" \
        : __VA_ARGS__ \
        : "l"(x), "l"(w), "r"(1))
#define WGMMA_128(type) WGMMA(type, 128, NAMES64, "%64", "%65", "%66", SUMS64(0))
#define WGMMA_256(type) WGMMA(type, 256, NAMES128, "%128", "%129", "%130", SUMS64(0), SUMS64(64))
template <class T> DEVICE void wgmma16(float (&d)[64], u64 x, u64 w);
template <class T> DEVICE void wgmma16(float (&d)[128], u64 x, u64 w);
template <> __device__ __forceinline__ void wgmma16<f16>(float (&d)[64], u64 x, u64 w) { WGMMA_128("f16"); }
template <> __device__ __forceinline__ void wgmma16<bf16>(float (&d)[64], u64 x, u64 w) { WGMMA_128("bf16"); }
template <> __device__ __forceinline__ void wgmma16<f16>(float (&d)[128], u64 x, u64 w) { WGMMA_256("f16"); }
template <> __device__ __forceinline__ void wgmma16<bf16>(float (&d)[128], u64 x, u64 w) { WGMMA_256("bf16"); }
