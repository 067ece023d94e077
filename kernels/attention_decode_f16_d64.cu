// Attention of one token, heads of up to 64 elements (multiples of 8) in F16: attention_decode.cuh says how.
#include "attention_decode.cuh"

ATTENTION_DECODE(attention_decode_f16_d64_h1, f16, 8, 8, 1)
ATTENTION_DECODE(attention_decode_f16_d64_h4, f16, 8, 8, 4)
