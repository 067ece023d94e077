using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// Widens eight numbers of 16 bits, each in the lower half of an element. Exact.
internal interface IVectorToSingle
{
    static abstract Vector256<float> Widen(Vector256<uint> bits);
}
