using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Instructions;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Hopper;

// wgmma.* for 16-bit operands along k and F32 sums.
internal static unsafe class WgmmaInstructions
{
    private const int ARegisterCount = 4;

    // Choices kept in Instruction.Mode.
    private const int BFloat16 = 1;
    private const int AInRegisters = 2;
    private const int Negated = 4;

    public static void AddTo(InstructionTable table)
    {
        table.Add("wgmma.fence.sync.aligned", decoder => Whole(decoder, 0, &Fence));
        table.Add("wgmma.commit_group.sync.aligned", decoder => Whole(decoder, 0, &Commit));
        table.Add("wgmma.wait_group.sync.aligned", decoder =>
        {
            Whole(decoder, 1, &Wait);
            decoder.Result.Immediate = decoder.Number(0);
            if (decoder.Result.Immediate < 0) throw decoder.Error("a number of groups that is negative");
        });
        table.Add("wgmma.mma_async.sync.aligned", Multiply);
    }

    private static void Whole(Decoder decoder, int operands, delegate*<Warp, Instruction*, uint, void> execute)
    {
        decoder.Allow("fence", "commit_group", "wait_group", "sync", "aligned");
        decoder.ExpectOperands(operands);
        decoder.Result.Kind = InstructionKind.WholeWarp;
        decoder.Result.Execute = execute;
    }

    // wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16 {d}, a, b, scale-d, scale-a, scale-b [, transposed-a], transposed-b
    private static void Multiply(Decoder decoder)
    {
        if (decoder.Words.Count != 8 || decoder.Words[5] != "f32" || decoder.Words[6] != decoder.Words[7])
            throw decoder.Unknown();
        int n = Columns(decoder, decoder.Words[4]);
        if (decoder.Words[6] is not ("f16" or "bf16")) throw decoder.Unknown();
        if (decoder.Words[6] == "bf16") decoder.Result.Mode |= BFloat16;
        string[] sums = decoder.Members(0);
        if (sums.Length != n / 2) throw decoder.Error($"{sums.Length} registers of d, {n / 2} are right");
        foreach (string register in sums) decoder.List.Add(decoder.Destination(register, PtxType.F32));
        if (decoder.List.Distinct().Count() != n / 2) throw decoder.Error("a register of d is named twice");
        string[] a = decoder.Members(1);
        if (decoder.Operand(1)[0] == '{')
        {
            if (a.Length != ARegisterCount) throw decoder.Error($"{a.Length} registers of a, 4 are right");
            foreach (string register in a) decoder.List.Add(decoder.Source(register, PtxType.B32));
            decoder.Result.Mode |= AInRegisters;
        }
        else
        {
            decoder.Result.A = decoder.Source(1, PtxType.B64);
        }

        bool inRegisters = (decoder.Result.Mode & AInRegisters) != 0;
        decoder.ExpectOperands(inRegisters ? 7 : 8);
        decoder.Result.B = decoder.Source(2, PtxType.B64);
        decoder.Result.C = decoder.Predicate(3);
        if (Scale(decoder, 4) != Scale(decoder, 5)) decoder.Result.Mode |= Negated;
        for (int i = 6; i < decoder.Operands.Count; i++)
            if (decoder.Number(i) != 0) throw decoder.Unknown();
        // The registers of d may be in use by the wgmma before: see WgmmaQueue.Sums.
        decoder.NamedRegisters.RemoveAll(decoder.List[..(n / 2)].Contains);
        decoder.Result.Immediate = n;
        decoder.Result.Kind = InstructionKind.WholeWarp;
        decoder.Result.Execute = &Multiply;
    }

    private static int Columns(Decoder decoder, string shape)
    {
        if (!shape.StartsWith("m64n", StringComparison.Ordinal) || !shape.EndsWith("k16", StringComparison.Ordinal))
            throw decoder.Unknown();
        return int.TryParse(shape.AsSpan(4, shape.Length - 7), out int n) && n is >= 8 and <= 256 && n % 8 == 0
            ? n
            : throw decoder.Unknown();
    }

    private static long Scale(Decoder decoder, int operand) =>
        decoder.Number(operand) is var scale and (1 or -1) ? scale : throw decoder.Error("a scale must be 1 or -1");

    private static void Fence(Warp warp, Instruction* instruction, uint mask) => warp.Block.Hopper.Queue(warp).Fence(warp);

    private static void Commit(Warp warp, Instruction* instruction, uint mask) => warp.Block.Hopper.Queue(warp).Commit();

    private static void Wait(Warp warp, Instruction* instruction, uint mask) =>
        warp.Block.Hopper.Queue(warp).Wait(warp, instruction, instruction->Immediate);

    private static void Multiply(Warp warp, Instruction* instruction, uint mask)
    {
        if (warp.Block.WarpCount < (warp.Index / 4 + 1) * 4)
            throw warp.Fault(FaultKind.InvalidOperand, instruction, mask, "wgmma in a warpgroup of fewer than four warps");
        WgmmaQueue queue = warp.Block.Hopper.Queue(warp);
        int n = (int)instruction->Immediate;
        var registers = new ReadOnlySpan<int>(instruction->List, instruction->Count);
        bool inRegisters = (instruction->Mode & AInRegisters) != 0;
        int[] aRegisters = inRegisters ? [.. registers[(n / 2)..]] : [];
        if (inRegisters) queue.CheckFenced(warp, instruction, aRegisters);
        WgmmaSums sums = queue.Sums(warp, instruction, [.. registers[..(n / 2)]]);
        uint scale = warp.Predicates[instruction->C];
        if (scale is not (0 or Warp.AllLanes))
        {
            throw warp.Fault(FaultKind.InvalidOperand, instruction, mask,
                "scale-d is not the same in all lanes");
        }

        var operation = new WgmmaOperation(instruction, sums)
        {
            N = n,
            ScaleD = scale != 0,
            Sign = (instruction->Mode & Negated) != 0 ? -1 : 1,
            Widen = (instruction->Mode & BFloat16) != 0
                ? static bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)
                : static bits => (float)BitConverter.UInt16BitsToHalf(bits),
            A = inRegisters ? null : Descriptor(warp, instruction, instruction->A),
            ARegisters = aRegisters,
            AValues = Lanes(warp, aRegisters),
            B = Descriptor(warp, instruction, instruction->B),
        };
        operation.Start(warp);
        queue.Add(operation);
    }

    private static MatrixDescriptor Descriptor(Warp warp, Instruction* instruction, int register)
    {
        var lanes = new ReadOnlySpan<ulong>(warp.Registers + register, Warp.Lanes);
        if (lanes.ContainsAnyExcept(lanes[0]))
        {
            throw warp.Fault(FaultKind.InvalidOperand, instruction, Warp.AllLanes,
                "a descriptor that is not the same in all lanes");
        }

        var descriptor = new MatrixDescriptor(lanes[0]);
        return descriptor.BaseOffset == 0
            ? descriptor
            : throw warp.Fault(
                FaultKind.InvalidOperand, instruction, Warp.AllLanes, "a descriptor with a base offset: not known");
    }

    private static uint[] Lanes(Warp warp, int[] registers)
    {
        var values = new uint[registers.Length * Warp.Lanes];
        for (int i = 0; i < registers.Length; i++)
            new ReadOnlySpan<uint>(warp.Registers + registers[i], Warp.Lanes).CopyTo(values.AsSpan(i * Warp.Lanes));
        return values;
    }
}
