namespace LLamaNet.PtxInterpreter.Driver;

internal sealed class SimulatedGraphInstance(SimulatedContext context, GraphNode[] nodes) : IOwned
{
    public SimulatedContext Context { get; } = context;

    /// <summary>Launches that are queued keep the nodes they were launched with.</summary>
    public GraphNode[] Nodes { get; private set; } = nodes;

    /// <summary>Takes other arguments and launch shapes; not other kinds of nodes nor another order.</summary>
    public bool TryUpdate(GraphNode[] nodes)
    {
        if (nodes.Length != Nodes.Length) return false;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (nodes[i].Work.Kind != Nodes[i].Work.Kind || !nodes[i].After.AsSpan().SequenceEqual(Nodes[i].After)) return false;
        }

        Nodes = nodes;
        return true;
    }

    public override string ToString() => $"graph instance of {Nodes.Length} nodes";
}
