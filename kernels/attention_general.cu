// y[r, h] = softmax(scale * q[r, h] . k[first..position, h / group]) . v[first..position, h / group]
//   for segments of several rows
// y: [rows, heads * headDim], qkv: [rows, (heads + 2 kvHeads) * headDim] F32; keys, values: a KV layer, F32 or F16
// launch: grid (ceil(longest segment * group / 4), kvHeads, segments) of 128 threads
//   A block takes four pairs (token, head of the group), which share the loads of keys. It serves caches in F32, and even head
//   sizes without an attention_prefill.
// numerics: f32, as attention_decode; results do not depend on the batch. A value before a token's window gets weight 0 where
//   another token of the block sees it: it must be finite.
#include "attention.cuh"

#define QUERIES 4

template <class T>
DEVICE void attention_general(float* y, const float* qkv, const T* keys, const T* values, const AttentionParameters& p) {
    typedef Attention<T, 2, 32, QUERIES, false> Attend;
    __shared__ typename Attend::Shared shared;

    int heads = p.heads, kvHeads = p.kvHeads, headDim = p.headDim;
    int segment = blockIdx.z, firstRow = p.first_row(segment), count = p.first_row(segment + 1) - firstRow;
    int group = heads / kvHeads, kvHead = blockIdx.y, pairs = count * group;
    // The last tokens see the most keys: they go first.
    int firstPair = (gridDim.x - 1 - blockIdx.x) * QUERIES;
    if (count == 1 || firstPair >= pairs) return;

    Attend attend;
    attend.start(headDim);
    int firstPosition = p.first_position(segment);
#pragma unroll
    for (int r = 0; r < QUERIES; r++) {
        int pair = firstPair + r, token = pair / group;
        const float* query = qkv + (i64)(firstRow + token) * p.qkv_width() + (kvHead * group + pair % group) * headDim;
        attend.set_query(r, pair < pairs ? query : nullptr, pair < pairs ? firstPosition + token + 1 : 0, p.queryScale);
    }

    int first = p.first_key(firstPosition + firstPair / group), lastToken = min(firstPair + QUERIES - 1, pairs - 1) / group;
    attend.run(keys, values, p.pages_of(segment), first, firstPosition + lastToken + 1, p.window, kvHead, kvHeads);
    attend.merge(shared);

    for (int i = threadIdx.x; i < QUERIES * headDim; i += ATTENTION_THREADS) {
        int r = i / headDim, pair = firstPair + r, element = i % headDim;
        if (pair >= pairs) return;
        i64 head = (i64)(firstRow + pair / group) * heads + kvHead * group + pair % group;
        y[head * headDim + element] = Attend::merged(shared, r, element) / shared.total[r];
    }
}

#define ATTENTION_GENERAL(name, T) \
    KERNEL(name, ATTENTION_THREADS)(float* __restrict__ y, const float* __restrict__ qkv, const T* __restrict__ keys, \
        const T* __restrict__ values, const __grid_constant__ AttentionParameters p) { \
        attention_general<T>(y, qkv, keys, values, p); \
    }
ATTENTION_GENERAL(attention_general_f32, float)
ATTENTION_GENERAL(attention_general_f16, f16)
