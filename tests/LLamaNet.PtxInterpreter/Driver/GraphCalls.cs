using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

internal sealed unsafe class GraphCalls(DriverState state)
{
    public void AddTo(EntryTable table)
    {
        table.Add(
            "cuGraphInstantiateWithFlags", EntryNeeds.Context, (instance, graph, flags) => *(nint*)instance = Instantiate(graph));
        table.Add(
            "cuGraphExecUpdate_v2", EntryNeeds.Context, (instance, graph, details) => Update(instance, graph), since: 12000);
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

    private void Update(nint instance, nint graph)
    {
        if (!state.Handles.Get<SimulatedGraphInstance>(instance).TryUpdate(state.Handles.Get<SimulatedGraph>(graph).Nodes))
            throw new DriverErrorException(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, "the graphs differ in nodes or order");
    }

    private void Launch(nint handle, nint stream)
    {
        SimulatedGraphInstance instance = state.Handles.Get<SimulatedGraphInstance>(handle);
        state.Handles.Get<SimulatedStream>(stream).Add(new Work(WorkKind.Graph) { Nodes = instance.Nodes });
        state.Counters.GraphLaunches++;
    }
}
