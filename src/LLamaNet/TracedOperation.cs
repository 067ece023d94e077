namespace LLamaNet;

/// <summary>What the runs of one operation took, of those on the same number of rows and the same operand.</summary>
/// <param name="Name">The operation, such as "MatMulAdd".</param>
/// <param name="Operand">What it works on, such as "4096 x 11008 Q4_K": outputs, inputs and format of a weight.</param>
/// <param name="Rows">Rows of activations: tokens of the step.</param>
/// <param name="IsQuantized">Whether it multiplies bytes rather than floats.</param>
/// <param name="Count">Runs.</param>
/// <param name="Time">Of all runs together.</param>
/// <param name="Bytes">Bytes that all runs must read and write: operands and results, each once.</param>
/// <param name="Operations">Multiplications and additions of all runs of products and of attention; 0 for others.</param>
public sealed record TracedOperation(
    string Name, string Operand, int Rows, bool IsQuantized, long Count, TimeSpan Time, long Bytes, long Operations)
{
    /// <summary>Bytes read and written in a second; 0 where the clock saw no time pass.</summary>
    public double BytesPerSecond => InASecond(Bytes);

    /// <summary>Multiplications and additions in a second; 0 where the clock saw no time pass.</summary>
    public double OperationsPerSecond => InASecond(Operations);

    /// <summary>Computes the share of the ceiling that binds: the larger of those of memory and of arithmetic.</summary>
    /// <param name="ceilings">What the device reaches at most.</param>
    /// <returns>1 at the ceiling.</returns>
    public double ShareOf(TraceCeilings ceilings)
    {
        ArgumentNullException.ThrowIfNull(ceilings);
        double peak = IsQuantized ? ceilings.Int8OperationsPerSecond : ceilings.F32OperationsPerSecond;
        return Math.Max(BytesPerSecond / ceilings.BytesPerSecond, OperationsPerSecond / peak);
    }

    private double InASecond(long count) => Time > TimeSpan.Zero ? count / Time.TotalSeconds : 0;
}
