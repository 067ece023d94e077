using LLamaNet.Backends.Tracing;
using LLamaNet.Checkpoints;
using LLamaNet.Models;

namespace LLamaNet.Loading;

// A model that is ready to run, and how it came to be where it is. Trace: of its operations, if they are timed, and where it
// goes at the end, if the environment says.
internal sealed record LoadedModel(
    Transformer Transformer, ModelLimits Limits, TokenizerSource Tokenizer, GenerationDefaults Defaults, DeviceSelection Device,
    MemoryPlan Plan, IReadOnlyList<string> Warnings, TraceRecorder? Trace, TraceOutput? TraceOutput);
