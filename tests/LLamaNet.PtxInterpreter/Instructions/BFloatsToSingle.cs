using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// bf16: the upper half of a float.
internal readonly struct BFloatsToSingle : IVectorToSingle
{
    public static Vector256<float> Widen(Vector256<uint> bits) => (bits << 16).AsSingle();
}
