using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Expected values follow from the PTX manual, "Floating-Point Instructions": rounding, subnormals, saturation and NaN.
public sealed class FloatInstructionTests
{
    private const uint CanonicalNaN = 0x7FFFFFFF;
    private const float Subnormal = 1e-40f;

    [Theory]
    [InlineData("add.f32 %r0, %r1, %r2", 1, 5.9604645e-8f, 1)] // half a unit in the last place: to even
    [InlineData("add.rn.f32 %r0, %r1, %r2", 1.0000001f, 5.9604645e-8f, 1.0000002f)]
    [InlineData("sub.f32 %r0, %r1, %r2", 3, 5, -2)]
    [InlineData("mul.f32 %r0, %r1, %r2", 3, 5, 15)]
    [InlineData("div.rn.f32 %r0, %r1, %r2", 1, 3, 0.33333334f)]
    [InlineData("div.rn.f32 %r0, %r1, %r2", -1, 0, float.NegativeInfinity)]
    [InlineData("add.sat.f32 %r0, %r1, %r2", 0.75f, 0.75f, 1)]
    [InlineData("sub.sat.f32 %r0, %r1, %r2", 0.25f, 0.75f, 0)]
    [InlineData("mul.ftz.f32 %r0, %r1, %r2", 1e-30f, -1e-10f, -0f)]
    [InlineData("add.ftz.f32 %r0, %r1, %r2", Subnormal, Subnormal, 0)]
    [InlineData("add.f32 %r0, %r1, %r2", Subnormal, Subnormal, Subnormal + Subnormal)]
    [InlineData("min.f32 %r0, %r1, %r2", 1, float.NaN, 1)]
    [InlineData("max.f32 %r0, %r1, %r2", float.NaN, -1, -1)]
    [InlineData("max.f32 %r0, %r1, %r2", -0f, 0, 0)]
    [InlineData("min.f32 %r0, %r1, %r2", 0, -0f, -0f)]
    [InlineData("max.ftz.f32 %r0, %r1, %r2", -Subnormal, -1, -0f)]
    [InlineData("copysign.f32 %r0, %r1, %r2", -1, 5, -5)]
    public void Two_floats_give_the_documented_result(string instruction, float a, float b, float expected) =>
        Assert.Equal(
            BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(Instruction.RunFloat(instruction, a, b)));

    [Theory]
    [InlineData("min.f32 %r0, %r1, %r2", float.NaN, float.NaN)]
    [InlineData("max.NaN.f32 %r0, %r1, %r2", 1, float.NaN)]
    [InlineData("min.NaN.f32 %r0, %r1, %r2", float.NaN, 1)]
    public void The_canonical_NaN(string instruction, float a, float b) =>
        Assert.Equal(CanonicalNaN, BitConverter.SingleToUInt32Bits(Instruction.RunFloat(instruction, a, b)));

    [Theory]
    [InlineData("neg.f32 %r0, %r1", 0, -0f)]
    [InlineData("abs.f32 %r0, %r1", -2.5f, 2.5f)]
    [InlineData("sqrt.rn.f32 %r0, %r1", 2, 1.4142135f)]
    [InlineData("sqrt.approx.ftz.f32 %r0, %r1", Subnormal, 0)]
    [InlineData("rcp.rn.f32 %r0, %r1", 3, 0.33333334f)]
    [InlineData("rcp.approx.ftz.f32 %r0, %r1", Subnormal, float.PositiveInfinity)]
    [InlineData("rsqrt.approx.f32 %r0, %r1", 4, 0.5f)]
    [InlineData("rsqrt.approx.f32 %r0, %r1", 0, float.PositiveInfinity)]
    [InlineData("ex2.approx.f32 %r0, %r1", 10, 1024)]
    [InlineData("ex2.approx.ftz.f32 %r0, %r1", float.NegativeInfinity, 0)]
    [InlineData("ex2.approx.ftz.f32 %r0, %r1", -140, 0)]
    [InlineData("ex2.approx.f32 %r0, %r1", -140, 7.1746482e-43f)]
    [InlineData("ex2.approx.f32 %r0, %r1", Subnormal, 1)]
    [InlineData("lg2.approx.f32 %r0, %r1", 1024, 10)]
    [InlineData("lg2.approx.ftz.f32 %r0, %r1", Subnormal, float.NegativeInfinity)]
    [InlineData("sin.approx.f32 %r0, %r1", 0, 0)]
    [InlineData("cos.approx.f32 %r0, %r1", 0, 1)]
    [InlineData("tanh.approx.f32 %r0, %r1", float.PositiveInfinity, 1)]
    public void One_float_gives_the_documented_result(string instruction, float a, float expected) =>
        Assert.Equal(
            BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(Instruction.RunFloat(instruction, a)));

