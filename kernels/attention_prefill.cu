// y[r, h] = softmax(scale * q[r, h] . k[first..position, h / group]) . v[first..position, h / group]
//   for segments of several rows
// y: [rows, heads * headDim], qkv: [rows, (heads + 2 kvHeads) * headDim] F32; keys, values: a KV layer, F16, headDim = D
// launch: grid (ceil(longest segment / 64), heads, segments) of 128 threads
//   A block takes 64 tokens of a head and a warp 16 of them. They run over pages of 64 keys, from the first that a token
//   sees to the last token's own.
//   Shared memory holds K and V of one page (and Q for D = 256). Its rows are padded by 16 bytes, so the eight rows of an
//   ldmatrix lie in eight different banks. The values of a page arrive while its scores are computed; the next page's keys
//   arrive while the values are weighed. One buffer each leaves room for three or more blocks on a multiprocessor for D up to
//   128, which hide the rest of the latency.
// numerics: q times log2(e) * scale, k, v and the weights 2^(score - largest) rounded to f16; scores, largest, sums and
//   outputs in f32.
//   No key past the segment's end is read, and no page before the window. Keys of a read page that a token does not see get
//   weight 0: a value of theirs that is not finite may show up to 63 tokens too early, or 126 tokens too late. Results do not
//   depend on the batch.
#include "kv_cache.cuh"

#define TOKENS 64
#define THREADS 128

// Copies headDim = D elements of each position of a page from global to shared memory, zeros from `count` on. Lanes threads
// share a row, so that a thread's addresses lie at constant distances.
template <int D>
DEVICE void load_page(u32 shared, const f16* page, int count) {
    constexpr int Lanes = D <= 64 ? 8 : D <= 128 ? 16 : 32, Rows = THREADS / Lanes;
    int row = threadIdx.x / Lanes, element = threadIdx.x % Lanes * 8;
    if (element >= D) return;
    shared = opaque(shared + (row * (D + 8) + element) * 2);
    page += row * D + element;
    count -= row;
#pragma unroll
    for (int i = 0; i < PAGE_LENGTH; i += Rows) copy_async16(shared + i * (D + 8) * 2, page + i * D, i < count);
}

