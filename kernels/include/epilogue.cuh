// The end of a product: its sums s go to y.
#pragma once
#include "exponential.cuh"

// y = s, y += s, or y = silu(s of row r) * (s of row r + rows / 2).
enum Epilogue { STORE, ADD, SWIGLU };

DEVICE float swiglu(float gate, float up) { return gate / (1 + exp_f32(-gate)) * up; }
