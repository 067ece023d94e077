namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>What an instruction with one operand does in one lane.</summary>
internal interface IUnary<TA, TResult>
{
    static abstract TResult Apply(TA a);
}