template <int D>
DEVICE void attention_prefill(float* y, const float* qkv, const f16* keys, const f16* values, const AttentionParameters& p) {
    constexpr int Stride = D + 8; // of a row in shared memory
    constexpr bool KeepQueries = D <= 128; // in registers; otherwise they are read from shared memory again and again
    extern __shared__ __align__(16) u8 dynamicShared[];
    u32 sharedKeys = shared_address(dynamicShared), sharedValues = sharedKeys + PAGE_LENGTH * Stride * 2;
    f16* sharedQueries = (f16*)dynamicShared + 2 * PAGE_LENGTH * Stride;

    int heads = p.heads, kvHeads = p.kvHeads;
    int segment = blockIdx.z, firstRow = p.first_row(segment), count = p.first_row(segment + 1) - firstRow;
    // The last tokens see the most keys: they go first.
    int firstToken = (gridDim.x - 1 - blockIdx.x) * TOKENS;
    if (count == 1 || firstToken >= count) return;

    int head = blockIdx.y, kvHead = head / (heads / kvHeads);
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    int firstPosition = p.first_position(segment);
    int length = firstPosition + min(firstToken + TOKENS, count); // keys that some token of the block sees
    int pageCount = (length + PAGE_LENGTH - 1) / PAGE_LENGTH;
    int firstPage = HAS_WINDOW ? p.first_key(firstPosition + firstToken) / PAGE_LENGTH : 0;
    const int* table = p.pages_of(segment);

    auto pageStart = [&](const f16* cache, int page) {
        return cache + ((i64)__ldg(table + page) * kvHeads + kvHead) * (PAGE_LENGTH * D);
    };
    load_page<D>(sharedKeys, pageStart(keys, firstPage), length - firstPage * PAGE_LENGTH);
    copy_async_commit();

    // Queries as the first operand of mma: lane l holds rows l / 4 and l / 4 + 8 of the warp's 16, columns 2 (l % 4) and 8 on.
    int rowInWarp = lane / 4, column = lane % 4 * 2;
    int token = firstToken + warp * 16 + rowInWarp; // and token + 8
    const float* q = qkv + (i64)firstRow * (heads + 2 * kvHeads) * D + (i64)head * D + column;
    auto queryPair = [&](int t, int element) {
        if (t >= count) return 0u;
        float2 pair = *(const float2*)(q + (i64)t * (heads + 2 * kvHeads) * D + element);
        return pack2<f16>(pair.x * p.queryScale, pair.y * p.queryScale);
    };
    u32 queries[KeepQueries ? D / 16 : 1][4];
#pragma unroll
    for (int i = 0; i < D / 16; i++) {
        u32(&fragment)[4] = queries[KeepQueries ? i : 0];
        fragment[0] = queryPair(token, i * 16);
        fragment[1] = queryPair(token + 8, i * 16);
        fragment[2] = queryPair(token, i * 16 + 8);
        fragment[3] = queryPair(token + 8, i * 16 + 8);
        if constexpr (!KeepQueries) {
            f16* target = sharedQueries + (warp * 16 + rowInWarp) * Stride + i * 16 + column;
            *(u32*)target = fragment[0];
            *(u32*)(target + 8 * Stride) = fragment[1];
            *(u32*)(target + 8) = fragment[2];
            *(u32*)(target + 8 * Stride + 8) = fragment[3];
        }
    }

    float sums[D / 8][4], largest[2] = {-INFINITY, -INFINITY}, totals[2] = {0, 0};
#pragma unroll
    for (int i = 0; i < D / 8; i++) sums[i][0] = sums[i][1] = sums[i][2] = sums[i][3] = 0;

    for (int page = firstPage; page < pageCount; page++) {
        int firstKey = page * PAGE_LENGTH;
        load_page<D>(sharedValues, pageStart(values, page), length - firstKey);
        copy_async_commit();
        copy_async_wait<1>();
        __syncthreads();
        // The rows that each lane names to ldmatrix: 16 queries, 16 keys or 16 values by 16 elements.
        u32 laneKeys = opaque(sharedKeys + ((lane % 8 + lane / 16 * 8) * Stride + lane / 8 % 2 * 8) * 2);
        u32 laneQueries = opaque(shared_address(sharedQueries) + ((warp * 16 + lane % 16) * Stride + lane / 16 * 8) * 2);
        u32 laneValues = opaque(sharedValues + (lane % 16 * Stride + lane / 16 * 8) * 2);

        // scores: 16 tokens x 64 keys of a warp, eight keys a fragment.
        float scores[PAGE_LENGTH / 8][4];
#pragma unroll
        for (int i = 0; i < PAGE_LENGTH / 8; i++) scores[i][0] = scores[i][1] = scores[i][2] = scores[i][3] = 0;
#pragma unroll
        for (int i = 0; i < D / 16; i++) {
            u32(&fragment)[4] = queries[KeepQueries ? i : 0];
            if constexpr (!KeepQueries) load_matrix_x4(fragment, laneQueries + i * 32);
#pragma unroll
            for (int j = 0; j < PAGE_LENGTH / 16; j++) {
                u32 b[4];
                load_matrix_x4(b, laneKeys + (j * 16 * Stride + i * 16) * 2);
                mma16816<f16>(scores[2 * j], fragment, b[0], b[1]);
                mma16816<f16>(scores[2 * j + 1], fragment, b[2], b[3]);
            }
        }
        __syncthreads();

        if (page + 1 < pageCount) load_page<D>(sharedKeys, pageStart(keys, page + 1), length - firstKey - PAGE_LENGTH);
        copy_async_commit();

        // Only pages that reach past the block's first token have keys to hide.
        if (firstKey + PAGE_LENGTH > firstPosition + firstToken + 1) {
#pragma unroll
            for (int i = 0; i < PAGE_LENGTH / 8; i++)
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    int key = firstKey + i * 8 + column + e % 2, position = firstPosition + token + e / 2 * 8;
                    if (key > position) scores[i][e] = -INFINITY;
                }
        }
        // Only pages that begin before what the block's last token sees.
        if (HAS_WINDOW && firstKey < p.first_key(length - 1)) {
#pragma unroll
            for (int i = 0; i < PAGE_LENGTH / 8; i++)
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    int key = firstKey + i * 8 + column + e % 2, position = firstPosition + token + e / 2 * 8;
                    if (key < p.first_key(position)) scores[i][e] = -INFINITY;
                }
        }

