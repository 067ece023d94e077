using System.Runtime.Intrinsics;
using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

/// <summary>
/// The part of a wgmma.mma_async that one warp of the four computes: d[16, N] = a[16, 16] . b[N, 16]^T, plus d with ScaleD. Operands in
/// shared memory are read when it is started, to check, and when it is done, for their values.
/// </summary>
internal sealed unsafe class WgmmaOperation(Instruction* instruction, WgmmaSums sums)
{
    public const int K = 16;

    private const int Rows = 16;
    private const int WarpgroupWarps = 4;

    public Instruction* Instruction => instruction;

    public WgmmaSums Sums => sums;

    public bool ScaleD { get; init; }

    public required int N { get; init; }

    /// <summary>A value of the operand type as it is.</summary>
    public required Func<ushort, float> Widen { get; init; }

    /// <summary>Where a is; null: it is in registers.</summary>
    public MatrixDescriptor? A { get; init; }

    /// <summary>The four registers that hold a, and what is in them.</summary>
    public int[] ARegisters { get; init; } = [];

    public uint[] AValues { get; init; } = [];

    public required MatrixDescriptor B { get; init; }

    /// <summary>1 or -1.</summary>
    public required int Sign { get; init; }

    /// <summary>Reads the operands only to see whether they may be read.</summary>
    public void Check(Warp warp)
    {
        for (var chunk = 0; chunk < 2; chunk++)
        {
            for (var row = 0; row < Rows && A is not null; row++) Chunk(warp, A.Value, FirstRow(warp) + row, chunk);
            for (var row = 0; row < N; row++) Chunk(warp, B, row, chunk);
        }
    }

    public void Execute(Warp warp)
    {
        // a with k outermost, so that the rows of a column are a vector.
        var a = stackalloc double[K * Rows];
        for (var row = 0; row < Rows; row++)
            for (var k = 0; k < K; k++) a[k * Rows + row] = Sign * Widen(A is { } matrix ? Value(warp, matrix, FirstRow(warp) + row, k) : RegisterValue(row, k));
        var b = stackalloc double[K];
        var column = stackalloc double[Rows];
        for (var n = 0; n < N; n++)
        {
            for (var k = 0; k < K; k++) b[k] = Widen(Value(warp, B, n, k));
            Multiply(a, b, column);
            for (var row = 0; row < Rows; row++)
            {
                ref var sum = ref sums.At(row, n);
                sum = (float)((ScaleD ? sum : 0) + column[row]);
            }
        }
    }

    private static void Multiply(double* a, double* b, double* column)
    {
        for (var row = 0; row < Rows; row += Vector256<double>.Count)
        {
            var sum = Vector256<double>.Zero;
            // Products of 11 bits each are exact, and 16 of them mostly, too: one rounding, on the way to F32.
            for (var k = 0; k < K; k++) sum += Vector256.Load(a + k * Rows + row) * b[k];
            sum.Store(column + row);
        }
    }

    // A fragment in registers: register i of lane l holds row l / 4 + 8 (i % 2), columns 2 (l % 4) + 8 (i / 2) and the next.
    private ushort RegisterValue(int row, int k)
    {
        var register = row / 8 + k / 8 * 2;
        var pair = AValues[register * Warp.Lanes + row % 8 * 4 + k % 8 / 2];
        return (ushort)(k % 2 == 0 ? pair : pair >> 16);
    }

    private ushort Value(Warp warp, MatrixDescriptor matrix, int row, int k) => k % 8 == 0
        ? *(ushort*)Chunk(warp, matrix, row, k / 8)
        : *(ushort*)(warp.Block.Shared.Host + matrix.ChunkAddress(row, k / 8) + 2 * (k % 8));

    private byte* Chunk(Warp warp, MatrixDescriptor matrix, int row, int chunk)
    {
        var address = matrix.ChunkAddress(row, chunk);
        var shared = warp.Block.Shared;
        var place = shared.Access(warp, instruction, 0, address, 16, write: false);
        for (var word = 0u; word < 16; word += 4)
        {
            var (thread, clock) = shared.LastWrite(address + word);
            if (warp.Block.Hopper.Fences.Sees(warp, thread, clock)) continue;
            throw warp.FaultAt(FaultKind.MissingFence, instruction, 0,
                $"wgmma reads shared memory at +{address + word}, stored by thread {thread} with no fence.proxy.async behind the store");
        }

        return place;
    }

    private static int FirstRow(Warp warp) => warp.Index % WarpgroupWarps * Rows;
}
