// Attention of a few queries over a run of keys of one kv head, in f32 throughout: what attention_decode and
// attention_general share.
//
// A block's lanes form groups; a group takes every Groups-th key, its lanes share out the elements of the head, 8 each.
// Queries and accumulators stay in registers, so a key is loaded once for all queries (the heads that share it), in loads of
// Vector elements (16 bytes where the head size allows), four keys and their values at a time: enough under way to keep the
// memory busy with a few warps. Softmax is online: one rescaling per four keys. At the end the groups' parts are merged in
// shared memory in the order of the groups. Nothing depends on other blocks.
#pragma once
#include "kv_cache.cuh"

#define ATTENTION_THREADS 128
#define ELEMENTS 8 // of a head, per lane

// ELEMENTS elements of a key or value as they lie in memory.
template <class T> struct LaneRow {
    u32 words[ELEMENTS * sizeof(T) / 4];
};

DEVICE float lane_element(const LaneRow<float>& row, int i) { return bits_to_f32(row.words[i]); }
DEVICE float lane_element(const LaneRow<f16>& row, int i) { return to_f32(f16{(u16)(row.words[i / 2] >> (i % 2 * 16))}); }

// The first of the Vector elements that vector v of a lane holds.
template <int Vector, int Lanes> DEVICE int lane_offset(int v, int lane) { return (v * Lanes + lane) * Vector; }

template <class T, int Vector, int Lanes>
DEVICE LaneRow<T> load_lane_row(const T* row, int lane, int headDim, bool isPresent) {
    constexpr int Words = Vector * sizeof(T) / 4;
    LaneRow<T> loaded;
#pragma unroll
    for (int v = 0; v < ELEMENTS / Vector; v++) {
        int offset = lane_offset<Vector, Lanes>(v, lane);
        bool isInside = isPresent && offset < headDim;
        if constexpr (Words == 4) {
            uint4 words = isInside ? *(const uint4*)(row + offset) : uint4{0, 0, 0, 0};
            loaded.words[v * 4] = words.x, loaded.words[v * 4 + 1] = words.y;
            loaded.words[v * 4 + 2] = words.z, loaded.words[v * 4 + 3] = words.w;
        } else if constexpr (Words == 2) {
            uint2 words = isInside ? *(const uint2*)(row + offset) : uint2{0, 0};
            loaded.words[v * 2] = words.x, loaded.words[v * 2 + 1] = words.y;
        } else {
            loaded.words[v] = isInside ? *(const u32*)(row + offset) : 0;
        }
    }
    return loaded;
}

// 2^x relative to the largest exponent so far; when there is none (no key yet, or all scores are -infinity) relative to 0.
DEVICE float exponent_base(float largest) { return largest == -INFINITY ? 0.0f : largest; }

