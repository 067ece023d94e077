namespace LLamaNet.PtxInterpreter.Driver;

// Captured work and the nodes it comes after, by index, ascending.
internal sealed record GraphNode(Work Work, int[] After);
