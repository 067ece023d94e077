namespace LLamaNet.Tests.PtxInterpreter;

/// <summary>One instruction, executed by one thread.</summary>
internal static class Instruction
{
    /// <summary>Operands of 32 bits are in %r1, %r2, ... (and their lower halves in %h1, ...); the result is %r0.</summary>
    public static uint Run(string instruction, params uint[] operands)
    {
        var loads = string.Concat(operands.Select((_, i) =>
            $"ld.global.u32 %r{i + 1}, [%a+{4 * i}]; cvt.u16.u32 %h{i + 1}, %r{i + 1};\n"));
        return PtxProgram.Of($"{loads}{instruction}; st.global.u32 [%d], %r0;").Run(operands);
    }

    /// <summary>The result of 16 bits is %h0.</summary>
    public static ushort RunShort(string instruction, params uint[] operands) =>
        (ushort)Run(instruction + "; cvt.u32.u16 %r0, %h0", operands);

    /// <summary>The result is %p0.</summary>
    public static bool RunPredicate(string instruction, params uint[] operands) =>
        Run(instruction + "; selp.u32 %r0, 1, 0, %p0", operands) == 1;

    /// <summary>Operands of 64 bits are in %w1, %w2, ...; the result is %w0.</summary>
    public static ulong RunLong(string instruction, params ulong[] operands)
    {
        var loads = string.Concat(operands.Select((_, i) =>
            $"ld.global.u64 %w{i + 1}, [%a+{8 * i}]; cvt.u32.u64 %r{i + 1}, %w{i + 1};\n"));
        return PtxProgram.Of($"{loads}{instruction}; st.global.u64 [%d], %w0;").Run(operands, 1, 1)[0];
    }

    public static float RunFloat(string instruction, params float[] operands) =>
        BitConverter.UInt32BitsToSingle(Run(instruction, Array.ConvertAll(operands, BitConverter.SingleToUInt32Bits)));

    public static double RunDouble(string instruction, params double[] operands) =>
        BitConverter.UInt64BitsToDouble(RunLong(instruction, Array.ConvertAll(operands, BitConverter.DoubleToUInt64Bits)));
}