// Queries: of one block. OneLimit: all of them see the same keys.
template <class T, int Vector, int Lanes, int Queries, bool OneLimit> struct Attention {
    static constexpr int Groups = ATTENTION_THREADS / Lanes;
    static constexpr int Unroll = 4;

    // The groups' parts. factors: 2^(a group's largest - the block's largest).
    struct Shared {
        float values[Groups][Queries][Lanes * ELEMENTS];
        float largest[Groups][Queries];
        float sums[Groups][Queries];
        float factors[Groups][Queries];
        float total[Queries];
        float top[Queries];
    };

    float query[Queries][ELEMENTS]; // times log2(e) / sqrt(headDim)
    float values[Queries][ELEMENTS]; // sum of 2^(score - largest) * v
    float largest[Queries];
    float sums[Queries];
    int limits[Queries]; // keys before this position are seen
    int group, lane, headDim;

    __device__ __forceinline__ void start(int headDimension) {
        headDim = headDimension;
        group = threadIdx.x / Lanes;
        lane = threadIdx.x % Lanes;
    }

    // row: of headDim elements, null for a query that is not there.
    __device__ __forceinline__ void set_query(int r, const float* row, int limit, float scale) {
        limits[r] = limit;
        largest[r] = -INFINITY;
        sums[r] = 0;
#pragma unroll
        for (int i = 0; i < ELEMENTS; i++) {
            int offset = lane_offset<Vector, Lanes>(i / Vector, lane) + i % Vector;
            query[r][i] = row && offset < headDim ? row[offset] * scale : 0;
            values[r][i] = 0;
        }
    }

    // Keys first .. end - 1: no query sees others. Keys from end on are not read, nor steps before that of the first.
    // window: the last keys before its limit that a query sees; with OneLimit all from first on.
    __device__ __forceinline__ void run(
        const T* keyCache, const T* valueCache, const int* pages, int first, int end, int window, int kvHead, int kvHeads) {
        constexpr int Step = Groups * Unroll;
        for (int base = HAS_WINDOW ? first / Step * Step : first; base < end; base += Step) {
            // A page is a multiple of Step keys, so these lie in one.
            i64 start = kv_offset(pages, base, kvHead, kvHeads, headDim);
            LaneRow<T> keys[Unroll], rows[Unroll];
#pragma unroll
            for (int u = 0; u < Unroll; u++) {
                int key = u * Groups + group;
                keys[u] = load_lane_row<T, Vector, Lanes>(keyCache + start + key * headDim, lane, headDim, base + key < end);
            }
#pragma unroll
            for (int u = 0; u < Unroll; u++) {
                int key = u * Groups + group;
                rows[u] = load_lane_row<T, Vector, Lanes>(valueCache + start + key * headDim, lane, headDim, base + key < end);
            }

            float weights[Queries][Unroll];
#pragma unroll
            for (int u = 0; u < Unroll; u++)
#pragma unroll
                for (int r = 0; r < Queries; r++) {
                    float score = 0;
#pragma unroll
                    for (int i = 0; i < ELEMENTS; i++) score = fmaf(query[r][i], lane_element(keys[u], i), score);
#pragma unroll
                    for (int o = Lanes / 2; o > 0; o >>= 1) score += __shfl_xor_sync(FULL_WARP, score, o);
                    weights[r][u] = base + u * Groups + group < limits[r] ? score : -INFINITY;
                }

            // Only where a window begins. A value that OneLimit hides may be NaN, so it goes too.
            if (HAS_WINDOW && base < (OneLimit ? first : end - window)) {
#pragma unroll
                for (int u = 0; u < Unroll; u++) {
                    int key = base + u * Groups + group;
#pragma unroll
                    for (int r = 0; r < Queries; r++)
                        if (key < (OneLimit ? first : limits[r] - window)) weights[r][u] = -INFINITY;
                    if (OneLimit && key < first) rows[u] = LaneRow<T>{};
                }
            }

#pragma unroll
            for (int r = 0; r < Queries; r++) {
                float next = largest[r];
#pragma unroll
                for (int u = 0; u < Unroll; u++) next = fmaxf(next, weights[r][u]);
                float shift = exponent_base(next), shrink = exp2_approx(largest[r] - shift);
                largest[r] = next;
                sums[r] *= shrink;
#pragma unroll
                for (int i = 0; i < ELEMENTS; i++) values[r][i] *= shrink;
#pragma unroll
                for (int u = 0; u < Unroll; u++) {
                    weights[r][u] = exp2_approx(weights[r][u] - shift);
                    sums[r] += weights[r][u];
                }
            }

#pragma unroll
            for (int u = 0; u < Unroll; u++)
#pragma unroll
                for (int r = 0; r < Queries; r++) {
                    // A value that this query does not see may be NaN, and 0 * NaN is: selected, not multiplied away.
                    bool isSeen = OneLimit || base + u * Groups + group < limits[r];
#pragma unroll
                    for (int i = 0; i < ELEMENTS; i++) {
                        float sum = fmaf(weights[r][u], lane_element(rows[u], i), values[r][i]);
                        values[r][i] = isSeen ? sum : values[r][i];
                    }
                }
        }
    }

    // Puts the groups together: afterwards shared.total and shared.top hold each query's sum and largest score.
    __device__ __forceinline__ void merge(Shared& shared) {
#pragma unroll
        for (int r = 0; r < Queries; r++) {
#pragma unroll
            for (int i = 0; i < ELEMENTS; i++)
                shared.values[group][r][lane_offset<Vector, Lanes>(i / Vector, lane) + i % Vector] = values[r][i];
            if (lane == 0) {
                shared.largest[group][r] = largest[r];
                shared.sums[group][r] = sums[r];
            }
        }
        __syncthreads();

        int r = threadIdx.x;
        if (r < Queries) {
            float top = -INFINITY, total = 0;
            for (int g = 0; g < Groups; g++) top = fmaxf(top, shared.largest[g][r]);
            for (int g = 0; g < Groups; g++) {
                float factor = exp2_approx(shared.largest[g][r] - exponent_base(top));
                shared.factors[g][r] = factor;
                total = fmaf(shared.sums[g][r], factor, total);
            }
            shared.top[r] = top;
            shared.total[r] = total;
        }
        __syncthreads();
    }

    // Element i of query r, to be divided by shared.total[r].
    static __device__ __forceinline__ float merged(const Shared& shared, int r, int i) {
        float sum = 0;
#pragma unroll
        for (int g = 0; g < Groups; g++) sum = fmaf(shared.values[g][r][i], shared.factors[g][r], sum);
        return sum;
    }
};
