using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Expected values follow from the semantics in the PTX manual, "Integer Arithmetic Instructions".
public sealed class IntegerInstructionTests
{
    [Theory]
    [InlineData("add.u32 %r0, %r1, %r2", 0xFFFFFFFF, 2, 1)]
    [InlineData("add.sat.s32 %r0, %r1, %r2", 0x7FFFFFF0, 0x20, 0x7FFFFFFF)]
    [InlineData("add.sat.s32 %r0, %r1, %r2", 0x80000000, 0xFFFFFFFF, 0x80000000)]
    [InlineData("sub.s32 %r0, %r1, %r2", 3, 5, 0xFFFFFFFE)]
    [InlineData("sub.sat.s32 %r0, %r1, %r2", 0x80000000, 1, 0x80000000)]
    [InlineData("mul.lo.u32 %r0, %r1, %r2", 0x10001, 0x10001, 0x20001)]
    [InlineData("mul.hi.u32 %r0, %r1, %r2", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE)]
    [InlineData("mul.hi.s32 %r0, %r1, %r2", 0xFFFFFFFF, 0xFFFFFFFF, 0)]
    [InlineData("mul.hi.s32 %r0, %r1, %r2", 0x80000000, 2, 0xFFFFFFFF)]
    [InlineData("mul.wide.u16 %r0, %h1, %h2", 0xFFFF, 0xFFFF, 0xFFFE0001)]
    [InlineData("mul.wide.s16 %r0, %h1, %h2", 0xFFFF, 0xFFFF, 1)]
    [InlineData("div.s32 %r0, %r1, %r2", 0xFFFFFFF9, 2, 0xFFFFFFFD)]
    [InlineData("div.u32 %r0, %r1, %r2", 0xFFFFFFF9, 2, 0x7FFFFFFC)]
    [InlineData("div.s32 %r0, %r1, %r2", 0x80000000, 0xFFFFFFFF, 0x80000000)]
    [InlineData("rem.s32 %r0, %r1, %r2", 0xFFFFFFF9, 2, 0xFFFFFFFF)]
    [InlineData("rem.u32 %r0, %r1, %r2", 0xFFFFFFF9, 10, 9)]
    [InlineData("min.s32 %r0, %r1, %r2", 0xFFFFFFFF, 1, 0xFFFFFFFF)]
    [InlineData("min.u32 %r0, %r1, %r2", 0xFFFFFFFF, 1, 1)]
    [InlineData("max.s32 %r0, %r1, %r2", 0xFFFFFFFF, 1, 1)]
    [InlineData("max.u32 %r0, %r1, %r2", 0xFFFFFFFF, 1, 0xFFFFFFFF)]
    public void Two_32_bit_integers_give_the_documented_result(string instruction, uint a, uint b, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a, b));

    [Theory]
    [InlineData("add.u16 %h0, %h1, %h2", 0xFFFF, 2, 1)]
    [InlineData("sub.s16 %h0, %h1, %h2", 0, 1, 0xFFFF)]
    [InlineData("mul.lo.s16 %h0, %h1, %h2", 0x101, 0x101, 0x201)]
    [InlineData("mul.hi.u16 %h0, %h1, %h2", 0xFFFF, 0xFFFF, 0xFFFE)]
    [InlineData("mul.hi.s16 %h0, %h1, %h2", 0x8000, 0x7FFF, 0xC000)]
    [InlineData("div.s16 %h0, %h1, %h2", 0xFFF9, 2, 0xFFFD)]
    [InlineData("min.s16 %h0, %h1, %h2", 0x8000, 1, 0x8000)]
    [InlineData("max.u16 %h0, %h1, %h2", 0x8000, 1, 0x8000)]
    public void Two_16_bit_integers_give_the_documented_result(string instruction, uint a, uint b, ushort expected) =>
        Assert.Equal(expected, Instruction.RunShort(instruction, a, b));

    [Theory]
    [InlineData("add.s64 %w0, %w1, %w2", ulong.MaxValue, 2, 1)]
    [InlineData("sub.u64 %w0, %w1, %w2", 0, 1, ulong.MaxValue)]
    [InlineData("mul.lo.s64 %w0, %w1, %w2", 0x100000001, 0x100000001, 0x200000001)]
    [InlineData("mul.hi.u64 %w0, %w1, %w2", ulong.MaxValue, ulong.MaxValue, 0xFFFFFFFFFFFFFFFE)]
    [InlineData("mul.hi.s64 %w0, %w1, %w2", ulong.MaxValue, 5, ulong.MaxValue)]
    [InlineData("mul.wide.u32 %w0, %r1, %r2", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE00000001)]
    [InlineData("mul.wide.s32 %w0, %r1, %r2", 0xFFFFFFFF, 7, 0xFFFFFFFFFFFFFFF9)]
    [InlineData("div.s64 %w0, %w1, %w2", 0xFFFFFFFFFFFFFFF9, 2, 0xFFFFFFFFFFFFFFFD)]
    [InlineData("rem.u64 %w0, %w1, %w2", 100, 7, 2)]
    [InlineData("min.s64 %w0, %w1, %w2", ulong.MaxValue, 5, ulong.MaxValue)]
    [InlineData("max.u64 %w0, %w1, %w2", ulong.MaxValue, 5, ulong.MaxValue)]
    public void Two_64_bit_integers_give_the_documented_result(string instruction, ulong a, ulong b, ulong expected) =>
        Assert.Equal(expected, Instruction.RunLong(instruction, a, b));

    [Theory]
    [InlineData("neg.s32 %r0, %r1", 5, 0xFFFFFFFB)]
    [InlineData("neg.s32 %r0, %r1", 0x80000000, 0x80000000)]
    [InlineData("abs.s32 %r0, %r1", 0xFFFFFFFB, 5)]
    [InlineData("abs.s32 %r0, %r1", 0x80000000, 0x80000000)]
    public void One_integer_gives_the_documented_result(string instruction, uint a, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a));

    [Theory]
    [InlineData("mad.lo.s32 %r0, %r1, %r2, %r3", 7, 6, 0xFFFFFFFF, 41)]
    [InlineData("mad.hi.u32 %r0, %r1, %r2, %r3", 0xFFFFFFFF, 0xFFFFFFFF, 5, 3)]
    [InlineData("dp4a.s32.s32 %r0, %r1, %r2, %r3", 0x80FF7F01, 0x80FF7F01, 10, 10 + 16384 + 1 + 16129 + 1)]
    [InlineData("dp4a.u32.u32 %r0, %r1, %r2, %r3", 0xFFFFFFFF, 0xFFFFFFFF, 0, 4 * 255 * 255)]
    [InlineData("dp4a.s32.u32 %r0, %r1, %r2, %r3", 0x000000FF, 0x000000FF, 0, 0xFFFFFF01)]
    [InlineData("dp4a.u32.s32 %r0, %r1, %r2, %r3", 0x000000FF, 0x000000FF, 0, 0xFFFFFF01)]
    public void Three_integers_give_the_documented_result(string instruction, uint a, uint b, uint c, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a, b, c));

    [Fact]
    public void A_wide_product_takes_a_wide_summand()
    {
        Assert.Equal(0xFFFFFFFE00000006, Instruction.RunLong("mad.wide.u32 %w0, %r1, %r2, %w3", 0xFFFFFFFF, 0xFFFFFFFF, 5));
        Assert.Equal(ulong.MaxValue, Instruction.RunLong("mad.wide.s32 %w0, %r1, %r2, %w3", 0xFFFFFFFF, 6, 5));
        Assert.Equal(47UL, Instruction.RunLong("mad.lo.s64 %w0, %w1, %w2, %w3", 6, 7, 5));
    }

    [Theory]
    [InlineData("add.cc.u32 %r3, %r1, %r2; addc.u32 %r0, 5, 0", 0xFFFFFFFF, 1, 6)]
    [InlineData("add.cc.u32 %r3, %r1, %r2; addc.u32 %r0, 5, 0", 0xFFFFFFFE, 1, 5)]
    [InlineData("add.cc.u32 %r3, %r1, %r2; addc.cc.u32 %r4, -1, 0; addc.u32 %r0, 0, 0", 0xFFFFFFFF, 1, 1)]
    [InlineData("add.cc.u32 %r3, %r1, %r2; addc.cc.u32 %r4, -1, -1; addc.u32 %r0, 0, 0", 0xFFFFFFFF, 1, 1)]
    [InlineData("sub.cc.u32 %r3, %r1, %r2; subc.u32 %r0, 5, 0", 1, 2, 4)]
    [InlineData("sub.cc.u32 %r3, %r1, %r2; subc.u32 %r0, 5, 0", 2, 2, 5)]
    [InlineData("sub.cc.u32 %r3, %r1, %r2; subc.cc.u32 %r4, 0, 0; subc.u32 %r0, 5, 0", 1, 2, 4)]
    public void Carries_go_from_word_to_word(string instruction, uint a, uint b, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a, b));

    [Fact]
    public void Numbers_are_written_in_all_ways()
    {
        Assert.Equal(
            5u + 16 + 8 + 5, Instruction.Run("add.u32 %r0, %r1, 0x10; add.u32 %r0, %r0, 010; add.u32 %r0, %r0, 0b101U", 5));
        Assert.Equal(2.5f, Instruction.RunFloat("add.f32 %r0, %r1, 0f3FC00000", 1));
        Assert.Equal(2.5, Instruction.RunDouble("add.f64 %w0, %w1, 0d3FF8000000000000", 1));
        Assert.Equal(4u, Instruction.Run("add.s32 %r0, %r1, -1", 5));
    }
}
