namespace LLamaNet.PtxInterpreter.Driver;

// Something that queued work brings about.
internal interface IAwaited
{
    bool IsDone { get; }
}
