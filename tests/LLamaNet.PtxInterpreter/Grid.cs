namespace LLamaNet.PtxInterpreter;

// The extent of a grid in blocks, or of a block in threads.
internal readonly record struct Grid(int X, int Y = 1, int Z = 1)
{
    public long Count => (long)X * Y * Z;

    public static implicit operator Grid(int x) => new(x);

    public override string ToString() => $"({X},{Y},{Z})";
}