#pragma unroll
        for (int half = 0; half < 2; half++) {
            float next = largest[half];
#pragma unroll
            for (int i = 0; i < PAGE_LENGTH / 8; i++) next = fmaxf(next, fmaxf(scores[i][2 * half], scores[i][2 * half + 1]));
            next = fmaxf(next, __shfl_xor_sync(FULL_WARP, next, 1));
            next = fmaxf(next, __shfl_xor_sync(FULL_WARP, next, 2));
            float shift = next == -INFINITY ? 0 : next, shrink = exp2_approx(largest[half] - shift);
            largest[half] = next;
            totals[half] *= shrink;
#pragma unroll
            for (int i = 0; i < PAGE_LENGTH / 8; i++) {
                scores[i][2 * half] = exp2_approx(scores[i][2 * half] - shift);
                scores[i][2 * half + 1] = exp2_approx(scores[i][2 * half + 1] - shift);
                totals[half] += scores[i][2 * half] + scores[i][2 * half + 1];
            }
#pragma unroll
            for (int i = 0; i < D / 8; i++) {
                sums[i][2 * half] *= shrink;
                sums[i][2 * half + 1] *= shrink;
            }
        }

        copy_async_wait<1>();
        __syncthreads();

        // mma leaves fragments in the layout of its first operand.
#pragma unroll
        for (int j = 0; j < PAGE_LENGTH / 16; j++) {
            u32 weights[4] = {
                pack2<f16>(scores[2 * j][0], scores[2 * j][1]),
                pack2<f16>(scores[2 * j][2], scores[2 * j][3]),
                pack2<f16>(scores[2 * j + 1][0], scores[2 * j + 1][1]),
                pack2<f16>(scores[2 * j + 1][2], scores[2 * j + 1][3]),
            };
#pragma unroll
            for (int i = 0; i < D / 16; i++) {
                u32 b[4];
                load_matrix_x4_transposed(b, laneValues + (j * 16 * Stride + i * 16) * 2);
                mma16816<f16>(sums[2 * i], weights, b[0], b[1]);
                mma16816<f16>(sums[2 * i + 1], weights, b[2], b[3]);
            }
        }
        __syncthreads();
    }

#pragma unroll
    for (int half = 0; half < 2; half++) {
        totals[half] += __shfl_xor_sync(FULL_WARP, totals[half], 1);
        totals[half] += __shfl_xor_sync(FULL_WARP, totals[half], 2);
        int t = token + half * 8;
        if (t >= count) continue;
        float* target = y + ((i64)(firstRow + t) * heads + head) * D + column;
        float factor = 1 / totals[half];
#pragma unroll
        for (int i = 0; i < D / 8; i++)
            *(float2*)(target + i * 8) = float2{sums[i][2 * half] * factor, sums[i][2 * half + 1] * factor};
    }
}

KERNEL(NAME(attention_prefill_f16_d, HEAD_DIM, ), THREADS)(float* __restrict__ y, const float* __restrict__ qkv,
    const f16* __restrict__ keys, const f16* __restrict__ values, const __grid_constant__ AttentionParameters p) {
    attention_prefill<HEAD_DIM>(y, qkv, keys, values, p);
}
