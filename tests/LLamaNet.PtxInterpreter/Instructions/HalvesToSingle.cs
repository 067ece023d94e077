using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// f16: five bits of exponent, ten of fraction.
internal readonly struct HalvesToSingle : IVectorToSingle
{
    public static Vector256<float> Widen(Vector256<uint> bits)
    {
        Vector256<uint> magnitude = bits & Vector256.Create(0x7FFFu);
        // Exponent and fraction in the places of a float; the exponents are 112 apart, and subnormal halves come right, too.
        Vector256<uint> number = ((magnitude << 13).AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        Vector256<uint> special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7C00u));
        number = Vector256.ConditionalSelect(special, (magnitude << 13) | Vector256.Create(0x7F800000u), number);
        return (number | (bits >>> 15) << 31).AsSingle();
    }
}
