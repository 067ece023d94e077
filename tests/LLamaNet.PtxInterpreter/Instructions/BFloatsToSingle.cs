using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>bf16: the upper half of a float.</summary>
internal readonly struct BFloatsToSingle : IVectorToSingle
{
    public static Vector256<float> Widen(Vector256<uint> bits) => (bits << 16).AsSingle();
}
