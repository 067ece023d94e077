namespace LLamaNet;

/// <summary>How far loading has come.</summary>
/// <param name="Bytes">Bytes of weights read so far.</param>
/// <param name="TotalBytes">Bytes of weights to read.</param>
public readonly record struct LoadProgress(long Bytes, long TotalBytes);
