// exp(x) in f32 to about one unit in the last place, where ex2.approx of a product would lose the product's rounding.
#pragma once
#include "device.cuh"

// x = n ln 2 + r, |r| <= ln 2 / 2: exp(x) = 2^n exp(r), exp(r) by its series to r^7 (next term: 2^-28 of the result).
// ln 2 in two parts, the first with trailing zeros, so that n times it is exact. 2^n in two factors: n reaches 150.
// Below -104 the result is 0, above 104 infinity. NaN gives either: callers carry it through another operand.
DEVICE float exp_f32(float x) {
    x = fminf(fmaxf(x, -104.0f), 104.0f);
    float n = rintf(x * 1.4426950408889634f);
    float r = fmaf(n, -0.693359375f, x);
    r = fmaf(n, 2.12194440e-4f, r);
    float p = 1.9841270e-4f;
    p = fmaf(p, r, 1.3888889e-3f);
    p = fmaf(p, r, 8.3333333e-3f);
    p = fmaf(p, r, 4.1666667e-2f);
    p = fmaf(p, r, 1.6666667e-1f);
    p = fmaf(p, r, 0.5f);
    p = fmaf(p, r, 1.0f);
    p = fmaf(p, r, 1.0f);
    int whole = (int)n, half = whole >> 1;
    return p * bits_to_f32((u32)(half + 127) << 23) * bits_to_f32((u32)(whole - half + 127) << 23);
}
