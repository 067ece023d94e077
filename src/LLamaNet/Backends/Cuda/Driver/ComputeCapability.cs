namespace LLamaNet.Backends.Cuda.Driver;

// Generation of a GPU: 8.0 is Ampere, 9.0 Hopper.
internal readonly record struct ComputeCapability(int Major, int Minor) : IComparable<ComputeCapability>
{
    // Multiplications and additions of halves with F32 sums, dense, on the tensor cores of a multiprocessor in one clock, by
    // NVIDIA's data sheets (GeForce cards reach half); 0 for a generation that is not known here.
    public int TensorOperationsPerClock => (Major, Minor) switch
    {
        (8, 0) => 2048,
        (8, _) => 1024,
        (9, _) => 4096,
        (10, _) => 8192,
        (12, _) => 1024,
        _ => 0,
    };

    public static bool operator <(ComputeCapability left, ComputeCapability right) => left.CompareTo(right) < 0;

    public static bool operator >(ComputeCapability left, ComputeCapability right) => left.CompareTo(right) > 0;

    public static bool operator <=(ComputeCapability left, ComputeCapability right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ComputeCapability left, ComputeCapability right) => left.CompareTo(right) >= 0;

    public int CompareTo(ComputeCapability other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public override string ToString() => $"{Major}.{Minor}";
}
