using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Tensors;

// shared/data/vectors/quant: 8 rows of 512 values as ggml quantises and dequantises them.
public class PublishedVectorTests
{
    private const int Rows = 8;
    private const int Width = 512;

    public static TheoryData<DType> Stored => [.. WeightFormat.All.Select(format => format.Type).Where(type => type != DType.F32)];

    [Theory]
    [MemberData(nameof(Stored))]
    public void Dequantising_gives_the_bits_of_ggml(DType type)
    {
        byte[] blocks = File.ReadAllBytes(Vector(type, "bin"));
        byte[] expected = File.ReadAllBytes(Vector(type, "deq.f32"));
        WeightFormat format = WeightFormat.Of(type);
        Assert.Equal(Rows * format.RowBytes(Width), blocks.Length);

        float[] values = new float[Rows * Width];
        format.Dequantize(blocks, values);

        Assert.Equal(MemoryMarshal.Cast<byte, uint>(expected).ToArray(), MemoryMarshal.Cast<float, uint>(values).ToArray());
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void Quantising_loses_no_more_in_any_row_than_ggml_does(DType type)
    {
        float[] input = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SharedData.Path("vectors/quant/input.f32"))).ToArray();
        double[] allowed = ErrorsOfGgml(type);
        WeightFormat format = WeightFormat.Of(type);
        byte[] blocks = new byte[format.RowBytes(Width)];
        float[] values = new float[Width];

        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<float> x = input.AsSpan(row * Width, Width);
            format.Quantize(x, blocks);
            format.Dequantize(blocks, values);

            // The published numbers have six digits.
            Assert.True(RelativeError(x, values) <= allowed[row] * (1 + 1e-5), $"row {row}: {RelativeError(x, values)} > {allowed[row]}");
        }
    }

    [Fact]
    public void Sixteen_bit_floats_are_rounded_as_ggml_rounds_them()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path("vectors/quant/half.json")));
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            float value = BitConverter.UInt32BitsToSingle(Hex(item, "f32"));
            AssertRounds(DType.F16, value, Hex(item, "f16"), exponent: 0x7c00);
            AssertRounds(DType.BF16, value, Hex(item, "bf16"), exponent: 0x7f80);
        }
    }

    private static void AssertRounds(DType type, float value, uint expected, int exponent)
    {
        byte[] stored = new byte[2];
        WeightFormat.Of(type).Quantize([value], stored);
        ushort actual = BitConverter.ToUInt16(stored);
        if (float.IsNaN(value)) Assert.True((actual & 0x7fff) > exponent, $"{type}: NaN became {actual:x4}");
        else Assert.Equal((ushort)expected, actual);
    }

    private static uint Hex(JsonElement item, string name) =>
        uint.Parse(item.GetProperty(name).GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static double[] ErrorsOfGgml(DType type)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path("vectors/quant/quant.json")));
        JsonElement entry = document.RootElement.GetProperty("types").GetProperty(FileName(type));
        return [.. entry.GetProperty("relative_rms_error_per_row").EnumerateArray().Select(error => error.GetDouble())];
    }

    private static double RelativeError(ReadOnlySpan<float> wanted, ReadOnlySpan<float> found)
    {
        double error = 0, power = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            error += Math.Pow((double)found[i] - wanted[i], 2);
            power += Math.Pow(wanted[i], 2);
        }

        return Math.Sqrt(error / power);
    }

    private static string Vector(DType type, string kind) => SharedData.Path($"vectors/quant/{FileName(type)}.{kind}");

    // q4_0, q4_K, bf16.
    private static string FileName(DType type) => type.ToString().ToLowerInvariant().Replace("_k", "_K", StringComparison.Ordinal);
}
