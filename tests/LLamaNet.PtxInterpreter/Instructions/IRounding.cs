namespace LLamaNet.PtxInterpreter.Instructions;

// How a number becomes an integer.
internal interface IRounding
{
    static abstract MidpointRounding Mode { get; }
}
