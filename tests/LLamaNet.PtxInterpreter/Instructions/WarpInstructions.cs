using System.Numerics;
using System.Runtime.CompilerServices;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// Instructions by which the lanes of a warp exchange values: shfl, vote, match, redux, activemask, bar.warp.sync.
internal static unsafe class WarpInstructions
{
    private const int Up = 0, Down = 1, Butterfly = 2, Indexed = 3;

    public static void AddTo(InstructionTable table)
    {
        table.Add("shfl.sync", Shuffle);
        table.Add("vote.sync", Vote);
        table.Add("match.any.sync", MatchAny);
        table.Add("match.all.sync", MatchAll);
        table.Add("redux.sync", Reduce);
        table.Add("elect.sync", Elect);
        table.Add("activemask", ActiveMask);
        table.Add("bar.warp.sync", Synchronize);
    }

    private static void Together(Decoder decoder, int membersOperand)
    {
        decoder.Result.Kind = InstructionKind.Collective;
        decoder.Result.C = decoder.Source(membersOperand, PtxType.B32);
    }

    private static void Shuffle(Decoder decoder)
    {
        decoder.Allow("sync", "up", "down", "bfly", "idx");
        decoder.ExpectOperands(5);
        string[] destinations = decoder.Operands[0].Split('|', StringSplitOptions.TrimEntries);
        decoder.Result.D = decoder.Destination(destinations[0], PtxType.B32);
        decoder.Result.E = destinations.Length > 1 ? decoder.PredicateDestination(destinations[1]) : -1;
        decoder.Result.A = decoder.Source(1, PtxType.B32);
        decoder.Result.B = decoder.Source(2, PtxType.B32);
        decoder.List.Add(decoder.Source(3, PtxType.B32));
        Together(decoder, 4);
        decoder.Result.Mode = decoder.Has("up") ? Up : decoder.Has("down") ? Down : decoder.Has("bfly") ? Butterfly : Indexed;
        // Nearly every shuffle there is: over the whole warp by a fixed distance.
        bool whole = decoder.Has("bfly") && decoder.Result.E < 0 && decoder.WidthOfSource(decoder.Operands[2]) == 0
            && Literal.TryParse(decoder.Operands[3], out ulong bounds) && bounds == 31;
        decoder.Result.Execute = whole ? &Exchange : &Shuffle;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exchange(Warp warp, Instruction* instruction, uint mask)
    {
        if (mask != Warp.AllLanes)
        {
            Shuffle(warp, instruction, mask);
            return;
        }

        uint* d = (uint*)(warp.Registers + instruction->D), a = (uint*)(warp.Registers + instruction->A);
        int distance = (int)(*(uint*)(warp.Registers + instruction->B) & 31);
        var values = stackalloc uint[Warp.Lanes];
        new ReadOnlySpan<uint>(a, Warp.Lanes).CopyTo(new(values, Warp.Lanes));
        for (int lane = 0; lane < Warp.Lanes; lane++) d[lane] = values[lane ^ distance];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Shuffle(Warp warp, Instruction* instruction, uint mask)
    {
        uint* d = (uint*)(warp.Registers + instruction->D), a = (uint*)(warp.Registers + instruction->A);
        uint* b = (uint*)(warp.Registers + instruction->B), c = (uint*)(warp.Registers + instruction->List[0]);
        // The destination may be the source.
        var values = stackalloc uint[Warp.Lanes];
        new ReadOnlySpan<uint>(a, Warp.Lanes).CopyTo(new(values, Warp.Lanes));
        uint inRange = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            int segment = (int)(c[lane] >> 8 & 31), clamp = (int)(c[lane] & 31), amount = (int)(b[lane] & 31);
            int first = lane & segment, last = first | (clamp & ~segment);
            int source = instruction->Mode switch
            {
                Up => lane - amount,
                Down => lane + amount,
                Butterfly => lane ^ amount,
                _ => first | (amount & ~segment),
            };
            if (instruction->Mode == Up ? source >= last : source <= last) inRange |= 1u << lane;
            else source = lane;
            if ((mask >> source & 1) == 0)
                throw warp.FaultAt(FaultKind.DivergentCollective, instruction, lane,
                    $"reads lane {source}, which does not take part");
            d[lane] = values[source];
        }

        if (instruction->E >= 0) warp.SetPredicate(instruction->E, mask, inRange);
    }

    private static void Vote(Decoder decoder)
    {
        decoder.Allow("sync", "all", "any", "uni", "ballot");
        decoder.ExpectOperands(3);
        decoder.Result.A = decoder.Predicate(decoder.Operands[1], out decoder.Result.Flag);
        Together(decoder, 2);
        if (decoder.Has("ballot"))
        {
            decoder.Result.D = decoder.Destination(0, PtxType.B32);
            decoder.Result.Execute = &Ballot;
            return;
        }

        decoder.Result.D = decoder.PredicateDestination(0);
        decoder.Result.Execute = decoder.Has("all") ? &All : decoder.Has("any") ? &Any : &Uniform;
    }

    private static uint Votes(Warp warp, Instruction* instruction, uint mask) =>
        (warp.Predicates[instruction->A] ^ (instruction->Flag ? Warp.AllLanes : 0)) & mask;

    private static void Ballot(Warp warp, Instruction* instruction, uint mask) =>
        SetAll(warp, instruction->D, mask, Votes(warp, instruction, mask));

    private static void All(Warp warp, Instruction* instruction, uint mask) =>
        warp.SetPredicate(instruction->D, mask, Votes(warp, instruction, mask) == mask ? mask : 0);

    private static void Any(Warp warp, Instruction* instruction, uint mask) =>
        warp.SetPredicate(instruction->D, mask, Votes(warp, instruction, mask) != 0 ? mask : 0);

    private static void Uniform(Warp warp, Instruction* instruction, uint mask)
    {
        uint votes = Votes(warp, instruction, mask);
        warp.SetPredicate(instruction->D, mask, votes == 0 || votes == mask ? mask : 0);
    }

    private static void SetAll(Warp warp, int register, uint mask, uint value)
    {
        var d = (uint*)(warp.Registers + register);
        for (; mask != 0; mask &= mask - 1) d[BitOperations.TrailingZeroCount(mask)] = value;
    }

    private static void MatchAny(Decoder decoder)
    {
        decoder.Allow("any", "sync");
        decoder.ExpectOperands(3);
        decoder.Result.D = decoder.Destination(0, PtxType.B32);
        decoder.Result.A = decoder.Source(1, decoder.Type);
        Together(decoder, 2);
        decoder.Result.Execute = decoder.Type.Bytes() == 8 ? &MatchAny<ulong> : &MatchAny<uint>;
    }

    private static void MatchAny<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IEquatable<T>
    {
        var a = (T*)(warp.Registers + instruction->A);
        for (uint rest = mask; rest != 0;)
        {
            T value = a[BitOperations.TrailingZeroCount(rest)];
            uint same = 0;
            for (uint lanes = rest; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                if (a[lane].Equals(value)) same |= 1u << lane;
            }

            SetAll(warp, instruction->D, same, same);
            rest &= ~same;
        }
    }

    private static void MatchAll(Decoder decoder)
    {
        decoder.Allow("all", "sync");
        decoder.ExpectOperands(3);
        string[] destinations = decoder.Operands[0].Split('|', StringSplitOptions.TrimEntries);
        decoder.Result.D = decoder.Destination(destinations[0], PtxType.B32);
        decoder.Result.E = destinations.Length > 1 ? decoder.PredicateDestination(destinations[1]) : -1;
        decoder.Result.A = decoder.Source(1, decoder.Type);
        Together(decoder, 2);
        decoder.Result.Execute = decoder.Type.Bytes() == 8 ? &MatchAll<ulong> : &MatchAll<uint>;
    }

    private static void MatchAll<T>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged, IEquatable<T>
    {
        var a = (T*)(warp.Registers + instruction->A);
        T first = a[BitOperations.TrailingZeroCount(mask)];
        bool equal = true;
        for (uint rest = mask; rest != 0; rest &= rest - 1) equal &= a[BitOperations.TrailingZeroCount(rest)].Equals(first);
        SetAll(warp, instruction->D, mask, equal ? mask : 0);
        if (instruction->E >= 0) warp.SetPredicate(instruction->E, mask, equal ? mask : 0);
    }

    private static void Reduce(Decoder decoder)
    {
        decoder.Allow("sync", "add", "min", "max", "and", "or", "xor");
        decoder.ExpectOperands(3);
        decoder.Result.D = decoder.Destination(0, PtxType.B32);
        decoder.Result.A = decoder.Source(1, PtxType.B32);
        Together(decoder, 2);
        decoder.Result.Execute = (decoder.Words[2], decoder.Type) switch
        {
            ("add", _) => &Reduce<uint, Add<uint>>,
            ("and", PtxType.B32) => &Reduce<uint, And<uint>>,
            ("or", PtxType.B32) => &Reduce<uint, Or<uint>>,
            ("xor", PtxType.B32) => &Reduce<uint, Xor<uint>>,
            ("min", PtxType.U32) => &Reduce<uint, Minimum<uint>>,
            ("min", PtxType.S32) => &Reduce<int, Minimum<int>>,
            ("max", PtxType.U32) => &Reduce<uint, Maximum<uint>>,
            ("max", PtxType.S32) => &Reduce<int, Maximum<int>>,
            _ => throw decoder.Unknown(),
        };
    }

    private static void Reduce<T, TOperation>(Warp warp, Instruction* instruction, uint mask)
        where T : unmanaged
        where TOperation : IBinary<T, T, T>
    {
        var a = (T*)(warp.Registers + instruction->A);
        int first = BitOperations.TrailingZeroCount(mask);
        T result = a[first];
        for (uint rest = mask & (mask - 1); rest != 0; rest &= rest - 1)
            result = TOperation.Apply(result, a[BitOperations.TrailingZeroCount(rest)]);
        SetAll(warp, instruction->D, mask, *(uint*)&result);
    }

    private static void Elect(Decoder decoder)
    {
        decoder.ExpectOperands(2);
        string[] destinations = decoder.Operands[0].Split('|', StringSplitOptions.TrimEntries);
        if (destinations.Length != 2) throw decoder.Unknown();
        decoder.Result.D = decoder.Destination(destinations[0], PtxType.B32);
        decoder.Result.E = decoder.PredicateDestination(destinations[1]);
        Together(decoder, 1);
        decoder.Result.Execute = &Elect;
    }

    private static void Elect(Warp warp, Instruction* instruction, uint mask)
    {
        int leader = BitOperations.TrailingZeroCount(mask);
        SetAll(warp, instruction->D, mask, (uint)leader);
        warp.SetPredicate(instruction->E, mask, 1u << leader);
    }

    private static void ActiveMask(Decoder decoder)
    {
        decoder.ExpectOperands(1);
        decoder.Result.D = decoder.Destination(0, PtxType.B32);
        decoder.Result.Execute = &ActiveMask;
    }

    private static void ActiveMask(Warp warp, Instruction* instruction, uint mask) => SetAll(warp, instruction->D, mask, mask);

    private static void Synchronize(Decoder decoder)
    {
        decoder.ExpectOperands(1);
        Together(decoder, 0);
        decoder.Result.Execute = &Synchronize;
    }

    // Orders the accesses of the lanes to memory; shuffles and votes do not.
    private static void Synchronize(Warp warp, Instruction* instruction, uint mask) => warp.Block.Clocks.Advance(warp.Index);
}
