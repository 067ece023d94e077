using LLamaNet.Checkpoints;
using LLamaNet.Models;

namespace LLamaNet.Loading;

// A model that is ready to run, and how it came to be where it is.
internal sealed record LoadedModel(
    Transformer Transformer, ModelLimits Limits, ModelTokenizer? Tokenizer, GenerationDefaults Defaults, DeviceSelection Device,
    MemoryPlan Plan);
