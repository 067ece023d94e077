using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.Console.Measurement;

// Products of 32-bit floats: fused with the addition where the CPU does that.
internal static class FloatAccumulations
{
    // Sums grow too slowly to become infinite, and never become subnormal.
    private const float Unit = 1f / 1024;

    internal readonly struct Singles512 : IAccumulation<Vector512<float>>
    {
        public static bool IsSupported => Vector512.IsHardwareAccelerated;

        public static int Operations => 32;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Fill(int value) => Vector512.Create(value * Unit);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Step(Vector512<float> accumulator, Vector512<float> operand) =>
            Vector512.MultiplyAddEstimate(operand, operand, accumulator);
    }

    internal readonly struct Singles256 : IAccumulation<Vector256<float>>
    {
        public static bool IsSupported => Vector256.IsHardwareAccelerated;

        public static int Operations => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Fill(int value) => Vector256.Create(value * Unit);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Step(Vector256<float> accumulator, Vector256<float> operand) =>
            Vector256.MultiplyAddEstimate(operand, operand, accumulator);
    }

    internal readonly struct Singles128 : IAccumulation<Vector128<float>>
    {
        public static bool IsSupported => true;

        public static int Operations => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Fill(int value) => Vector128.Create(value * Unit);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Step(Vector128<float> accumulator, Vector128<float> operand) =>
            Vector128.MultiplyAddEstimate(operand, operand, accumulator);
    }
}
