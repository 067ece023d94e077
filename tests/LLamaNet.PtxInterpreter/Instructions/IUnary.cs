namespace LLamaNet.PtxInterpreter.Instructions;

// What an instruction with one operand does in one lane.
internal interface IUnary<TA, TResult>
{
    static abstract TResult Apply(TA a);
}
