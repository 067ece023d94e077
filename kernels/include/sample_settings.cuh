#pragma once
#include "device.cuh"

// How a token is drawn from one row of logits, as the host lays it out: 40 bytes.
struct SampleSettings {
    u64 seed, index;
    float temperature, topP, minP;
    int topK, vocabulary;
};
