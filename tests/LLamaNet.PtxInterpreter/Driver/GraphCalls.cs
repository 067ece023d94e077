namespace LLamaNet.PtxInterpreter.Driver;

internal sealed unsafe class GraphCalls(DriverState state)
{
    public void AddTo(EntryTable table)
    {
        table.Add(
            "cuGraphInstantiateWithFlags", EntryNeeds.Context, (instance, graph, flags) => *(nint*)instance = Instantiate(graph));
        table.Add("cuGraphLaunch", EntryNeeds.Context, Launch);
        table.Add("cuGraphDestroy", EntryNeeds.Context, graph => state.Handles.Remove<SimulatedGraph>(graph));
        table.Add("cuGraphExecDestroy", EntryNeeds.Context, instance => state.Handles.Remove<SimulatedGraphInstance>(instance));
    }

    private nint Instantiate(nint handle)
    {
        SimulatedGraph graph = state.Handles.Get<SimulatedGraph>(handle);
        state.Counters.GraphsInstantiated++;
        return state.Handles.Add(new SimulatedGraphInstance(graph.Context, graph.Nodes));
    }

    private void Launch(nint handle, nint stream)
    {
        SimulatedGraphInstance instance = state.Handles.Get<SimulatedGraphInstance>(handle);
        state.Handles.Get<SimulatedStream>(stream).Add(new Work(WorkKind.Graph) { Nodes = instance.Nodes });
        state.Counters.GraphLaunches++;
    }
}
