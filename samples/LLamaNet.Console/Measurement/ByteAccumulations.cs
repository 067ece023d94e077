using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Console.Measurement;

// Products of bytes, as quantized weights need them. Sums may overflow: only the time matters.
internal static class ByteAccumulations
{
    // maddubs and paddw on 512 bits: 64 products, summed in pairs, and 32 more sums.
    internal readonly struct Pairs512 : IAccumulation<Vector512<byte>>
    {
        // A runtime that prefers narrower registers on this CPU has its reasons.
        public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;

        public static int Operations => 128;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<byte> Fill(int value) => Vector512.Create((byte)value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<byte> Step(Vector512<byte> accumulator, Vector512<byte> operand) =>
            (accumulator.AsInt16() + Avx512BW.MultiplyAddAdjacent(accumulator, operand.AsSByte())).AsByte();
    }

    // vpdpbusd on 256 bits: 32 products and as many sums.
    internal readonly struct Quads256 : IAccumulation<Vector256<byte>>
    {
        public static bool IsSupported => AvxVnni.IsSupported;

        public static int Operations => 64;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Fill(int value) => Vector256.Create((byte)value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Step(Vector256<byte> accumulator, Vector256<byte> operand) =>
            AvxVnni.MultiplyWideningAndAdd(accumulator.AsInt32(), operand, operand.AsSByte()).AsByte();
    }

    internal readonly struct Pairs256 : IAccumulation<Vector256<byte>>
    {
        public static bool IsSupported => Avx2.IsSupported;

        public static int Operations => 64;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Fill(int value) => Vector256.Create((byte)value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Step(Vector256<byte> accumulator, Vector256<byte> operand) =>
            (accumulator.AsInt16() + Avx2.MultiplyAddAdjacent(accumulator, operand.AsSByte())).AsByte();
    }

    internal readonly struct Pairs128 : IAccumulation<Vector128<byte>>
    {
        public static bool IsSupported => Ssse3.IsSupported;

        public static int Operations => 32;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Fill(int value) => Vector128.Create((byte)value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Step(Vector128<byte> accumulator, Vector128<byte> operand) =>
            (accumulator.AsInt16() + Ssse3.MultiplyAddAdjacent(accumulator, operand.AsSByte())).AsByte();
    }

    // ARM's sdot: 16 products and as many sums.
    internal readonly struct Quads128 : IAccumulation<Vector128<byte>>
    {
        public static bool IsSupported => Dp.IsSupported;

        public static int Operations => 32;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Fill(int value) => Vector128.Create((byte)value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Step(Vector128<byte> accumulator, Vector128<byte> operand) =>
            Dp.DotProduct(accumulator.AsInt32(), operand.AsSByte(), operand.AsSByte()).AsByte();
    }

    // Any machine: bytes that were widened to shorts.
    internal readonly struct Shorts128 : IAccumulation<Vector128<byte>>
    {
        public static bool IsSupported => true;

        public static int Operations => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Fill(int value) => Vector128.Create((byte)value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Step(Vector128<byte> accumulator, Vector128<byte> operand) =>
            (accumulator.AsInt16() + accumulator.AsInt16() * operand.AsInt16()).AsByte();
    }
}
