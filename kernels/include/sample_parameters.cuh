#pragma once
#include "device.cuh"

// How a token is drawn from one row of logits. SampleParameters.cs is the same in C#.
struct SampleParameters {
    u64 seed, index;
    float temperature, topP, minP;
    int topK, vocabulary;
};
