"""Speed of a transformers LLaMA with the shape of 7B and random weights in F16, in the form that `llamanet bench --json` writes.

Nothing is downloaded. Prompts of 512 and 2048 tokens, then 128 tokens one by one: the best of three runs each, after one
to warm up.
"""

import json
import time

import torch
import transformers

PROMPTS = (512, 2048)
GENERATED = 128
DECODE_PROMPT = 8
REPETITIONS = 3


def make_model():
    config = transformers.LlamaConfig(
        vocab_size=32000, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32, num_attention_heads=32,
        num_key_value_heads=32, max_position_embeddings=4096, rms_norm_eps=1e-5)
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float16)
    with torch.device("cuda"):
        model = transformers.LlamaForCausalLM(config)
    return model.eval()


def best_seconds(run):
    run()
    best = float("inf")
    for _ in range(REPETITIONS):
        torch.cuda.synchronize()
        started = time.perf_counter()
        run()
        torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    return best


def prefill(model, tokens):
    ids = torch.randint(0, 32000, (1, tokens), device="cuda")
    return best_seconds(lambda: model(ids, use_cache=True, logits_to_keep=1))


def decode(model):
    ids = torch.randint(0, 32000, (1, DECODE_PROMPT), device="cuda")
    state = {}

    def start():
        out = model(ids, use_cache=True, logits_to_keep=1)
        state["cache"], state["next"] = out.past_key_values, out.logits[:, -1:].argmax(-1)

    def steps():
        for _ in range(GENERATED - 1):
            out = model(state["next"], past_key_values=state["cache"], use_cache=True)
            state["cache"], state["next"] = out.past_key_values, out.logits[:, -1:].argmax(-1)

    best = float("inf")
    for _ in range(REPETITIONS + 1):
        start()
        torch.cuda.synchronize()
        started = time.perf_counter()
        steps()
        torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    return best


def line(kind, tokens, rate):
    return {
        "name": f"transformers {transformers.__version__}, torch {torch.__version__}", "device": torch.cuda.get_device_name(0),
        "kind": kind, "model": "7B", "type": "F16", "tokens": tokens, "threads": 1, "tokensPerSecond": rate}


def main():
    with torch.inference_mode():
        model = make_model()
        lines = [line("prefill", tokens, tokens / prefill(model, tokens)) for tokens in PROMPTS]
        lines.append(line("decode", GENERATED, (GENERATED - 1) / decode(model)))
    print(json.dumps(lines, indent=2))


if __name__ == "__main__":
    main()
