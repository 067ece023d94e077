namespace LLamaNet.Console.Measurement;

// What some threads of this machine reach at most: bytes a second of plain reads, operations a second of arithmetic.
internal sealed record MachineCeilings(double Bandwidth, double Int8Peak, double F32Peak)
{
    public static MachineCeilings Measure(int threads) =>
        new(MemoryBandwidth.Measure(threads), ArithmeticPeak.MeasureInt8(threads), ArithmeticPeak.MeasureF32(threads));

    public MachineCeilings Best(MachineCeilings other) => new(
        Math.Max(Bandwidth, other.Bandwidth), Math.Max(Int8Peak, other.Int8Peak), Math.Max(F32Peak, other.F32Peak));
}
