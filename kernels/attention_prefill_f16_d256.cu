// Attention of several tokens of a sequence on tensor cores, heads of 256: attention_prefill.cuh says how.
#include "attention_prefill.cuh"

ATTENTION_PREFILL(256)
