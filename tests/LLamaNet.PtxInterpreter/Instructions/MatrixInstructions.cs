using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// mma.sync m16n8k16 with 16-bit factors and float sums, and ldmatrix.
internal static unsafe class MatrixInstructions
{
    private const int Rows = 16, Columns = 8, Depth = 16;

    public static void AddTo(InstructionTable table)
    {
        table.AddFloat("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32",
            decoder => Multiply(decoder, &Multiply<HalvesToSingle>));
        table.AddFloat("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32",
            decoder => Multiply(decoder, &Multiply<BFloatsToSingle>));
        table.Add("ldmatrix.sync.aligned.m8n8", LoadMatrix);
    }

    private static void Multiply(Decoder decoder, delegate*<Warp, Instruction*, uint, void> execute)
    {
        decoder.ExpectOperands(4);
        Fragment(decoder, 0, 4, destination: true, PtxType.F32);
        Fragment(decoder, 1, 4, destination: false, PtxType.B32);
        Fragment(decoder, 2, 2, destination: false, PtxType.B32);
        Fragment(decoder, 3, 4, destination: false, PtxType.F32);
        decoder.Result.Kind = InstructionKind.WholeWarp;
        decoder.Result.Execute = execute;
    }

    private static void Fragment(Decoder decoder, int operand, int count, bool destination, PtxType type)
    {
        string[] members = decoder.Members(operand);
        if (members.Length != count)
            throw decoder.Error($"operand {operand + 1} has {members.Length} registers, {count} are right");
        foreach (string member in members)
            decoder.List.Add(destination ? decoder.Destination(member, type) : decoder.Source(member, type));
    }

    // d = a b + c; a: [16, 16] in rows, b: [16, 8] in columns, c and d: [16, 8]. With group = lane / 4 and t = lane % 4:
    // a, register v: row group + 8 (v & 1), columns 2 t + 8 (v >> 1) and the next
    // b, register v: rows 2 t + 8 v and the next, column group
    // c, register v: row group + 8 (v >> 1), column 2 t + (v & 1)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TToSingle>(Warp warp, Instruction* instruction, uint mask)
        where TToSingle : IVectorToSingle
    {
        // As the lanes hold them: [register, half of it, lane].
        var a = stackalloc float[4 * 2 * Warp.Lanes];
        var fragment = stackalloc float[2 * 2 * Warp.Lanes];
        var b = stackalloc float[Depth * Columns];
        var d = stackalloc float[Rows * Columns];
        byte* registers = warp.Registers;
        int* list = instruction->List;
        for (int v = 0; v < 4; v++) Widen<TToSingle>((uint*)(registers + list[4 + v]), a + v * 2 * Warp.Lanes);
        for (int v = 0; v < 2; v++) Widen<TToSingle>((uint*)(registers + list[8 + v]), fragment + v * 2 * Warp.Lanes);
        for (int k = 0; k < Depth; k++)
        {
            float* from = fragment + ((k >> 3) * 2 + (k & 1)) * Warp.Lanes + (k & 7) / 2;
            for (int column = 0; column < Columns; column++) b[k * Columns + column] = from[column * 4];
        }

        for (int row = 0; row < Rows; row++)
        {
            float* from = a + (row >> 3) * 2 * Warp.Lanes + (row & 7) * 4;
            Vector256<float> sum = Vector256<float>.Zero;
            for (int k = 0; k < Depth; k++)
            {
                float factor = from[((k >> 3) * 4 + (k & 1)) * Warp.Lanes + (k & 7) / 2];
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(factor), Vector256.Load(b + k * Columns), sum);
            }

            sum.Store(d + row * Columns);
        }

        for (int v = 0; v < 4; v++)
        {
            var c = (float*)(registers + list[10 + v]);
            var to = (float*)(registers + list[v]);
            float* from = d + (v >> 1) * 8 * Columns + (v & 1);
            for (int lane = 0; lane < Warp.Lanes; lane++) to[lane] = c[lane] + from[lane / 4 * Columns + lane % 4 * 2];
        }
    }

    // The lower and then the upper halves of 32 lanes.
    private static void Widen<TToSingle>(uint* pairs, float* to)
        where TToSingle : IVectorToSingle
    {
        for (int lane = 0; lane < Warp.Lanes; lane += Vector256<uint>.Count)
        {
            Vector256<uint> bits = Vector256.Load(pairs + lane);
            TToSingle.Widen(bits & Vector256.Create(0xFFFFu)).Store(to + lane);
            TToSingle.Widen(bits >>> 16).Store(to + Warp.Lanes + lane);
        }
    }

    private static void LoadMatrix(Decoder decoder)
    {
        decoder.Allow("sync", "aligned", "m8n8", "x1", "x2", "x4", "trans", "shared", "shared::cta");
        decoder.ExpectOperands(2);
        if (decoder.Type != PtxType.B16) throw decoder.Unknown();
        int count = decoder.Has("x4") ? 4 : decoder.Has("x2") ? 2 : decoder.Has("x1") ? 1 : throw decoder.Unknown();
        Fragment(decoder, 0, count, destination: true, PtxType.B32);
        decoder.Result.Mode = (int)LoadStoreInstructions.Space(decoder);
        decoder.Result.Flag = decoder.Has("trans");
        decoder.Result.A = decoder.Address(1);
        decoder.Result.Kind = InstructionKind.WholeWarp;
        decoder.Result.Execute = &LoadMatrix;
    }

    // Lane 8 m + r has the address of row r of matrix m. Lane l gets elements 2 (l % 4) and the next of row l / 4; transposed,
    // of column l / 4.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadMatrix(Warp warp, Instruction* instruction, uint mask)
    {
        int count = instruction->Count;
        var elements = stackalloc ushort[4 * 64];
        for (int row = 0; row < 8 * count; row++)
        {
            ulong address = MemoryAccess.Address(warp, instruction, instruction->A, row);
            byte* from = MemoryAccess.Resolve(warp, instruction, row, (AddressSpace)instruction->Mode, address, 16, write: false);
            Unsafe.CopyBlockUnaligned(elements + row * 8, from, 16);
        }

        int next = instruction->Flag ? 8 : 1;
        for (int matrix = 0; matrix < count; matrix++)
        {
            var d = (uint*)(warp.Registers + instruction->List[matrix]);
            for (int lane = 0; lane < Warp.Lanes; lane++)
            {
                int major = lane / 4, minor = lane % 4 * 2;
                ushort* at = elements + matrix * 64 + (instruction->Flag ? minor * 8 + major : major * 8 + minor);
                d[lane] = at[0] | (uint)at[next] << 16;
            }
        }
    }
}
