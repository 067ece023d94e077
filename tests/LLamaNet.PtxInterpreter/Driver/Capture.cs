using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// Work being recorded from one stream and those that joined it.
internal sealed class Capture(SimulatedStream origin, int thread)
{
    private readonly List<GraphNode> _nodes = [];

    public SimulatedContext Context => Origin.Context;

    public SimulatedStream Origin { get; } = origin;

    // Managed id of the thread that began it.
    public int Thread { get; } = thread;

    // Something not allowed was done; only its end is possible.
    public bool IsInvalid { get; set; }

    public GraphNode[] Nodes => [.. _nodes];

    // Nodes that no other comes after: all must be before the end of the first stream.
    public bool IsJoined
    {
        get
        {
            HashSet<int> ends = Enumerable.Range(0, _nodes.Count).ToHashSet();
            foreach (GraphNode node in _nodes) ends.ExceptWith(node.After);
            return ends.IsSubsetOf(Origin.Tail);
        }
    }

    public int Add(in Work work, int[] after)
    {
        if (IsInvalid) throw new DriverErrorException(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture was made invalid");
        if (work.Kind == WorkKind.Graph || work.Staged is not null)
        {
            IsInvalid = true;
            throw new DriverErrorException(
                CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "graphs and copies of pageable memory cannot be captured");
        }

        _nodes.Add(new GraphNode(work, after));
        return _nodes.Count - 1;
    }
}
