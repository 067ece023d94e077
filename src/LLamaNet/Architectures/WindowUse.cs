namespace LLamaNet.Architectures;

// The layers of an architecture that attend to a window of positions.
internal enum WindowUse
{
    None,

    // All, where the files name a window.
    EveryLayer,

    // Some, where the files switch the window on.
    SomeLayers,
}
