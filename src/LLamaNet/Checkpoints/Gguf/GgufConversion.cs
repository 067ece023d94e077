using LLamaNet.Architectures;
using LLamaNet.Architectures.Mixes;
using LLamaNet.Architectures.Rope;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// Any checkpoint to one GGUF file with its matrices in another format. Norms and biases stay F32.
internal static class GgufConversion
{
    private const uint QuantizationVersion = 2;

    private static readonly string[] s_withRopeFactors = ["llama", "phi3", "granite"];

    // progress: bytes of the source read. Nothing is left behind by a failure or a cancellation.
    public static void Write(
        Checkpoint source,
        string destination,
        QuantizationMix mix,
        IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        CheckDestination(source, destination);
        WarnOfLlamaCpp(source);
        LlamaConfig config = source.Config;
        List<MatrixSource> tensors =
            [.. TensorNames.Gguf.Stored(config, source.Architecture).Select(stored => Convert(source, stored, mix))];
        long total = tensors.Sum(SourceBytes), done = 0;
        tensors.InsertRange(0, RopeFactors.Of(source.Path, config));
        GgufWriter.Write(destination, [.. Metadata(source, config, mix)], tensors, Report, cancellationToken);

        void Report(MatrixSource tensor, int rows)
        {
            if (tensor is not ConvertedMatrix converted) return;
            done += rows * converted.SourceRowBytes;
            progress?.Report(new LoadProgress(done, total));
        }
    }

    private static void CheckDestination(Checkpoint source, string destination)
    {
        string from = RealPath.Of(source.Path), to = RealPath.Of(destination);
        if (from == to || (Directory.Exists(from) && File.Exists(to) && Path.GetDirectoryName(to) == from))
            throw new ArgumentException($"{destination} is a file of the source.", nameof(destination));
        // It would be replaced by a file.
        if (to.StartsWith("/dev/", StringComparison.Ordinal) && !to.StartsWith("/dev/shm/", StringComparison.Ordinal))
            throw new ArgumentException($"{destination} is a device.", nameof(destination));
    }

    private static ConvertedMatrix Convert(Checkpoint source, StoredTensor stored, QuantizationMix mix)
    {
        MatrixSource[] parts =
        [
            .. stored.Parts.Select(part => RopeOrder.ToFile(
                source.Tensors[part.Id], part, source.Config, source.Pairing, source.Architecture.GgufPairing)),
        ];
        MatrixSource matrix = parts.Length == 1 ? parts[0] : new StackedMatrix(stored.Name, parts);
        DType chosen = FormatChoice.For(mix, stored, source.Config);
        return new ConvertedMatrix(source.Path, stored.Name, matrix, chosen);
    }

    private static long SourceBytes(MatrixSource tensor) => ((ConvertedMatrix)tensor).SourceRowBytes * tensor.Rows;

    private static IEnumerable<KeyValuePair<string, object>> Metadata(Checkpoint source, LlamaConfig config, QuantizationMix mix)
    {
        yield return new(GgufKeys.Architecture, source.Architecture.GgufName);
        yield return new(GgufKeys.Kind, GgufConfig.ModelKind);
        yield return new(GgufKeys.Name, source.Name);
        yield return new(GgufKeys.Alignment, (uint)GgufFile.DefaultAlignment);
        yield return new(GgufKeys.FileType, mix.FileType);
        yield return new(GgufKeys.QuantizationVersion, QuantizationVersion);
        foreach (KeyValuePair<string, object> pair in GgufConfig.Write(source.Path, config, source.Architecture))
            yield return pair;
        foreach (KeyValuePair<string, object> pair in Vocabulary(source)) yield return pair;

        if (source.ChatTemplate is { } template) yield return new(GgufKeys.ChatTemplate, template);
    }

    private static IEnumerable<KeyValuePair<string, object>> Vocabulary(Checkpoint source) => source.HasVocabulary
        ? GgufVocabulary.Write(GgufVocabularySize.Fit(
            source.ReadVocabulary(), source.Config.VocabularySize, source.Path, source.Warnings), source.Path, source.Warnings)
        : GgufVocabulary.WriteNone();

    // What the file says and llama.cpp does not compute.
    private static void WarnOfLlamaCpp(Checkpoint source)
    {
        (LlamaConfig config, string name) = (source.Config, source.Architecture.GgufName);
        if (config.RopeScaling is RopeScaling.Yarn and not { BetaFast: 32, BetaSlow: 1 })
            Warn("takes 32 and 1 for the ends of YaRN's ramp");
        if (config.SlidingWindow is not null && name != "phi3")
            Warn("attends to all positions, where this model has a sliding window");
        if (RopeFactors.Of(source.Path, config).Count > 0 && !s_withRopeFactors.Contains(name))
            Warn("refuses the tensors of scaled rotation");

        void Warn(string what) => source.Warnings.Add(source.Path, $"llama.cpp {what} in a file of architecture {name}");
    }
}