    [Fact]
    public void A_fused_product_is_rounded_once()
    {
        // (1 + 2^-12)^2 - (1 + 2^-11) = 2^-24 exactly; rounded twice it would be 0.
        var a = 1 + MathF.Pow(2, -12);
        Assert.Equal(MathF.Pow(2, -24), Instruction.RunFloat("fma.rn.f32 %r0, %r1, %r1, %r2", a, -(1 + MathF.Pow(2, -11))));
        Assert.Equal(0, Instruction.RunFloat("mul.f32 %r3, %r1, %r1; add.f32 %r0, %r3, %r2", a, -(1 + MathF.Pow(2, -11))));
        Assert.Equal(1, Instruction.RunFloat("fma.rn.sat.f32 %r0, %r1, %r1, %r2", 3, 1));
        Assert.Equal(0, Instruction.RunFloat("fma.rn.ftz.f32 %r0, %r1, %r2, %r3", 1, Subnormal, 0));
    }

    [Fact]
    public void Double_precision_is_that_of_CSharp()
    {
        Assert.Equal(1 / 3.0, Instruction.RunDouble("div.rn.f64 %w0, %w1, %w2", 1, 3));
        Assert.Equal(Math.Sqrt(2), Instruction.RunDouble("sqrt.rn.f64 %w0, %w1", 2));
        Assert.Equal(Math.FusedMultiplyAdd(1.1, 1.1, -1.21), Instruction.RunDouble("fma.rn.f64 %w0, %w1, %w1, %w2", 1.1, -1.21));
        Assert.Equal(-3.5, Instruction.RunDouble("min.f64 %w0, %w1, %w2", double.NaN, -3.5));
        Assert.Equal(5, Instruction.RunDouble("sub.f64 %w3, %w1, %w2; neg.f64 %w3, %w3; abs.f64 %w0, %w3", 7, 2));
    }

    [Theory]
    [InlineData("add.f16 %h0, %h1, %h2", 0x3C00, 0x4000, 0x4200)]
    [InlineData("sub.f16 %h0, %h1, %h2", 0x3C00, 0x4000, 0xBC00)]
    [InlineData("mul.rn.f16 %h0, %h1, %h2", 0x7BFF, 0x4000, 0x7C00)]
    [InlineData("add.f16 %h0, %h1, %h2", 0x3C00, 0x1000, 0x3C00)] // half a unit: to even
    [InlineData("add.f16 %h0, %h1, %h2", 0x3C01, 0x1000, 0x3C02)]
    [InlineData("max.f16 %h0, %h1, %h2", 0x7E00, 0xC000, 0xC000)]
    [InlineData("min.NaN.f16 %h0, %h1, %h2", 0x7E00, 0xC000, 0x7FFF)]
    [InlineData("fma.rn.f16 %h0, %h1, %h2, %h2", 0x4000, 0x4200, 0x4880)]
    [InlineData("fma.rn.bf16 %h0, %h1, %h2, %h2", 0x4000, 0x4040, 0x4110)]
    [InlineData("add.bf16 %h0, %h1, %h2", 0x3F80, 0x4000, 0x4040)]
    [InlineData("neg.f16 %h0, %h1", 0x3C00, 0, 0xBC00)]
    [InlineData("abs.bf16 %h0, %h1", 0xBF80, 0, 0x3F80)]
    // (1 + 2^-10) 2^-4 + 1 = 1 + 2^-4 + 2^-14: nearest is 1 + 2^-4.
    [InlineData("mov.b16 %h3, 0x3C00; fma.rn.f16 %h0, %h1, %h2, %h3", 0x3C01, 0x2C00, 0x3C40)]
    // (1 + 2^-10)^2 2^-1 ... = 1/2 + 2^-10 + 2^-21: a product of 21 bits, rounded once.
    [InlineData("mov.b16 %h3, 0; fma.rn.f16 %h0, %h1, %h1, %h3", 0x3C01, 0, 0x3C02)]
    public void Instructions_of_16_bits_round_once_to_even(string instruction, uint a, uint b, ushort expected) =>
        Assert.Equal(expected, Instruction.RunShort(instruction, a, b));

