namespace LLamaNet.PtxInterpreter.Instructions;

// What an instruction with three operands does in one lane.
internal interface ITernary<TA, TB, TC, TResult>
{
    static abstract TResult Apply(TA a, TB b, TC c);
}
