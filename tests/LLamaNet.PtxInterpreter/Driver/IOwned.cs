namespace LLamaNet.PtxInterpreter.Driver;

// Something with a handle that was made in a context.
internal interface IOwned
{
    SimulatedContext Context { get; }
}
