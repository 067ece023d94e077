using LLamaNet.Architectures;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Checkpoints.HuggingFace;
using LLamaNet.Checkpoints.Meta;
using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

// Checkpoints of a container that the test names, whatever is at the path.
internal static class OpenCheckpoint
{
    public static Checkpoint Gguf(string path) => new(GgufFiles.Open(path));

    public static Checkpoint Gguf(Stream stream, string name) => new(GgufFiles.Open(stream, name));

    public static Checkpoint HuggingFace(string folder) => new(HuggingFaceFiles.Open(folder));

    public static Checkpoint Meta(string folder) => new(MetaFiles.Open(folder));

    // The tensors by the names of GGUF files, whatever the container.
    public static Dictionary<string, MatrixSource> ByName(this Checkpoint checkpoint) =>
        checkpoint.Tensors.ToDictionary(pair => TensorNames.Gguf.Of(pair.Key), pair => pair.Value);
}
