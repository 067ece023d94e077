namespace LLamaNet.Backends.Cuda.Weights;

// Where the planes of some rows lie in one block of memory, in bytes; kernels/include/weights.cuh says what is in them.
// A format without one of the planes has no bytes for it.
internal readonly record struct PlaneLayout(int Rows, int LowRowBytes, int HighRowBytes, int ScalesRowBytes, int SubsRowBytes)
{
    // What 16-byte loads need of a row, and what the copying engines like of a plane.
    public const int RowAlignment = 16;
    private const long PlaneAlignment = 256;

    public long HighOffset => Aligned((long)Rows * LowRowBytes);

    public long ScalesOffset => HighOffset + Aligned((long)Rows * HighRowBytes);

    public long SubsOffset => ScalesOffset + Aligned((long)Rows * ScalesRowBytes);

    public long Bytes => SubsOffset + Aligned((long)Rows * SubsRowBytes);

    public int RowBytes => LowRowBytes + HighRowBytes + ScalesRowBytes + SubsRowBytes;

    public PlaneLayout WithRows(int rows) => this with { Rows = rows };

    private static long Aligned(long bytes) => (bytes + PlaneAlignment - 1) / PlaneAlignment * PlaneAlignment;
}
