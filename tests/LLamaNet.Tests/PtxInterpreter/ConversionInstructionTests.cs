using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Expected values follow from the PTX manual, "cvt": rounding, the range of integers, NaN, sign extension.
public sealed class ConversionInstructionTests
{
    [Theory]
    [InlineData("cvt.rni.s32.f32 %r0, %r1", 2.5f, 2)]
    [InlineData("cvt.rni.s32.f32 %r0, %r1", 3.5f, 4)]
    [InlineData("cvt.rzi.s32.f32 %r0, %r1", -2.9f, -2)]
    [InlineData("cvt.rmi.s32.f32 %r0, %r1", -2.1f, -3)]
    [InlineData("cvt.rpi.s32.f32 %r0, %r1", 2.1f, 3)]
    [InlineData("cvt.rzi.s32.f32 %r0, %r1", 1e20f, int.MaxValue)]
    [InlineData("cvt.rzi.s32.f32 %r0, %r1", -1e20f, int.MinValue)]
    [InlineData("cvt.rzi.s32.f32 %r0, %r1", float.NaN, 0)]
    [InlineData("cvt.rzi.u32.f32 %r0, %r1", -5f, 0)]
    [InlineData("cvt.rzi.u32.f32 %r0, %r1", 1e20f, -1)]
    [InlineData("cvt.rni.s8.f32 %r0, %r1", 300f, 127)]
    [InlineData("cvt.rni.s8.f32 %r0, %r1", -300f, -128)]
    [InlineData("cvt.rni.u8.f32 %r0, %r1", 300f, 255)]
    [InlineData("cvt.rzi.s16.f32 %h0, %r1; cvt.s32.s16 %r0, %h0", -40000f, -32768)]
    public void Float_to_integer(string instruction, float a, int expected) =>
        Assert.Equal(expected, (int)Instruction.Run(instruction, BitConverter.SingleToUInt32Bits(a)));

    [Theory]
    [InlineData("cvt.rni.f32.f32 %r0, %r1", 2.5f, 2)]
    [InlineData("cvt.rni.f32.f32 %r0, %r1", -0.4f, -0f)]
    [InlineData("cvt.rzi.f32.f32 %r0, %r1", -2.9f, -2)]
    [InlineData("cvt.rmi.f32.f32 %r0, %r1", 2.9f, 2)]
    [InlineData("cvt.rpi.f32.f32 %r0, %r1", 2.1f, 3)]
    [InlineData("cvt.sat.f32.f32 %r0, %r1", 1.5f, 1)]
    [InlineData("cvt.sat.f32.f32 %r0, %r1", float.NaN, 0)]
    [InlineData("cvt.ftz.f32.f32 %r0, %r1", -1e-40f, -0f)]
    public void Float_to_float(string instruction, float a, float expected) =>
        Assert.Equal(
            BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(Instruction.RunFloat(instruction, a)));

    [Theory]
    [InlineData("cvt.rn.f32.s32 %r0, %r1", 0xFFFFFFFF, -1f)]
    [InlineData("cvt.rn.f32.u32 %r0, %r1", 0xFFFFFFFF, 4294967296f)]
    [InlineData("cvt.rn.f32.u32 %r0, %r1", 0x01000001, 16777216f)]
    [InlineData("cvt.rn.f32.u32 %r0, %r1", 0x01000003, 16777220f)]
    [InlineData("cvt.rn.f32.s8 %r0, %r1", 0x12345680, -128f)]
    [InlineData("cvt.rn.f32.u8 %r0, %r1", 0x12345680, 128f)]
    [InlineData("cvt.rn.f32.s16 %r0, %h1", 0x8000, -32768f)]
    [InlineData("cvt.rn.f32.u16 %r0, %h1", 0x8000, 32768f)]
    public void Integer_to_float(string instruction, uint a, float expected) =>
        Assert.Equal(expected, BitConverter.UInt32BitsToSingle(Instruction.Run(instruction, a)));

