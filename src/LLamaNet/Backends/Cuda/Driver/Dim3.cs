namespace LLamaNet.Backends.Cuda.Driver;

// Blocks of a grid or threads of a block.
internal readonly record struct Dim3(int X, int Y = 1, int Z = 1)
{
    public static implicit operator Dim3(int x) => new(x);

    public override string ToString() => $"{X}x{Y}x{Z}";
}
