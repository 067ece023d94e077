namespace LLamaNet.PtxInterpreter.Driver;

internal enum WorkKind
{
    Kernel,
    CopyToDevice,
    CopyFromDevice,
    CopyOnDevice,
    Fill,
    Graph,
    RecordEvent,
    WaitForEvent,
}
