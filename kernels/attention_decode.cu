// y[r, h] = softmax(scale * q[r, h] . k[first..position, h / group]) . v[first..position, h / group], for segments of one row
// y: [rows, heads * headDim], qkv: [rows, (heads + 2 kvHeads) * headDim] F32; keys, values: a KV layer, F32 or F16
// launch: grid (kvHeads * ceil(group / Queries), splits of the longest context, segments) of 128 threads
//   Blocks split the keys by the length alone: two pages each, more where that makes more than 32 splits. Blocks past a
//   sequence's last split leave at once, as do segments of several rows: a captured launch serves every length. The block that
//   ends last merges the splits: no second launch. Up to four heads share a load, because more do not fit into registers. A
//   second block of the same keys finds them in the second-level cache.
// numerics: f32; keys and values are exact in f32. The length fixes the order of additions; 2^x to 2 units in the last place
#include "attention.cuh"

#define MAX_SPLITS 32 // a lane each when they are merged
#define MIN_PAGES 2 // of a split

// Where blocks leave the results of their splits. AttentionScratch.cs is the same in C#.
struct AttentionScratch {
    float* parts;   // [segments, heads, MAX_SPLITS, headDim]
    float2* states; // [segments, heads, MAX_SPLITS] of {largest, sum}
    u32* arrivals;  // [segments, gridDim.x], zero between launches
};

