namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>How a number becomes an integer.</summary>
internal interface IRounding
{
    static abstract MidpointRounding Mode { get; }
}
