namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>Something that queued work brings about.</summary>
internal interface IAwaited
{
    bool IsDone { get; }
}
