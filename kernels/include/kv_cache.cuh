// Where a token's keys and values lie, and how it is rotated: what rope, store_kv and attention share.
#pragma once
#include "device.cuh"

#define PAGE_LENGTH 64

// Cosines and sines of every position: [positions, headDim / 2], F32.
struct RopeTable {
    const float* cosines;
    const float* sines;
};

// The first element of (position, kvHead) in a layer's keys or values: [page * kvHeads + kvHead][position % 64][headDim].
DEVICE i64 kv_offset(const int* pages, int position, int kvHead, int kvHeads, int headDim) {
    i64 row = ((i64)pages[position / PAGE_LENGTH] * kvHeads + kvHead) * PAGE_LENGTH + position % PAGE_LENGTH;
    return row * headDim;
}

// Turns (first, second) by the angle whose cosine and sine are given. One place, so that every kernel rounds alike.
DEVICE void rotate(float& first, float& second, float cosine, float sine) {
    float turned = fmaf(-second, sine, first * cosine);
    second = fmaf(second, cosine, first * sine);
    first = turned;
}
