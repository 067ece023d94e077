// Attention of one token, heads of any even size up to 256, in F16 and F32: attention_decode.cuh says how.
#include "attention_decode.cuh"

ATTENTION_DECODE(attention_decode_f16_even_h2, f16, 2, 32, 2)
ATTENTION_DECODE(attention_decode_f32_even_h2, float, 2, 32, 2)
