using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// An operation on three operands that also has a form for a vector of lanes.
internal interface IVectorTernary<T> : ITernary<T, T, T, T>
    where T : unmanaged
{
    static abstract Vector256<T> Apply(Vector256<T> a, Vector256<T> b, Vector256<T> c);
}
