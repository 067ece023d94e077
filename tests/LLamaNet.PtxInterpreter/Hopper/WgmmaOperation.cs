using System.Runtime.Intrinsics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Memory;

namespace LLamaNet.PtxInterpreter.Hopper;

// The part of a wgmma.mma_async that one warp of the four computes: d[16, N] = a[16, 16] . b[N, 16]^T, plus d with ScaleD.
// Operands in shared memory are read when it is started, and again when it is done: they must not have changed.
internal sealed unsafe class WgmmaOperation(Instruction* instruction, WgmmaSums sums)
{
    public const int K = 16;

    private const int Rows = 16;

    // Of 16 bytes, in a row.
    private const int Chunks = 2;
    private const int WarpgroupWarps = 4;

    // The operands in shared memory as they were at the start, in the order of the rows.
    private readonly List<UInt128> _started = [];
    private int _next;

    public Instruction* Instruction => instruction;

    public WgmmaSums Sums => sums;

    public bool ScaleD { get; init; }

    public required int N { get; init; }

    // A value of the operand type as it is.
    public required Func<ushort, float> Widen { get; init; }

    // Where a is; null: it is in registers.
    public MatrixDescriptor? A { get; init; }

    // The four registers that hold a, and what is in them.
    public int[] ARegisters { get; init; } = [];

    public uint[] AValues { get; init; } = [];

    public required MatrixDescriptor B { get; init; }

    // 1 or -1.
    public required int Sign { get; init; }

    // Sees whether the operands may be read, and remembers what is there.
    public void Start(Warp warp)
    {
        if (A is { } a) Remember(warp, a, FirstRow(warp), Rows);
        Remember(warp, B, 0, N);
    }

    public void Execute(Warp warp)
    {
        _next = 0;
        // a with k outermost, so that the rows of a column are a vector.
        var a = stackalloc double[K * Rows];
        var values = stackalloc double[K];
        for (int row = 0; row < Rows; row++)
        {
            if (A is { } matrix) Row(warp, matrix, FirstRow(warp) + row, values);
            else RegisterRow(row, values);
            for (int k = 0; k < K; k++) a[k * Rows + row] = Sign * values[k];
        }

        var column = stackalloc double[Rows];
        for (int n = 0; n < N; n++)
        {
            Row(warp, B, n, values);
            Multiply(a, values, column);
            for (int row = 0; row < Rows; row++)
            {
                ref float sum = ref sums.At(row, n);
                sum = (float)((ScaleD ? sum : 0) + column[row]);
            }
        }
    }

    private static void Multiply(double* a, double* b, double* column)
    {
        for (int row = 0; row < Rows; row += Vector256<double>.Count)
        {
            Vector256<double> sum = Vector256<double>.Zero;
            // Products of 11 bits each are exact, and 16 of them mostly, too: one rounding, on the way to F32.
            for (int k = 0; k < K; k++) sum += Vector256.Load(a + k * Rows + row) * b[k];
            sum.Store(column + row);
        }
    }

    // A fragment in registers: register i of lane l holds row l / 4 + 8 (i % 2), columns 2 (l % 4) + 8 (i / 2) and the next.
    private void RegisterRow(int row, double* values)
    {
        for (int k = 0; k < K; k++)
        {
            int register = row / 8 + k / 8 * 2;
            uint pair = AValues[register * Warp.Lanes + row % 8 * 4 + k % 8 / 2];
            values[k] = Widen((ushort)(k % 2 == 0 ? pair : pair >> 16));
        }
    }

    private void Row(Warp warp, MatrixDescriptor matrix, int row, double* values)
    {
        for (int chunk = 0; chunk < Chunks; chunk++)
        {
            var place = (ushort*)Chunk(warp, matrix, row, chunk);
            if (*(UInt128*)place != _started[_next++])
            {
                throw warp.Fault(FaultKind.MissingWait, instruction, Warp.AllLanes,
                    $"shared memory at +{matrix.ChunkAddress(row, chunk)} was overwritten before wgmma was waited for");
            }

            for (int i = 0; i < K / Chunks; i++) values[K / Chunks * chunk + i] = Widen(place[i]);
        }
    }

    private void Remember(Warp warp, MatrixDescriptor matrix, int firstRow, int count)
    {
        for (int row = firstRow; row < firstRow + count; row++)
            for (int chunk = 0; chunk < Chunks; chunk++) _started.Add(*(UInt128*)Chunk(warp, matrix, row, chunk));
    }

    private byte* Chunk(Warp warp, MatrixDescriptor matrix, int row, int chunk)
    {
        uint address = matrix.ChunkAddress(row, chunk);
        SharedMemory shared = warp.Block.Shared;
        byte* place = shared.Access(warp, instruction, 0, address, 16, write: false);
        for (uint word = 0u; word < 16; word += 4)
        {
            (int thread, uint clock) = shared.LastWrite(address + word);
            if (warp.Block.Hopper.Fences.Sees(warp, thread, clock)) continue;
            throw warp.FaultAt(FaultKind.MissingFence, instruction, 0,
                $"wgmma reads shared memory at +{address + word}, stored by thread {thread} with no fence.proxy.async behind");
        }

        return place;
    }

    private static int FirstRow(Warp warp) => warp.Index % WarpgroupWarps * Rows;
}
