using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// A comparison in one lane, and in a vector of lanes with all bits set where it holds.
internal interface IComparison<T>
    where T : unmanaged
{
    static abstract bool Apply(T a, T b);

    static abstract Vector256<T> Apply(Vector256<T> a, Vector256<T> b);
}
