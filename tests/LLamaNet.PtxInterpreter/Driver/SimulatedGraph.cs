namespace LLamaNet.PtxInterpreter.Driver;

internal sealed class SimulatedGraph(SimulatedContext context, GraphNode[] nodes) : IOwned
{
    public SimulatedContext Context { get; } = context;

    public GraphNode[] Nodes { get; } = nodes;

    public override string ToString() => $"graph of {Nodes.Length} nodes";
}
