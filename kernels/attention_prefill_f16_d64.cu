// Attention of several tokens of a sequence on tensor cores, heads of 64: attention_prefill.cuh says how.
#include "attention_prefill.cuh"

ATTENTION_PREFILL(64)
