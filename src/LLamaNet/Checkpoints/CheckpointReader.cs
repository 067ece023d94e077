namespace LLamaNet.Checkpoints;

// Finds out what a path holds, by magic bytes and folder contents, and opens it.
internal static class CheckpointReader
{
    public static Checkpoint Open(string path) => throw new NotImplementedException(path);

    public static CheckpointSummary Inspect(string path) => throw new NotImplementedException(path);

    public static LlamaTokenizer ReadTokenizer(string path) => throw new NotImplementedException(path);
}