    [Theory]
    [InlineData("cvt.s32.s8 %r0, %r1", 0x12345680, 0xFFFFFF80)]
    [InlineData("cvt.u32.u8 %r0, %r1", 0x12345680, 0x80)]
    [InlineData("cvt.s32.s16 %r0, %r1", 0x12348000, 0xFFFF8000)]
    [InlineData("cvt.u32.u16 %r0, %h1", 0x12348000, 0x8000)]
    [InlineData("cvt.s16.s8 %h0, %h1; cvt.u32.u16 %r0, %h0", 0x80, 0xFF80)]
    [InlineData("cvt.s8.s32 %r0, %r1", 0x12345680, 0xFFFFFF80)]
    [InlineData("cvt.u8.u32 %r0, %r1", 0x12345680, 0x80)]
    [InlineData("cvt.sat.s8.s32 %r0, %r1", 0x12345680, 0x7F)]
    [InlineData("cvt.sat.u8.s32 %r0, %r1", 0xFFFFFFFF, 0)]
    [InlineData("cvt.sat.u16.u32 %h0, %r1; cvt.u32.u16 %r0, %h0", 0x12345, 0xFFFF)]
    public void Integer_to_integer(string instruction, uint a, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a));

    [Fact]
    public void Conversions_of_64_bits_extend_signs_and_round_as_told()
    {
        Assert.Equal(0xFFFFFFFFFFFFFFFEUL, Instruction.RunLong("cvt.s64.s32 %w0, %r1", 0xFFFFFFFE));
        Assert.Equal(0x00000000FFFFFFFEUL, Instruction.RunLong("cvt.u64.u32 %w0, %r1", 0x1FFFFFFFE));
        Assert.Equal(0xFFFFFFFFFFFFFF80UL, Instruction.RunLong("cvt.s64.s8 %w0, %w1", 0x1280));
        Assert.Equal(0xFFFFFFFFFFFF8000UL, Instruction.RunLong("cvt.s64.s16 %w0, %w1", 0x128000));
        Assert.Equal(5UL, Instruction.RunLong("cvt.rzi.u64.f64 %w0, %w1", BitConverter.DoubleToUInt64Bits(5.9)));
        Assert.Equal(1.5, Instruction.RunDouble("cvt.rn.f32.f64 %r5, %w1; cvt.f64.f32 %w0, %r5", 1.5));
        Assert.Equal(-7, Instruction.RunDouble("cvt.rn.f64.s64 %w0, %w1", BitConverter.UInt64BitsToDouble(unchecked((ulong)-7))));
        Assert.Equal(2, Instruction.RunDouble("cvt.rni.f64.f64 %w0, %w1", 2.5));
    }

    [Theory]
    [InlineData(1f, 0x3C00)]
    [InlineData(65504f, 0x7BFF)]
    [InlineData(65519f, 0x7BFF)]
    [InlineData(65520f, 0x7C00)] // half way to the next: to even, which is infinity
    [InlineData(5.9604645e-8f, 0x0001)]
    [InlineData(2.9802322e-8f, 0x0000)] // half of the smallest: to even
    [InlineData(1.00048828125f, 0x3C00)] // half a unit: to even
    [InlineData(1.00146484375f, 0x3C02)]
    [InlineData(-2f, 0xC000)]
    [InlineData(float.NaN, 0x7FFF)]
    public void Float_to_half(float a, ushort expected)
    {
        var bits = BitConverter.SingleToUInt32Bits(a);
        Assert.Equal(expected, Instruction.RunShort("cvt.rn.f16.f32 %h0, %r1", bits));
        Assert.Equal((uint)expected << 16, Instruction.Run("cvt.rn.f16x2.f32 %r0, %r1, %r2", bits, 0));
    }

    [Theory]
    [InlineData(1.0009765f, 0x3C00)]
    [InlineData(1e6f, 0x7BFF)]
    [InlineData(-1.00146484375f, 0xBC01)]
    [InlineData(float.PositiveInfinity, 0x7C00)]
    public void Float_to_half_toward_zero(float a, ushort expected) =>
        Assert.Equal(expected, Instruction.RunShort("cvt.rz.f16.f32 %h0, %r1", BitConverter.SingleToUInt32Bits(a)));

    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(1.00390625f, 0x3F80)] // half a unit: to even
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(3.4e38f, 0x7F80)]
    [InlineData(float.NaN, 0x7FFF)]
    public void Float_to_bfloat(float a, ushort expected)
    {
        var bits = BitConverter.SingleToUInt32Bits(a);
        Assert.Equal(expected, Instruction.RunShort("cvt.rn.bf16.f32 %h0, %r1", bits));
        Assert.Equal(expected, Instruction.Run("cvt.rn.bf16x2.f32 %r0, %r2, %r1", bits, 0));
        Assert.Equal((ushort)(float.IsNaN(a) ? 0x7FFF : bits >> 16), Instruction.RunShort("cvt.rz.bf16.f32 %h0, %r1", bits));
    }

    [Fact]
    public void Every_half_becomes_its_float()
    {
        var program = PtxProgram.Of("""
            cvt.u16.u32 %h1, %t; mov.u32 %r1, %ctaid.x; cvt.u16.u32 %h2, %r1; shl.b16 %h2, %h2, 10; or.b16 %h1, %h1, %h2;
            cvt.f32.f16 %r2, %h1; mul.wide.u16 %r3, %h1, 4; cvt.u64.u32 %w1, %r3; add.s64 %w1, %d, %w1; st.global.f32 [%w1], %r2;
            """);
        var floats = program.Run<float>([0], 65536, 1024, new(64));
        for (var i = 0; i < floats.Length; i++)
        {
            // sign * 2^(e - 15) * 1.f, or 2^-14 * 0.f
            int exponent = i >> 10 & 31, fraction = i & 1023;
            var magnitude = exponent == 31 ? fraction == 0 ? double.PositiveInfinity : double.NaN
                : exponent == 0 ? Math.ScaleB(fraction, -24) : Math.ScaleB(1024 + fraction, exponent - 25);
            Assert.Equal((float)(i >> 15 == 0 ? magnitude : -magnitude), floats[i]);
        }
    }
}
