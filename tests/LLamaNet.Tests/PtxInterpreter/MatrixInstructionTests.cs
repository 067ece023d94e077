using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// Fragments are laid out by the formulas of the manual, "Matrix Fragments for mma.m16n8k16 with floating point type" and
// "ldmatrix".
public sealed class MatrixInstructionTests
{
    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void A_product_of_matrices(string type)
    {
        var random = new Random(7);
        double[,] a = new double[16, 16], b = new double[16, 8], c = new double[16, 8];
        // Words of the input: a (4 registers of 32 lanes), b (2), c (4).
        var input = new uint[32 * 10];
        for (var lane = 0; lane < 32; lane++)
        {
            int groupId = lane >> 2, threadIdInGroup = lane % 4;
            for (var i = 0; i < 8; i++)
            {
                // row = groupID for ai where 0 <= i < 2 || 4 <= i < 6, else groupID + 8
                // col = (threadID_in_group * 2) + (i & 1), + 8 for i >= 4
                var row = i is 0 or 1 or 4 or 5 ? groupId : groupId + 8;
                var column = threadIdInGroup * 2 + (i & 1) + (i < 4 ? 0 : 8);
                a[row, column] = Put(random, type, ref input[i / 2 * 32 + lane], i & 1);
            }

            for (var i = 0; i < 4; i++)
            {
                // row = (threadID_in_group * 2) + (i & 1), + 8 for i >= 2; col = groupID
                var k = threadIdInGroup * 2 + (i & 1) + (i < 2 ? 0 : 8);
                b[k, groupId] = Put(random, type, ref input[(4 + i / 2) * 32 + lane], i & 1);
            }

            for (var i = 0; i < 4; i++)
            {
                // row = groupID for ci where i < 2, else groupID + 8; col = (threadID_in_group * 2) + (i & 1)
                var value = (float)(random.NextDouble() - 0.5);
                c[i < 2 ? groupId : groupId + 8, threadIdInGroup * 2 + (i & 1)] = value;
                input[(6 + i) * 32 + lane] = BitConverter.SingleToUInt32Bits(value);
            }
        }

        var result = PtxProgram.Of($$"""
            ld.global.u32 %r1, [%at]; ld.global.u32 %r2, [%at+128]; ld.global.u32 %r3, [%at+256]; ld.global.u32 %r4, [%at+384];
            ld.global.u32 %r5, [%at+512]; ld.global.u32 %r6, [%at+640];
            ld.global.u32 %r7, [%at+768]; ld.global.u32 %r8, [%at+896]; ld.global.u32 %r9, [%at+1024];
            ld.global.u32 %r10, [%at+1152];
            mma.sync.aligned.m16n8k16.row.col.f32.{{type}}.{{type}}.f32
                {%r11,%r12,%r13,%r14}, {%r1,%r2,%r3,%r4}, {%r5,%r6}, {%r7,%r8,%r9,%r10};
            st.global.u32 [%dt], %r11; st.global.u32 [%dt+128], %r12; st.global.u32 [%dt+256], %r13;
            st.global.u32 [%dt+384], %r14;
            """).Run(input, 128, 32);
        for (var lane = 0; lane < 32; lane++)
            for (var i = 0; i < 4; i++)
            {
                int row = i < 2 ? lane >> 2 : (lane >> 2) + 8, column = lane % 4 * 2 + (i & 1);
                var expected = c[row, column];
                for (var k = 0; k < 16; k++) expected += a[row, k] * b[k, column];
                Assert.Equal(expected, BitConverter.UInt32BitsToSingle(result[i * 32 + lane]), 1e-6);
            }
    }

    [Fact]
    public void Numbers_beyond_the_normal_range_keep_their_value_in_products()
    {
        // a = row of (smallest half, largest half, infinity, NaN) on the diagonal, b = ones in the first column.
        var result = PtxProgram.Of("""
            mov.u32 %r1, 0; mov.u32 %r2, 0; mov.u32 %r3, 0; mov.u32 %r4, 0; mov.u32 %r5, 0x3C003C00; mov.u32 %r6, 0x3C003C00;
            setp.eq.u32 %p1, %t, 0; @%p1 mov.u32 %r1, 0x00000001; setp.eq.u32 %p1, %t, 4; @%p1 mov.u32 %r1, 0x0000FBFF;
            setp.eq.u32 %p1, %t, 8; @%p1 mov.u32 %r1, 0x00007C00; setp.eq.u32 %p1, %t, 12; @%p1 mov.u32 %r1, 0x7E000000;
            mov.u32 %r7, 0;
            mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
                {%r11,%r12,%r13,%r14}, {%r1,%r2,%r3,%r4}, {%r5,%r6}, {%r7,%r7,%r7,%r7};
            st.global.u32 [%dt], %r11;
            """).Run<float>([0], 32, 32);
        Assert.Equal([5.9604645e-8f, -65504, float.PositiveInfinity, float.NaN], [result[0], result[4], result[8], result[12]]);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(1, true)]
    [InlineData(4, true)]
    public void Matrices_from_shared_memory(int count, bool transposed)
    {
        var registers = string.Join(", ", Enumerable.Range(1, count).Select(i => $"%r{i}"));
        // 32 rows of 8 halves, 32 bytes apart; element = 100 * row + column. Thread i gives the address of row i.
        var result = PtxProgram.Of($$"""
            mov.u32 %r20, s; mul.lo.u32 %r21, %t, 32; add.u32 %r21, %r21, %r20; mul.lo.u32 %r22, %t, 100;
            mul.lo.u32 %r23, %r22, 65537; add.u32 %r24, %r23, 0x00010000; add.u32 %r25, %r23, 0x00030002;
            add.u32 %r26, %r23, 0x00050004; add.u32 %r27, %r23, 0x00070006;
            st.shared.v4.u32 [%r21], {%r24, %r25, %r26, %r27}; bar.warp.sync -1;
            ldmatrix.sync.aligned.m8n8.x{{count}}{{(transposed ? ".trans" : "")}}.shared.b16 {{{registers}}}, [%r21];
            {{string.Concat(Enumerable.Range(1, count).Select(i => $"st.global.u32 [%dt+{128 * (i - 1)}], %r{i};"))}}
            """, ".shared .align 16 .b8 s[1024];").Run<ushort>([0], 64 * count, 32);
        for (var matrix = 0; matrix < count; matrix++)
            for (var lane = 0; lane < 32; lane++)
                for (var half = 0; half < 2; half++)
                {
                    // Thread T holds elements [T / 4][2 (T % 4)] and the next; with .trans the matrix is transposed first.
                    int row = lane / 4, column = lane % 4 * 2 + half;
                    if (transposed) (row, column) = (column, row);
                    Assert.Equal(100 * (8 * matrix + row) + column, result[(matrix * 32 + lane) * 2 + half]);
                }
    }

    private static double Put(Random random, string type, ref uint register, int half)
    {
        var value = random.NextSingle() * 2 - 1;
        uint bits;
        if (type == "f16")
        {
            bits = BitConverter.HalfToUInt16Bits((Half)value);
            value = (float)(Half)value;
        }
        else
        {
            bits = BitConverter.SingleToUInt32Bits(value) >> 16;
            value = BitConverter.UInt32BitsToSingle(bits << 16);
        }

        register |= bits << (16 * half);
        return value;
    }
}
