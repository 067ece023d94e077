namespace LLamaNet.PtxInterpreter.Instructions;

// What an instruction with two operands does in one lane.
internal interface IBinary<TA, TB, TResult>
{
    static abstract TResult Apply(TA a, TB b);
}
