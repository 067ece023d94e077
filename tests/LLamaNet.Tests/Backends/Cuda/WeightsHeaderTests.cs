using System.Text.RegularExpressions;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// The table of formats in kernels/include/weights.cuh, against the descriptions in C#.
public partial class WeightsHeaderTests
{
    [Fact]
    public void Kernels_know_the_formats_as_CSharp_describes_them()
    {
        string header = File.ReadAllText(Repository.Path("kernels/include/weights.cuh"));
        IEnumerable<string> rows =
            from Match row in Row().Matches(header)
            select $"{row.Groups["name"].Value}: {Spaces().Replace(row.Groups["fields"].Value, " ")}";
        Assert.Equal(FormatList.Create<RowFactory, string?>().OfType<string>().Order(), rows.Order());
    }

    [GeneratedRegex(@"^struct (?<name>\w+) : QuantFormat<(?<fields>[^>]*)>", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    private readonly struct RowFactory : IFormatFactory<string?>
    {
        public static string? Floats<TFormat>()
            where TFormat : struct, IFloatFormat
            => null;

        public static string? Blocks<TFormat>()
            where TFormat : struct, IBlockFormat
        {
            int[] fields =
            [
                TFormat.BlockLength, TFormat.LowBits, TFormat.HighBits, TFormat.ZeroPoint, TFormat.Multipliers,
                TFormat.MinimumSign, TFormat.Minimums,
            ];
            string nibbles = TFormat.IntegerBits == 4 ? ", true" : "";
            return $"{TFormat.Type}: {string.Join(", ", fields)}{nibbles}";
        }
    }
}
