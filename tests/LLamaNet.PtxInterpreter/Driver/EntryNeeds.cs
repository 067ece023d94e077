namespace LLamaNet.PtxInterpreter.Driver;

// What must hold for a call to be let in.
internal enum EntryNeeds
{
    Nothing,

    // cuInit was called.
    Initialisation,

    // The thread has a current context, and it is not lost.
    Context,

    // As before, and the thread is capturing no stream: the call might wait for the device.
    ContextOutsideCapture,
}
