using System.Numerics;
using System.Runtime.CompilerServices;

namespace LLamaNet.PtxInterpreter.Execution;

// Runs the instructions of one warp. Lanes that branched apart are kept as fragments; the one that is furthest back runs
// first, and fragments that meet become one.
internal static unsafe class WarpRunner
{
    // A fragment that runs longer lets the others run, so that one which spins cannot starve the one it waits for.
    private const int Slice = 20_000;

    // A loop of more instructions than this does something besides waiting.
    private const int LongestSpin = 64;

    // Runs until no fragment can go on, or the slice is over.
    // Returns whether something other than a failing wait was executed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run(Warp warp)
    {
        List<Fragment> fragments = warp.Fragments;
        for (int i = 0; i < fragments.Count; i++)
            if (fragments[i].State == FragmentState.Stalled) fragments[i] = fragments[i] with { State = FragmentState.Ready };
        bool progress = false;
        while (warp.WaitsAtBarrier < 0 && Next(fragments) is var next and >= 0)
        {
            Fragment fragment = fragments[next];
            fragments.RemoveAt(next);
            progress |= Run(warp, fragment);
        }

        return progress;
    }

    // Puts lanes back; they become one with those that are at the same place.
    private static void Add(List<Fragment> fragments, Fragment added)
    {
        for (int i = 0; i < fragments.Count; i++)
        {
            if (fragments[i].Place != added.Place) continue;
            FragmentState state = fragments[i].State == added.State ? added.State : FragmentState.Ready;
            fragments[i] = new(added.Place, fragments[i].Mask | added.Mask, state);
            return;
        }

        fragments.Add(added);
    }

    private static int Next(List<Fragment> fragments)
    {
        int best = -1;
        for (int i = 0; i < fragments.Count; i++)
        {
            if (fragments[i].State == FragmentState.Ready && (best < 0 || fragments[i].Place < fragments[best].Place)) best = i;
        }

        return best;
    }

    // Whether lanes at the place are the furthest back, and where they first meet others.
    private static bool MayGoOn(List<Fragment> fragments, int place, out int meeting)
    {
        meeting = int.MaxValue;
        foreach (Fragment other in fragments)
        {
            if (other.Place == place || (other.Place < place && other.State == FragmentState.Ready)) return false;
            if (other.Place > place) meeting = Math.Min(meeting, other.Place);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Run(Warp warp, Fragment fragment)
    {
        List<Fragment> fragments = warp.Fragments;
        (int place, uint mask, FragmentState _) = fragment;
        MayGoOn(fragments, place, out int meeting);
        Instruction* first = warp.Kernel.Instructions;
        uint* predicates = warp.Predicates;
        ThreadBlock block = warp.Block;
        long start = block.Instructions;
        while (place != meeting)
        {
            if (block.Instructions - start >= Slice)
            {
                Add(fragments, new(place, mask, FragmentState.Stalled));
                return true;
            }

            block.Instructions++;
            Instruction* instruction = first + place;
            uint active = mask;
            if (instruction->Guard >= 0)
                active &= instruction->GuardNegated ? ~predicates[instruction->Guard] : predicates[instruction->Guard];
            if (instruction->Watched) warp.Watch.Check(warp, instruction, mask, active);
            if (warp.HasBusyRegisters) block.Hopper.Queue(warp).CheckUse(warp, instruction, active);
            if (instruction->Kind == InstructionKind.Plain)
            {
                if (active != 0) instruction->Execute(warp, instruction, active);
                place++;
                continue;
            }

            if (active == 0)
            {
                place++;
                continue;
            }

            switch (instruction->Kind)
            {
                case InstructionKind.Branch when active == mask:
                    place = instruction->Target;
                    if (fragments.Count == 0 || MayGoOn(fragments, place, out meeting)) continue;
                    Add(fragments, new(place, mask, FragmentState.Ready));
                    return true;
                case InstructionKind.Branch:
                    Add(fragments, new(instruction->Target, active, FragmentState.Ready));
                    Add(fragments, new(place + 1, mask & ~active, FragmentState.Ready));
                    return true;
                case InstructionKind.IndexedBranch:
                    BranchByIndex(warp, instruction, active);
                    if (active != mask) Add(fragments, new(place + 1, mask & ~active, FragmentState.Ready));
                    return true;
                case InstructionKind.Return:
                    Return(warp, active);
                    if (active == mask) return true;
                    mask &= ~active;
                    place++;
                    continue;
                case InstructionKind.Waiting:
                    instruction->Execute(warp, instruction, active);
                    place++;
                    if (!warp.Stalled) continue;
                    warp.Stalled = false;
                    Add(fragments, new(place, mask, FragmentState.Stalled));
                    // Round a loop and back at the same wait: nothing has happened.
                    return place != fragment.Place || block.Instructions - start > LongestSpin;
                default:
                    Together(warp, instruction, place, mask, active);
                    return true;
            }
        }

        Add(fragments, new(place, mask, FragmentState.Ready));
        return true;
    }

    private static void BranchByIndex(Warp warp, Instruction* instruction, uint lanes)
    {
        var indices = (uint*)(warp.Registers + instruction->A);
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            if (indices[lane] >= (uint)instruction->Count)
                throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane,
                    $"branch to {indices[lane]} of {instruction->Count} labels");
            Add(warp.Fragments, new(instruction->List[indices[lane]], 1u << lane, FragmentState.Ready));
        }
    }

    private static void Return(Warp warp, uint lanes)
    {
        warp.Live &= ~lanes;
        if (warp.Live == 0) warp.Block.LiveWarps--;
    }

    // Instructions that several lanes execute together: those that are complete do, the others wait.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Together(Warp warp, Instruction* instruction, int place, uint mask, uint active)
    {
        List<Fragment> fragments = warp.Fragments;
        if (active != mask) Add(fragments, new(place + 1, mask & ~active, FragmentState.Ready));
        uint waiting = active;
        if (instruction->Kind == InstructionKind.Collective)
        {
            var members = (uint*)(warp.Registers + instruction->C);
            for (uint rest = active; rest != 0;)
            {
                uint named = members[BitOperations.TrailingZeroCount(rest)];
                uint group = 0;
                for (uint lanes = rest; lanes != 0; lanes &= lanes - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(lanes);
                    if (members[lane] == named) group |= 1u << lane;
                }

                rest &= ~group;
                if ((group & ~named) != 0)
                {
                    throw warp.Fault(FaultKind.DivergentCollective, instruction, group & ~named,
                        $"executes a collective instruction whose mask 0x{named:x8} does not name it");
                }

                if ((named & warp.Live & ~group) != 0) continue;
                instruction->Execute(warp, instruction, group);
                waiting &= ~group;
            }
        }
        else if (active == (instruction->Kind == InstructionKind.WholeWarp ? Warp.AllLanes : warp.Live))
        {
            instruction->Execute(warp, instruction, active);
            waiting = 0;
        }

        if ((active & ~waiting) != 0) Add(fragments, new(place + 1, active & ~waiting, FragmentState.Ready));
        if (waiting != 0) Add(fragments, new(place, waiting, FragmentState.Waiting));
    }
}
