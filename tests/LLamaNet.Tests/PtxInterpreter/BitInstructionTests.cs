using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Expected values follow from the semantics in the PTX manual, "Logic and Shift Instructions" and the bit fields.
public sealed class BitInstructionTests
{
    [Theory]
    [InlineData("and.b32 %r0, %r1, %r2", 0xFF00FF00, 0x0FF00FF0, 0x0F000F00)]
    [InlineData("or.b32 %r0, %r1, %r2", 0xFF00FF00, 0x0FF00FF0, 0xFFF0FFF0)]
    [InlineData("xor.b32 %r0, %r1, %r2", 0xFF00FF00, 0x0FF00FF0, 0xF0F0F0F0)]
    [InlineData("shl.b32 %r0, %r1, %r2", 0x80000001, 1, 2)]
    [InlineData("shl.b32 %r0, %r1, %r2", 1, 32, 0)]
    [InlineData("shl.b32 %r0, %r1, %r2", 1, 0xFFFFFFFF, 0)]
    [InlineData("shr.u32 %r0, %r1, %r2", 0x80000000, 31, 1)]
    [InlineData("shr.u32 %r0, %r1, %r2", 0x80000000, 32, 0)]
    [InlineData("shr.b32 %r0, %r1, %r2", 0x80000000, 4, 0x08000000)]
    [InlineData("shr.s32 %r0, %r1, %r2", 0x80000000, 4, 0xF8000000)]
    [InlineData("shr.s32 %r0, %r1, %r2", 0x80000000, 99, 0xFFFFFFFF)]
    public void Logic_and_shifts(string instruction, uint a, uint b, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a, b));

    [Theory]
    [InlineData("shr.s16 %h0, %h1, %r2", 0x8000, 15, 0xFFFF)]
    [InlineData("shr.u16 %h0, %h1, %r2", 0x8000, 15, 1)]
    [InlineData("shl.b16 %h0, %h1, %r2", 0xFFFF, 8, 0xFF00)]
    [InlineData("shl.b16 %h0, %h1, %r2", 0xFFFF, 16, 0)]
    [InlineData("not.b16 %h0, %h1", 0x00FF, 0, 0xFF00)]
    public void Shifts_of_16_bits(string instruction, uint a, uint b, ushort expected) =>
        Assert.Equal(expected, Instruction.RunShort(instruction, a, b));

    [Theory]
    [InlineData("shl.b64 %w0, %w1, %r2", 1, 63, 0x8000000000000000)]
    [InlineData("shl.b64 %w0, %w1, %r2", 1, 64, 0)]
    [InlineData("shr.s64 %w0, %w1, %r2", 0x8000000000000000, 60, 0xFFFFFFFFFFFFFFF8)]
    [InlineData("shr.u64 %w0, %w1, %r2", 0x8000000000000000, 60, 8)]
    [InlineData("xor.b64 %w0, %w1, %w2", 0xFF, 0xF0F, 0xFF0)]
    public void Shifts_of_64_bits(string instruction, ulong a, ulong b, ulong expected) =>
        Assert.Equal(expected, Instruction.RunLong(instruction, a, b));

    [Theory]
    [InlineData("shf.l.clamp.b32 %r0, %r1, %r2, %r3", 0x89ABCDEF, 0x01234567, 8, 0x23456789)]
    [InlineData("shf.l.clamp.b32 %r0, %r1, %r2, %r3", 0x89ABCDEF, 0x01234567, 40, 0x89ABCDEF)]
    [InlineData("shf.l.wrap.b32 %r0, %r1, %r2, %r3", 0x89ABCDEF, 0x01234567, 40, 0x23456789)]
    [InlineData("shf.r.clamp.b32 %r0, %r1, %r2, %r3", 0x89ABCDEF, 0x01234567, 8, 0x6789ABCD)]
    [InlineData("shf.r.wrap.b32 %r0, %r1, %r2, %r3", 0x89ABCDEF, 0x01234567, 32, 0x89ABCDEF)]
    [InlineData("shf.r.clamp.b32 %r0, %r1, %r2, %r3", 0x89ABCDEF, 0x01234567, 32, 0x01234567)]
    [InlineData("prmt.b32 %r0, %r1, %r2, %r3", 0x03020100, 0x07060504, 0x7531, 0x07050301)]
    [InlineData("prmt.b32 %r0, %r1, %r2, %r3", 0x80020100, 0x07060504, 0xB8B3, 0xFF00FF80)]
    [InlineData("bfe.u32 %r0, %r1, %r2, %r3", 0x12345678, 8, 12, 0x456)]
    [InlineData("bfe.s32 %r0, %r1, %r2, %r3", 0x12345F78, 8, 4, 0xFFFFFFFF)]
    [InlineData("bfe.s32 %r0, %r1, %r2, %r3", 0x80000000, 28, 32, 0xFFFFFFF8)]
    [InlineData("bfe.u32 %r0, %r1, %r2, %r3", 0x80000000, 28, 32, 8)]
    [InlineData("bfe.s32 %r0, %r1, %r2, %r3", 0x80000000, 40, 4, 0xFFFFFFFF)]
    [InlineData("bfe.u32 %r0, %r1, %r2, %r3", 0x12345678, 8, 0, 0)]
    public void Three_operands_give_the_documented_bits(string instruction, uint a, uint b, uint c, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a, b, c));

    [Theory]
    [InlineData(0xABCD, 0x11111111, 8, 8, 0x1111CD11)]
    [InlineData(0xABCD, 0x11111111, 28, 8, 0xD1111111)]
    [InlineData(0xABCD, 0x11111111, 32, 8, 0x11111111)]
    [InlineData(0xABCD, 0x11111111, 8, 0, 0x11111111)]
    [InlineData(0xABCD, 0x11111111, 0, 32, 0x0000ABCD)]
    public void A_field_is_inserted(uint a, uint b, uint position, uint length, uint expected) =>
        Assert.Equal(expected, Instruction.Run("bfi.b32 %r0, %r1, %r2, %r3, %r4", a, b, position, length));

    [Fact]
    public void Any_function_of_three_bits()
    {
        const uint A = 0xF0F0F0F0, B = 0xCCCCCCCC, C = 0xAAAAAAAA;
        // The manual's own table: ta = 0xF0, tb = 0xCC, tc = 0xAA.
        Assert.Equal(A & B & C, Instruction.Run("lop3.b32 %r0, %r1, %r2, %r3, 0x80", A, B, C));
        Assert.Equal(A | B | C, Instruction.Run("lop3.b32 %r0, %r1, %r2, %r3, 0xFE", A, B, C));
        Assert.Equal(A & B & ~C, Instruction.Run("lop3.b32 %r0, %r1, %r2, %r3, 0x40", A, B, C));
        Assert.Equal((A & B) | C, Instruction.Run("lop3.b32 %r0, %r1, %r2, %r3, 0xEA", A, B, C));
        Assert.Equal(A ^ B ^ C, Instruction.Run("lop3.b32 %r0, %r1, %r2, %r3, 0x96", A, B, C));
    }

    [Theory]
    [InlineData("popc.b32 %r0, %r1", 0xF000000F, 8)]
    [InlineData("clz.b32 %r0, %r1", 0, 32)]
    [InlineData("clz.b32 %r0, %r1", 0x00800000, 8)]
    [InlineData("brev.b32 %r0, %r1", 0x00000003, 0xC0000000)]
    [InlineData("bfind.u32 %r0, %r1", 0x00800000, 23)]
    [InlineData("bfind.s32 %r0, %r1", 0xFFFFFFF0, 3)]
    [InlineData("bfind.u32 %r0, %r1", 0, 0xFFFFFFFF)]
    [InlineData("not.b32 %r0, %r1", 0x0F0F0F0F, 0xF0F0F0F0)]
    [InlineData("cnot.b32 %r0, %r1", 0, 1)]
    [InlineData("cnot.b32 %r0, %r1", 7, 0)]
    public void One_operand_gives_the_documented_bits(string instruction, uint a, uint expected) =>
        Assert.Equal(expected, Instruction.Run(instruction, a));

    [Fact]
    public void Fields_of_64_bits()
    {
        Assert.Equal(0xFFFFFFFFFFFFFFFFUL, Instruction.RunLong("bfe.s64 %w0, %w1, 36, 4", 0x000000F000000000));
        Assert.Equal(0xFUL, Instruction.RunLong("bfe.u64 %w0, %w1, 36, 4", 0x000000F000000000));
        Assert.Equal(0x5000000000UL, Instruction.RunLong("bfi.b64 %w0, %w1, %w2, 36, 4", 0x5, 0));
        Assert.Equal(40u, Instruction.RunLong("popc.b64 %r5, %w1; cvt.u64.u32 %w0, %r5", 0xFFFFFFFFFF));
        Assert.Equal(24u, Instruction.RunLong("clz.b64 %r5, %w1; cvt.u64.u32 %w0, %r5", 0xFFFFFFFFFF));
    }

    [Fact]
    public void Values_are_packed_and_unpacked()
    {
        Assert.Equal(0x5678_1234u, Instruction.Run("mov.b32 %r0, {%h1, %h2}", 0x1234, 0x5678));
        Assert.Equal(0x1234_5678u, Instruction.Run("mov.b32 {%h3, %h4}, %r1; mov.b32 %r0, {%h4, %h3}", 0x56781234));
        Assert.Equal(0x0000_0002_0000_0001UL, Instruction.RunLong("mov.b64 %w0, {%r1, %r2}", 1, 2));
        Assert.Equal(0x0000_0001_0000_0002UL, Instruction.RunLong("mov.b64 {%r3, %r4}, %w1; mov.b64 %w0, {%r4, %r3}",
            0x2_00000001));
        Assert.Equal(7UL, Instruction.RunLong("mov.b64 {_, %r4}, %w1; cvt.u64.u32 %w0, %r4", 0x7_00000003));
        Assert.Equal(0x0004_0003_0002_0001UL, Instruction.RunLong(
            "mov.b64 {%h1, %h2, %h3, %h4}, %w1; mov.b64 %w0, {%h4, %h3, %h2, %h1}", 0x0001_0002_0003_0004));
    }
}
