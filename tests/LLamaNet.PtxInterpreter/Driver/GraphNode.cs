namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>Captured work and the nodes it comes after, by index, ascending.</summary>
internal sealed record GraphNode(Work Work, int[] After);
