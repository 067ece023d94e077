namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>What must hold for a call to be let in.</summary>
internal enum EntryNeeds
{
    Nothing,

    /// <summary>cuInit was called.</summary>
    Initialisation,

    /// <summary>The thread has a current context, and it is not lost.</summary>
    Context,

    /// <summary>As before, and the thread is capturing no stream: the call might wait for the device.</summary>
    ContextOutsideCapture,
}
