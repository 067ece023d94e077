namespace LLamaNet;

/// <summary>One tensor of a checkpoint.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Its number format, in the file's words.</param>
/// <param name="Shape">Sizes, slowest first; empty for a scalar.</param>
/// <param name="Bytes">Its size in the file.</param>
public sealed record TensorSummary(string Name, string Type, IReadOnlyList<long> Shape, long Bytes);
