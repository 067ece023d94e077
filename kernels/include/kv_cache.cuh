// The place of a token's keys and values, and its rotation, for rope, store_kv and attention.
#pragma once
#include "device.cuh"

#define PAGE_LENGTH 64

// Modules for layers with a window are compiled apart: those for all other layers have nothing to do with it.
#ifdef WINDOW
#define HAS_WINDOW true
#else
#define HAS_WINDOW false
#endif

// Cosines and sines of every position: [positions, headDim / 2], F32.
struct RopeTable {
    const float* cosines;
    const float* sines;
};

// A batch and the shape of its attention, for every kernel that takes q | k | v. AttentionParameters.cs is the same in C#.
struct AttentionParameters {
    const int* positions;      // [rows]
    const int* segmentOf;      // [rows]
    const int* firstRows;      // [segments + 1]
    const int* firstPositions; // [segments]
    const RopeTable* ropes;    // [segments]; null: q and k are rotated already, k and v stored
    const int* pages;          // [segments, pageStride]
    int pageStride;
    int heads;
    int kvHeads;
    int headDim;
    float queryScale; // log2(e) times the scale of the scores: these are exponents of 2
    int window; // with HAS_WINDOW: the query at position q sees key k when 0 <= q - k < window

    // The first key that the query at a position sees.
    __device__ __forceinline__ int first_key(int position) const { return HAS_WINDOW ? max(0, position + 1 - window) : 0; }

    // The kernel only reads the batch: __ldg says so to the compiler, which sees no __restrict__ in a struct.
    __device__ __forceinline__ int position(int row) const { return __ldg(positions + row); }
    __device__ __forceinline__ int segment_of(int row) const { return __ldg(segmentOf + row); }
    __device__ __forceinline__ int first_row(int segment) const { return __ldg(firstRows + segment); }
    __device__ __forceinline__ int first_position(int segment) const { return __ldg(firstPositions + segment); }
    __device__ __forceinline__ int qkv_width() const { return (heads + 2 * kvHeads) * headDim; }
    __device__ __forceinline__ const int* pages_of(int segment) const { return pages + (i64)segment * pageStride; }
};

// The first element of (position, kvHead) in a layer's keys or values: [page * kvHeads + kvHead][position % 64][headDim].
DEVICE i64 kv_offset(const int* pages, int position, int kvHead, int kvHeads, int headDim) {
    i64 row = ((i64)__ldg(pages + position / PAGE_LENGTH) * kvHeads + kvHead) * PAGE_LENGTH + position % PAGE_LENGTH;
    return row * headDim;
}

// Rotates (first, second) by the angle whose cosine and sine are given. One place, so that every kernel rounds alike.
DEVICE void rotate(float& first, float& second, float cosine, float sine) {
    float rotated = fmaf(-second, sine, first * cosine);
    second = fmaf(second, cosine, first * sine);
    first = rotated;
}
