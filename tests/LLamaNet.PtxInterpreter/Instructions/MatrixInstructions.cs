using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Memory;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>mma.sync m16n8k16 with 16-bit factors and float sums, and ldmatrix.</summary>
internal static unsafe class MatrixInstructions
{
    private const int Rows = 16, Columns = 8, Depth = 16;

    public static void AddTo(InstructionTable table)
    {
        table.AddFloat("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", decoder => Multiply(decoder, &Multiply<HalfToSingle>));
        table.AddFloat("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", decoder => Multiply(decoder, &Multiply<BFloatToSingle>));
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
        var members = decoder.Members(operand);
        if (members.Length != count) throw decoder.Error($"operand {operand + 1} has {members.Length} registers, {count} are right");
        foreach (var member in members) decoder.List.Add(destination ? decoder.Destination(member, type) : decoder.Source(member, type));
    }

    // d = a b + c; a: [16, 16] in rows, b: [16, 8] in columns, c and d: [16, 8]. With group = lane / 4 and t = lane % 4:
    // a, register v: row group + 8 (v & 1), columns 2 t + 8 (v >> 1) and the next
    // b, register v: rows 2 t + 8 v and the next, column group
    // c, register v: row group + 8 (v >> 1), column 2 t + (v & 1)
    private static void Multiply<TToSingle>(Warp warp, Instruction* instruction, uint mask)
        where TToSingle : IUnary<ushort, float>
    {
        var a = stackalloc float[Rows * Depth];
        var b = stackalloc float[Depth * Columns];
        var d = stackalloc float[Rows * Columns];
        var registers = warp.Registers;
        var list = instruction->List;
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            int group = lane / 4, pair = lane % 4 * 2;
            for (var v = 0; v < 4; v++)
            {
                var bits = ((uint*)(registers + list[4 + v]))[lane];
                var at = a + (group + (v & 1) * 8) * Depth + pair + (v >> 1) * 8;
                at[0] = TToSingle.Apply((ushort)bits);
                at[1] = TToSingle.Apply((ushort)(bits >> 16));
            }

            for (var v = 0; v < 2; v++)
            {
                var bits = ((uint*)(registers + list[8 + v]))[lane];
                var at = b + (pair + v * 8) * Columns + group;
                at[0] = TToSingle.Apply((ushort)bits);
                at[Columns] = TToSingle.Apply((ushort)(bits >> 16));
            }
        }

        for (var row = 0; row < Rows; row++)
        {
            var sum = Vector256<float>.Zero;
            for (var k = 0; k < Depth; k++)
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(a[row * Depth + k]), Vector256.Load(b + k * Columns), sum);
            sum.Store(d + row * Columns);
        }

        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            int group = lane / 4, pair = lane % 4 * 2;
            for (var v = 0; v < 4; v++)
            {
                var c = ((float*)(registers + list[10 + v]))[lane];
                ((float*)(registers + list[v]))[lane] = c + d[(group + (v >> 1) * 8) * Columns + pair + (v & 1)];
            }
        }
    }

    private static void LoadMatrix(Decoder decoder)
    {
        decoder.Allow("sync", "aligned", "m8n8", "x1", "x2", "x4", "trans", "shared", "shared::cta");
        decoder.ExpectOperands(2);
        if (decoder.Type != PtxType.B16) throw decoder.Unknown();
        var count = decoder.Has("x4") ? 4 : decoder.Has("x2") ? 2 : decoder.Has("x1") ? 1 : throw decoder.Unknown();
        Fragment(decoder, 0, count, destination: true, PtxType.B32);
        decoder.Result.Mode = (int)LoadStoreInstructions.Space(decoder);
        decoder.Result.Flag = decoder.Has("trans");
        decoder.Result.A = decoder.Address(1);
        decoder.Result.Kind = InstructionKind.WholeWarp;
        decoder.Result.Execute = &LoadMatrix;
    }

    // Lane 8 m + r has the address of row r of matrix m. Lane l gets elements 2 (l % 4) and the next of row l / 4; transposed,
    // of column l / 4.
    private static void LoadMatrix(Warp warp, Instruction* instruction, uint mask)
    {
        var count = instruction->Count;
        var elements = stackalloc ushort[4 * 64];
        for (var row = 0; row < 8 * count; row++)
        {
            var address = MemoryAccess.Address(warp, instruction, instruction->A, row);
            var from = MemoryAccess.Resolve(warp, instruction, row, (AddressSpace)instruction->Mode, address, 16, write: false);
            Unsafe.CopyBlockUnaligned(elements + row * 8, from, 16);
        }

        int next = instruction->Flag ? 8 : 1;
        for (var matrix = 0; matrix < count; matrix++)
        {
            var d = (uint*)(warp.Registers + instruction->List[matrix]);
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                int major = lane / 4, minor = lane % 4 * 2;
                var at = elements + matrix * 64 + (instruction->Flag ? minor * 8 + major : major * 8 + minor);
                d[lane] = at[0] | (uint)at[next] << 16;
            }
        }
    }
}
