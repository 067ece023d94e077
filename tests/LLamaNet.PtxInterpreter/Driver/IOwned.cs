namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>Something with a handle that was made in a context.</summary>
internal interface IOwned
{
    SimulatedContext Context { get; }
}
