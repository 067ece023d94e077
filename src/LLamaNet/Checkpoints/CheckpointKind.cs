namespace LLamaNet.Checkpoints;

// What a path holds.
internal enum CheckpointKind
{
    Gguf,

    // A folder with config.json and safetensors files.
    HuggingFace,

    // A folder with params.json and consolidated.NN.pth files.
    Meta,

    // One safetensors file, without a configuration beside it.
    Safetensors,

    // None of these.
    Other,
}
