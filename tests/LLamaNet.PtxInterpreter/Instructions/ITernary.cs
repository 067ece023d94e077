namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>What an instruction with three operands does in one lane.</summary>
internal interface ITernary<TA, TB, TC, TResult>
{
    static abstract TResult Apply(TA a, TB b, TC c);
}
