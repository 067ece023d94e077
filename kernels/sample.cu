// token[r] = drawn from softmax(logits[r] / temperature) after the cuts top-k, top-p, min-p, each on what the one before left
// tokens: [blocks] int32; logits: [blocks, width] F32, overwritten; parameters: [blocks]. -1: a logit is NaN or
//   +infinity, or all are -infinity
// launch: one block of 1024 threads per row of logits
// numerics: as the host's sampler: weights exp((logit - max) / temperature) in f32, equal ones ranked by id. Sums are integers
//   in units of 2^-43 of the likeliest token's weight, so they are exact and no order of additions matters; what weighs less
//   than a unit is never drawn. The draw is Philox4x32-10 of (seed, index). temperature 0: the first of the greatest logits
//
// Nothing is sorted. A cut keeps the greatest of (weight, lower id first), so it is one number: the least key kept. It is
// found ten bits at a time, from the most significant on: a histogram of the keys that share the bits found so far, and the
// bin in which the count (top-k) or the weight (top-p) reaches its goal. Weights differ early, so two passes of the five are
// the rule. Weights take the place of the logits; a row of them stays in the second-level cache.
#include "exponential.cuh"
#include "sample_parameters.cuh"

#define THREADS 1024
#define WARPS (THREADS / 32)
#define DIGIT_BITS 10 // a bin per thread
#define ID_BITS 20
#define KEY_BITS 50 // 30 of the weight (it is at most 1, so the two highest are 0) and ID_BITS
#define UNIT 8796093022208.0f // 2^43: 2^ID_BITS tokens of weight 1 still fit into 64 bits

struct Shared {
    float values[WARPS];
    int ids[WARPS];
    u64 sums[WARPS];
    u32 counts[THREADS], low[THREADS], high[THREADS]; // of a bin: keys, and the two halves of the sum of their amounts
    u64 above;
    int bin;
    bool isWhole;
};

// Greater for greater weights and, of equal ones, for lower ids.
DEVICE u64 rank_key(float weight, int id) { return ((u64)f32_to_bits(weight) << ID_BITS) | ((1u << ID_BITS) - 1 - id); }
DEVICE u64 units(float weight) { return (u64)(weight * UNIT); }
DEVICE u64 kept_units(const float* weights, int id, u64 minKey) {
    float weight = weights[id];
    return rank_key(weight, id) >= minKey ? units(weight) : 0;
}

DEVICE u64 multiply_high(u64 a, u64 b) {
    u64 r;
    asm("mul.hi.u64 %0, %1, %2;" : "=l"(r) : "l"(a), "l"(b));
    return r;
}
DEVICE u64 shuffle(u64 v, int lane) {
    u32 low = __shfl_sync(FULL_WARP, (int)(u32)v, lane), high = __shfl_sync(FULL_WARP, (int)(u32)(v >> 32), lane);
    return ((u64)high << 32) | low;
}

// The sum over this lane and those before it.
DEVICE u64 warp_prefix_sum(u64 v) {
    int lane = threadIdx.x % 32;
#pragma unroll
    for (int o = 1; o < 32; o <<= 1) {
        u64 lower = shuffle(v, lane - o);
        if (lane >= o) v += lower;
    }
    return v;
}

// The sum over this thread and those before it. A barrier has to follow before shared.sums is written again.
DEVICE u64 prefix_sum(Shared& shared, u64 v) {
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    v = warp_prefix_sum(v);
    if (lane == 31) shared.sums[warp] = v;
    __syncthreads();
    u64 before = shuffle(warp_prefix_sum(shared.sums[lane]), warp - 1);
    return warp == 0 ? v : v + before;
}

// The greatest logit and the first id that has it; +infinity if there is a NaN.
DEVICE void find_max(Shared& shared, const float* logits, int vocabulary, float& max, int& id) {
    max = -INFINITY;
    id = vocabulary;
#pragma unroll 4
    for (int i = threadIdx.x; i < vocabulary; i += THREADS) {
        float logit = logits[i];
        if (logit != logit) logit = INFINITY;
        if (logit > max) max = logit, id = i;
    }
    for (int stage = 0; stage < 2; stage++) {
#pragma unroll
        for (int o = 16; o > 0; o >>= 1) {
            float other = __shfl_xor_sync(FULL_WARP, max, o);
            int otherId = __shfl_xor_sync(FULL_WARP, id, o);
            if (other > max || (other == max && otherId < id)) max = other, id = otherId;
        }
        if (stage == 1) return;
        if (threadIdx.x % 32 == 0) shared.values[threadIdx.x / 32] = max, shared.ids[threadIdx.x / 32] = id;
        __syncthreads();
        max = shared.values[threadIdx.x % 32];
        id = shared.ids[threadIdx.x % 32];
    }
}

