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
        Dictionary<string, string> codebooks = Codebook().Matches(header)
            .ToDictionary(row => row.Groups["name"].Value, row => row.Groups["values"].Value);
        IEnumerable<string> rows =
            from Match row in Row().Matches(header)
            let fields = Spaces().Replace(row.Groups["fields"].Value, " ").Split(", ")
            let values = fields.Select(field => codebooks.GetValueOrDefault(field, field))
            select $"{row.Groups["name"].Value}: {string.Join(", ", values)}";
        Assert.Equal(FormatList.Create(new RowFactory()).OfType<string>().Order(), rows.Order());
    }

    [GeneratedRegex(@"^struct (?<name>\w+) : +QuantFormat<(?<fields>[^>]*)>", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^struct (?<name>\w+) : Codebook<(?<values>[^>]*)>", RegexOptions.Multiline)]
    private static partial Regex Codebook();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    private sealed class RowFactory : FormatFactory<string?>
    {
        public override string? Floats<TFormat>() => null;

        public override string? Blocks<TFormat>()
        {
            int[] fields =
            [
                TFormat.BlockLength, TFormat.LowBits, TFormat.HighBits, TFormat.ZeroPoint, TFormat.Multipliers,
                TFormat.MinimumSign, TFormat.Minimums,
            ];
            string row = $"{TFormat.Type}: {string.Join(", ", fields)}";
            if (TFormat.OperandBits != TFormat.LowBits + TFormat.HighBits)
                return $"{row}, false, {string.Join(", ", Enumerable.Range(0, 16).Select(q => TFormat.Codebook[q]))}";
            return TFormat.IntegerBits == 4 ? $"{row}, true" : row;
        }
    }
}
