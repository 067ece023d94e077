namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>What an instruction with two operands does in one lane.</summary>
internal interface IBinary<TA, TB, TResult>
{
    static abstract TResult Apply(TA a, TB b);
}