    [Theory]
    [InlineData("add.f16x2 %r0, %r1, %r2", 0x40003C00, 0x3C003C00, 0x42004000)]
    [InlineData("mul.bf16x2 %r0, %r1, %r2", 0x40003F80, 0x40403F80, 0x40C03F80)]
    [InlineData("fma.rn.f16x2 %r0, %r1, %r2, %r2", 0x40003C00, 0x3C003C00, 0x42004000)]
    [InlineData("neg.f16x2 %r0, %r1", 0x40003C00, 0, 0xC000BC00)]
    public void Packed_halves_are_computed_apart(string instruction, uint a, uint b, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a, b));

    [Theory]
    [InlineData("finite", 1, true)]
    [InlineData("finite", float.PositiveInfinity, false)]
    [InlineData("infinite", float.NegativeInfinity, true)]
    [InlineData("number", float.NaN, false)]
    [InlineData("notanumber", float.NaN, true)]
    [InlineData("normal", 0, true)]
    [InlineData("normal", Subnormal, false)]
    [InlineData("subnormal", Subnormal, true)]
    public void Testp_tells_the_class_of_a_float(string property, float a, bool expected) =>
        Assert.Equal(expected, Instruction.RunPredicate($"testp.{property}.f32 %p0, %r1", BitConverter.SingleToUInt32Bits(a)));

    [Theory]
    [InlineData("eq", false, false)]
    [InlineData("ne", true, false)]
    [InlineData("lt", true, false)]
    [InlineData("le", true, false)]
    [InlineData("gt", false, false)]
    [InlineData("ge", false, false)]
    [InlineData("equ", false, true)]
    [InlineData("neu", true, true)]
    [InlineData("ltu", true, true)]
    [InlineData("leu", true, true)]
    [InlineData("gtu", false, true)]
    [InlineData("geu", false, true)]
    [InlineData("num", true, false)]
    [InlineData("nan", false, true)]
    public void Comparisons_of_1_with_2_and_with_NaN(string comparison, bool withNumber, bool withNaN)
    {
        uint one = BitConverter.SingleToUInt32Bits(1), two = BitConverter.SingleToUInt32Bits(2);
        Assert.Equal(withNumber, Instruction.RunPredicate($"setp.{comparison}.f32 %p0, %r1, %r2", one, two));
        Assert.Equal(withNaN, Instruction.RunPredicate($"setp.{comparison}.f32 %p0, %r1, %r2", one, CanonicalNaN));
        // The form with a second destination goes lane by lane.
        Assert.Equal(!withNaN, Instruction.RunPredicate($"setp.{comparison}.f32 %p1|%p0, %r1, %r2", one, CanonicalNaN));
    }

    [Fact]
    public void Comparisons_may_flush_subnormals()
    {
        var tiny = BitConverter.SingleToUInt32Bits(Subnormal);
        Assert.False(Instruction.RunPredicate("setp.eq.f32 %p0, %r1, %r2", tiny, 0));
        Assert.True(Instruction.RunPredicate("setp.eq.ftz.f32 %p0, %r1, %r2", tiny, 0));
    }

    [Theory]
    [InlineData("setp.lt.s32 %p0, %r1, %r2", 0xFFFFFFFF, 1, true)]
    [InlineData("setp.lt.u32 %p0, %r1, %r2", 0xFFFFFFFF, 1, false)]
    [InlineData("setp.lo.u32 %p0, %r1, %r2", 1, 0xFFFFFFFF, true)]
    [InlineData("setp.hs.u32 %p0, %r1, %r2", 1, 1, true)]
    [InlineData("setp.ge.s16 %p0, %h1, %h2", 0xFFFF, 1, false)]
    [InlineData("setp.ne.b16 %p0, %h1, %h2", 0x1FFFF, 0xFFFF, false)]
    [InlineData("setp.eq.u32 %p1, %r1, %r1; setp.lt.and.s32 %p0, %r1, %r2, !%p1", 1, 2, false)]
    [InlineData("setp.eq.u32 %p1, %r1, %r1; setp.gt.or.s32 %p0, %r1, %r2, %p1", 1, 2, true)]
    [InlineData("setp.eq.u32 %p1, %r1, %r1; setp.lt.xor.s32 %p0, %r1, %r2, %p1", 1, 2, false)]
    [InlineData("setp.eq.u32 %p1, %r1, %r2; not.pred %p0, %p1", 1, 2, true)]
    [InlineData("mov.pred %p1, -1; mov.pred %p2, 0; xor.pred %p0, %p1, %p2", 1, 2, true)]
    public void Comparisons_of_integers_and_logic_of_predicates(string instruction, uint a, uint b, bool expected) =>
        Assert.Equal(expected, Instruction.RunPredicate(instruction, a, b));
}
