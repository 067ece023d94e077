namespace LLamaNet.PtxInterpreter.Driver;

internal sealed class SimulatedGraphInstance(SimulatedContext context, GraphNode[] nodes) : IOwned
{
    public SimulatedContext Context { get; } = context;

    // Launches that are queued keep the nodes they were launched with.
    public GraphNode[] Nodes { get; } = nodes;

    public override string ToString() => $"graph instance of {Nodes.Length} nodes";
}