// Keys from the greatest down to the one returned, none below minKey, are the fewest whose number (or weight in units)
// reaches the goal; goal: at least 1 and no more than all together have.
DEVICE u64 select(Shared& shared, const float* weights, int vocabulary, u64 minKey, u64 goal, bool isByWeight) {
    u64 found = 0, above = 0;
    for (int shift = KEY_BITS - DIGIT_BITS;; shift -= DIGIT_BITS) {
        shared.counts[threadIdx.x] = shared.low[threadIdx.x] = shared.high[threadIdx.x] = 0;
        __syncthreads();
        for (int id = threadIdx.x; id < vocabulary; id += THREADS) {
            float weight = weights[id];
            u64 key = rank_key(weight, id), amount = isByWeight ? units(weight) : 1;
            if (key < minKey || key >> (shift + DIGIT_BITS) != found || amount == 0) continue;
            // 64-bit atomics on shared memory are loops; two of 32 bits with the carry between them are not.
            int bin = (int)(key >> shift) & (THREADS - 1);
            atomicAdd(&shared.counts[bin], 1);
            u32 low = (u32)amount, before = atomicAdd(&shared.low[bin], low);
            u32 high = (u32)(amount >> 32) + (before + low < before);
            if (high != 0) atomicAdd(&shared.high[bin], high);
        }
        __syncthreads();

        int bin = THREADS - 1 - threadIdx.x; // the greatest keys first
        u64 own = ((u64)shared.high[bin] << 32) | shared.low[bin];
        u64 reached = above + prefix_sum(shared, own);
        if (reached >= goal && reached - own < goal) {
            shared.bin = bin;
            shared.above = reached - own;
            shared.isWhole = shared.counts[bin] == 1 || reached == goal;
        }
        __syncthreads();
        found = (found << DIGIT_BITS) | shared.bin;
        above = shared.above;
        if (shared.isWhole || shift == 0) return found << shift;
    }
}

// Each warp's share of the kept weight, in shared.sums, and all: warp w has the ids from w * span on. As prefix_sum.
DEVICE u64 sum_kept(Shared& shared, const float* weights, int vocabulary, int span, u64 minKey) {
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, end = min((warp + 1) * span, vocabulary);
    u64 sum = 0;
    for (int id = warp * span + lane; id < end; id += 32) sum += kept_units(weights, id, minKey);
    sum = warp_prefix_sum(sum);
    if (lane == 31) shared.sums[warp] = sum;
    __syncthreads();
    return shuffle(warp_prefix_sum(shared.sums[lane]), 31);
}

// 53 random bits: the generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
DEVICE u64 philox53(u64 seed, u64 index) {
    u32 x0 = (u32)index, x1 = (u32)(index >> 32), x2 = 0, x3 = 0, k0 = (u32)seed, k1 = (u32)(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        u64 left = (u64)0xD2511F53u * x0, right = (u64)0xCD9E8D57u * x2;
        x0 = (u32)(right >> 32) ^ x1 ^ k0;
        x1 = (u32)right;
        x2 = (u32)(left >> 32) ^ x3 ^ k1;
        x3 = (u32)left;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (((u64)x0 << 32) | x1) >> 11;
}

KERNEL(sample_f32, THREADS)(int* __restrict__ tokens, float* logits, const SampleParameters* __restrict__ parameters, int width) {
    __shared__ Shared shared;
    SampleParameters chosen = parameters[blockIdx.x];
    int vocabulary = chosen.vocabulary;
    float* weights = logits + (i64)blockIdx.x * width;
    float max;
    int likeliest;
    find_max(shared, weights, vocabulary, max, likeliest);
    bool isFinite = is_finite(max);
    if (!isFinite || chosen.temperature == 0) {
        if (threadIdx.x == 0) tokens[blockIdx.x] = isFinite ? likeliest : -1;
        return;
    }

#pragma unroll 4
    for (int id = threadIdx.x; id < vocabulary; id += THREADS) weights[id] = exp_f32((weights[id] - max) / chosen.temperature);
    __syncthreads();

    u64 minKey = 0;
    int span = (vocabulary + WARPS - 1) / WARPS;
    if (chosen.topK > 0 && chosen.topK < vocabulary) minKey = select(shared, weights, vocabulary, 0, chosen.topK, false);
    if (chosen.topP < 1) {
        u64 sum = sum_kept(shared, weights, vocabulary, span, minKey);
        u64 goal = multiply_high((u64)(chosen.topP * 4294967296.0f) << 32, sum);
        minKey = select(shared, weights, vocabulary, minKey, goal == 0 ? 1 : goal, true);
    }
    // The likeliest token's weight is 1.
    if (chosen.minP > 0) {
        u64 bound = (u64)f32_to_bits(fminf(chosen.minP, 1)) << ID_BITS;
        minKey = bound > minKey ? bound : minKey;
    }

    // The token whose share of the sum, shares laid side by side by id, covers the draw: the warp's span, then the thread's.
    u64 sum = sum_kept(shared, weights, vocabulary, span, minKey);
    u64 target = multiply_high(philox53(chosen.seed, chosen.index) << 11, sum);
    int warp = 0;
    for (; target >= shared.sums[warp]; warp++) target -= shared.sums[warp];
    __syncthreads();
    int share = (span + THREADS - 1) / THREADS;
    int first = warp * span + threadIdx.x * share, end = min(min(first + share, (warp + 1) * span), vocabulary);
    u64 own = 0;
    for (int id = first; id < end; id++) own += kept_units(weights, id, minKey);
    u64 reached = prefix_sum(shared, own);
    if (target >= reached || target < reached - own) return;
    target -= reached - own;
    int id = first;
    for (u64 mass; target >= (mass = kept_units(weights, id, minKey)); id++) target -= mass;
    tokens[blockIdx.x] = id;
}
