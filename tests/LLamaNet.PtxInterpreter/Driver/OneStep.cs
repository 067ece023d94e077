namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>Done when it is asked for the third time: the loop asks before it starts, before a step and after it.</summary>
internal sealed class OneStep : IAwaited
{
    private int _questions;

    public bool IsDone => ++_questions > 2;
}