// With p.ropes the kernel rotates q and k and stores k and v, bit for bit as rope_store_kv does. Then a group's heads fit into
// one block, and the block of the last keys stores them.
template <class T, int Vector, int Lanes, int Queries>
DEVICE void attention_decode(
    float* y, const float* qkv, T* keys, T* values, const AttentionParameters& p, const AttentionScratch& scratch) {
    typedef Attention<T, Vector, Lanes, Queries, true> Attend;
    __shared__ typename Attend::Shared shared;
    __shared__ float factors[Queries][MAX_SPLITS], totals[Queries];
    __shared__ bool isLast;

    int heads = p.heads, kvHeads = p.kvHeads, headDim = p.headDim;
    int segment = blockIdx.z, row = p.first_row(segment);
    if (p.first_row(segment + 1) - row != 1) return;
    int length = p.first_position(segment) + 1;
    int firstKey = p.first_key(length - 1), firstPage = firstKey / PAGE_LENGTH;
    int pageCount = (length + PAGE_LENGTH - 1) / PAGE_LENGTH - firstPage;
    int splitPages = max(MIN_PAGES, (pageCount + MAX_SPLITS - 1) / MAX_SPLITS);
    int splits = (pageCount + splitPages - 1) / splitPages, split = blockIdx.y;
    if (split >= splits) return;

    int group = heads / kvHeads, headBlocks = (group + Queries - 1) / Queries;
    int kvHead = blockIdx.x / headBlocks, firstInGroup = blockIdx.x % headBlocks * Queries;
    int firstHead = kvHead * group + firstInGroup, count = min(Queries, group - firstInGroup);

    const int* table = p.pages_of(segment);
    int first = (firstPage + split * splitPages) * PAGE_LENGTH, end = min(length, first + splitPages * PAGE_LENGTH);
    const float* token = qkv + (i64)row * p.qkv_width();
    const float* queries = token + (i64)firstHead * headDim;
    if (p.ropes) {
        // Rotated queries wait where the groups' parts will be.
        int half = headDim / 2;
        RopeTable rope = p.ropes[segment];
        const float* cosines = rope.cosines + (i64)(length - 1) * half;
        const float* sines = rope.sines + (i64)(length - 1) * half;
        for (int i = threadIdx.x; i < count * half; i += ATTENTION_THREADS) {
            int r = i / half, pair = i % half;
            float one = queries[r * headDim + pair], other = queries[r * headDim + pair + half];
            rotate(one, other, cosines[pair], sines[pair]);
            shared.values[0][r][pair] = one;
            shared.values[0][r][pair + half] = other;
        }
        if (end == length) {
            const float* key = token + (i64)(heads + kvHead) * headDim;
            const float* value = key + (i64)kvHeads * headDim;
            i64 target = kv_offset(table, length - 1, kvHead, kvHeads, headDim);
            for (int i = threadIdx.x; i < half; i += ATTENTION_THREADS) {
                float one = key[i], other = key[i + half];
                rotate(one, other, cosines[i], sines[i]);
                keys[target + i] = from_f32<T>(one);
                keys[target + i + half] = from_f32<T>(other);
                values[target + i] = from_f32<T>(value[i]);
                values[target + i + half] = from_f32<T>(value[i + half]);
            }
        }
        // The block itself loads the token's key and value; no other block does.
        __syncthreads();
    }

    Attend attend;
    attend.start(headDim);
#pragma unroll
    for (int r = 0; r < Queries; r++)
        attend.set_query(r, r >= count ? nullptr : p.ropes ? shared.values[0][r] : queries + r * headDim, end, p.queryScale);
    if (p.ropes) __syncthreads();
    attend.run(keys, values, table, max(first, firstKey), end, p.window, kvHead, kvHeads);
    attend.merge(shared);

    float* target = y + ((i64)row * heads + firstHead) * headDim;
    if (splits == 1) {
        for (int i = threadIdx.x; i < count * headDim; i += ATTENTION_THREADS)
            target[i] = Attend::merged(shared, i / headDim, i % headDim) / shared.total[i / headDim];
        return;
    }

    i64 part = ((i64)segment * heads + firstHead) * MAX_SPLITS;
    for (int i = threadIdx.x; i < count * headDim; i += ATTENTION_THREADS) {
        int r = i / headDim;
        scratch.parts[(part + r * MAX_SPLITS + split) * headDim + i % headDim] = Attend::merged(shared, r, i % headDim);
    }
    int query = threadIdx.x;
    if (query < count) scratch.states[part + query * MAX_SPLITS + split] = float2{shared.top[query], shared.total[query]};

    // Other blocks see the parts before they see the arrival.
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) isLast = atomicAdd(&scratch.arrivals[segment * gridDim.x + blockIdx.x], 1) == (u32)splits - 1;
    __syncthreads();
    if (!isLast) return;
    __threadfence();
    if (threadIdx.x == 0) scratch.arrivals[segment * gridDim.x + blockIdx.x] = 0;

    // A warp per query, a lane per split.
    for (int r = threadIdx.x / 32; r < count; r += ATTENTION_THREADS / 32) {
        int lane = threadIdx.x % 32;
        float2 state = lane < splits ? scratch.states[part + r * MAX_SPLITS + lane] : float2{-INFINITY, 0};
        float factor = exp2_approx(state.x - exponent_base(warp_max(state.x)));
        float total = warp_sum(state.y * factor);
        factors[r][lane] = factor;
        if (lane == 0) totals[r] = total;
    }
    __syncthreads();

    for (int i = 2 * threadIdx.x; i < count * headDim; i += 2 * ATTENTION_THREADS) {
        int r = i / headDim;
        const float* values = scratch.parts + (part + r * MAX_SPLITS) * headDim + i % headDim;
        float first = 0, second = 0;
#pragma unroll 8
        for (int s = 0; s < splits; s++) {
            float2 value = *(const float2*)(values + s * headDim);
            first = fmaf(value.x, factors[r][s], first);
            second = fmaf(value.y, factors[r][s], second);
        }
        target[i] = first / totals[r];
        target[i + 1] = second / totals[r];
    }
}

#define ATTENTION_DECODE(name, T, Vector, Lanes, Queries) \
    KERNEL(name, ATTENTION_THREADS)(float* __restrict__ y, const float* __restrict__ qkv, T* keys, T* values, \
        const __grid_constant__ AttentionParameters p, const __grid_constant__ AttentionScratch scratch) { \
        attention_decode<T, Vector, Lanes, Queries>(y, qkv, keys, values, p, scratch); \
    }

#ifdef HEAD_DIM
// Heads of up to HEAD_DIM elements, multiples of 8, in F16.
ATTENTION_DECODE(NAME(attention_decode_f16_d, HEAD_DIM, _h1), f16, 8, HEAD_DIM / 8, 1)
ATTENTION_DECODE(NAME(attention_decode_f16_d, HEAD_DIM, _h4), f16, 8, HEAD_DIM / 8, 4)
#else
// Heads of any even size up to 256.
ATTENTION_DECODE(attention_decode_f16_even_h2, f16, 2, 32, 2)
ATTENTION_DECODE(attention_decode_f32_even_h2, float, 2, 32, 2)
#endif
