using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// An operation on two operands that also has a form for a vector of lanes.
internal interface IVectorBinary<T> : IBinary<T, T, T>
    where T : unmanaged
{
    static abstract Vector256<T> Apply(Vector256<T> a, Vector256<T> b);
}
