using CsCheck;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Tensors;

// Every layout read one weight at a time, as GGUF defines it, against the formats that read whole runs. Needs no shared data.
public class BlockLayoutTests
{
    // Of a block and the number of a weight in it. ggml rounds once a product and once a sum; d and scales multiply exactly.
    private delegate float WeightAt(byte[] block, int i);

    private static readonly int[] s_nonLinear = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    private static readonly Dictionary<DType, WeightAt> s_layouts = new()
    {
        [DType.F32] = (b, i) => BitConverter.ToSingle(b, 4 * i),
        [DType.F16] = (b, i) => Half(b, 2 * i),
        [DType.BF16] = (b, i) => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(b, 2 * i) << 16),
        [DType.Q8_0] = (b, i) => (sbyte)b[2 + i] * Half(b, 0),
        [DType.Q4_0] = (b, i) => (Nibble(b, 2, 16, i) - 8) * Half(b, 0),
        [DType.Q4_1] = (b, i) => Nibble(b, 4, 16, i) * Half(b, 0) + Half(b, 2),
        [DType.Q5_0] = (b, i) => (Nibble(b, 6, 16, i) + 16 * (b[2 + i / 8] >> i % 8 & 1) - 16) * Half(b, 0),
        [DType.Q5_1] = (b, i) => (Nibble(b, 8, 16, i) + 16 * (b[4 + i / 8] >> i % 8 & 1)) * Half(b, 0) + Half(b, 2),
        [DType.Q2_K] = (b, i) =>
        {
            float scale = Half(b, 80) * (b[i / 16] & 15), min = Half(b, 82) * (b[i / 16] >> 4);
            return scale * TwoBits(b, 16, i) - min;
        },
        [DType.Q3_K] = (b, i) =>
            Half(b, 108) * (Q3Scale(b, i / 16) - 32) * (TwoBits(b, 32, i) + 4 * (b[i % 32] >> i / 32 & 1) - 4),
        [DType.Q4_K] = (b, i) =>
        {
            int code = Nibble(b, 16 + i / 64 * 32, 32, i % 64);
            return Half(b, 0) * SixBits(b, i / 32, 0) * code - Half(b, 2) * SixBits(b, i / 32, 4);
        },
        [DType.Q5_K] = (b, i) =>
        {
            int code = Nibble(b, 48 + i / 64 * 32, 32, i % 64) + 16 * (b[16 + i % 32] >> i / 32 & 1);
            return Half(b, 0) * SixBits(b, i / 32, 0) * code - Half(b, 2) * SixBits(b, i / 32, 4);
        },
        [DType.Q6_K] = (b, i) =>
            Half(b, 208) * (sbyte)b[192 + i / 16] * (Nibble(b, i / 128 * 64, 64, i % 128) + 16 * TwoBits(b, 128, i) - 32),
        [DType.IQ4_NL] = (b, i) => Half(b, 0) * s_nonLinear[Nibble(b, 2, 16, i)],
        [DType.IQ4_XS] = (b, i) =>
        {
            int sub = i / 32, scale = b[4 + sub / 2] >> sub % 2 * 4 & 15 | (BitConverter.ToUInt16(b, 2) >> 2 * sub & 3) << 4;
            return Half(b, 0) * (scale - 32) * s_nonLinear[Nibble(b, 8 + 16 * sub, 16, i % 32)];
        },
    };

    public static TheoryData<DType> Types => [.. WeightFormat.All.Select(format => format.Type)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Any_bytes_dequantise_to_what_the_layout_says(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        Gen.Byte.Array[format.BlockBytes].Array[1, 5].Sample(
            blocks =>
            {
                float[] values = new float[blocks.Length * format.BlockLength];
                format.Dequantize(blocks.SelectMany(block => block).ToArray(), values);
                for (int i = 0; i < values.Length; i++)
                {
                    float expected = s_layouts[type](blocks[i / format.BlockLength], i % format.BlockLength);
                    if (float.IsNaN(expected)) Assert.True(float.IsNaN(values[i]));
                    else Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(values[i]));
                }
            },
            iter: 300);
    }

    [Fact]
    public void Q4_0_by_hand()
    {
        // d = 0.5; lower four bits count up from 0, upper ones down from 15.
        byte[] block = [0x00, 0x38, .. Enumerable.Range(0, 16).Select(i => (byte)(i | 15 - i << 4))];
        float[] expected =
        [
            -4, -3.5f, -3, -2.5f, -2, -1.5f, -1, -0.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f,
            3.5f, 3, 2.5f, 2, 1.5f, 1, 0.5f, 0, -0.5f, -1, -1.5f, -2, -2.5f, -3, -3.5f, -4,
        ];
        Assert.Equal(expected, Dequantized(DType.Q4_0, block));
    }

    [Fact]
    public void Q4_K_by_hand()
    {
        // d = 1, dmin = 2; scale and min 3 and 1 for the first sub-block, 0x25 and 0x13 for the last; all codes 0x7 and 0x9.
        byte[] block = new byte[144];
        block[1] = 0x3c;
        block[3] = 0x40;
        block[4] = 3;
        block[8] = 1;
        block[7] = 0x25 >> 4 << 6;
        block[11] = 0x13 >> 4 << 6;
        block[15] = 0x25 & 15 | (0x13 & 15) << 4;
        block.AsSpan(16).Fill(0x97);
        float[] values = Dequantized(DType.Q4_K, block);
        Assert.All(values[..32], value => Assert.Equal(3 * 7 - 2 * 1, value));
        Assert.All(values[32..224], value => Assert.Equal(0, value));
        Assert.All(values[224..], value => Assert.Equal(0x25 * 9 - 2 * 0x13, value));
    }

    [Fact]
    public void Q6_K_by_hand()
    {
        // d = 0.25; scales 1, -2, 3, -4, …; lower bits 5, upper bits of the four quarters of 128 weights 0, 1, 2, 3.
        byte[] block = new byte[210];
        block.AsSpan(0, 128).Fill(0x55);
        block.AsSpan(128, 64).Fill(0b11_10_01_00);
        for (int i = 0; i < 16; i++) block[192 + i] = (byte)(i % 2 == 0 ? i + 1 : -i - 1);
        block[209] = 0x34;
        float[] values = Dequantized(DType.Q6_K, block);
        Assert.Equal(0.25f * 1 * (5 - 32), values[0]);
        Assert.Equal(0.25f * -2 * (5 - 32), values[16]);
        Assert.Equal(0.25f * 3 * (16 + 5 - 32), values[32]);
        Assert.Equal(0.25f * -8 * (48 + 5 - 32), values[127]);
        Assert.Equal(0.25f * 9 * (5 - 32), values[128]);
        Assert.Equal(0.25f * -16 * (48 + 5 - 32), values[255]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Infinite_and_NaN_scales_are_not_hidden(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        byte[] block = new byte[format.BlockBytes];
        Array.Fill(block, (byte)0xff);
        Assert.Contains(Dequantized(type, block), float.IsNaN);
    }

    private static float[] Dequantized(DType type, byte[] blocks)
    {
        WeightFormat format = WeightFormat.Of(type);
        float[] values = new float[blocks.Length / format.BlockBytes * format.BlockLength];
        format.Dequantize(blocks, values);
        return values;
    }

    private static float Half(byte[] block, int at) => (float)BitConverter.ToHalf(block, at);

    // The lower four bits of a run of bytes, then the upper ones.
    private static int Nibble(byte[] block, int start, int run, int i) => block[start + i % run] >> i / run * 4 & 15;

    // 32 bytes hold 128 weights.
    private static int TwoBits(byte[] block, int start, int i) => block[start + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;

    // Scale (from byte 4) or min (from byte 4 + offset) of a sub-block of Q4_K and Q5_K.
    private static int SixBits(byte[] block, int sub, int offset) => sub < 4
        ? block[4 + offset + sub] & 63
        : block[12 + sub - 4] >> offset & 15 | block[4 + offset + sub - 4] >> 6 << 4;

    private static int Q3Scale(byte[] block, int sub) =>
        block[96 + sub % 8] >> sub / 8 * 4 & 15 | (block[104 + sub % 4] >> sub / 4 * 2 & 3) << 4;
}
