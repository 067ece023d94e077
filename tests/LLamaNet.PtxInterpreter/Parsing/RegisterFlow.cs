using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Parsing;

// Finds the registers that some path through a kernel reads before it writes them. They alone are watched while the kernel
// runs, where it shows whether the path is ever taken; for all others it is certain that they are written first.
internal sealed class RegisterFlow
{
    private readonly IReadOnlyList<Instruction> _instructions;
    private readonly IReadOnlyList<RegisterUse> _uses;
    private readonly IReadOnlyDictionary<int, int[]> _targetLists;
    private readonly Dictionary<int, int> _numbers = [];
    private readonly int _words;

    // targetLists: where the branches by index go, by instruction.
    public RegisterFlow(
        IReadOnlyList<Instruction> instructions, IReadOnlyList<RegisterUse> uses, IReadOnlyDictionary<int, int[]> targetLists)
    {
        (_instructions, _uses, _targetLists) = (instructions, uses, targetLists);
        foreach (RegisterUse use in uses)
        {
            foreach (int register in use.Reads) _numbers.TryAdd(register, _numbers.Count);
            foreach (int register in use.Writes) _numbers.TryAdd(register, _numbers.Count);
        }

        _words = (_numbers.Count + 63) / 64;
    }

    public HashSet<int> FindDoubtful()
    {
        // What is written for certain on arrival at the places that jumps lead to.
        var arriving = new Dictionary<int, ulong[]> { [0] = new ulong[_words] };
        var open = new SortedSet<int> { 0 };
        var doubtful = new HashSet<int>();
        HashSet<int> jumpsLeadTo = JumpsLeadTo();
        while (open.Count > 0)
        {
            int place = open.Min;
            open.Remove(place);
            ulong[] written = (ulong[])arriving[place].Clone();
            for (bool first = true; place < _instructions.Count; place++, first = false)
            {
                if (!first && jumpsLeadTo.Contains(place))
                {
                    Arrive(place, written, arriving, open);
                    break;
                }

                Read(place, written, doubtful);
                Instruction instruction = _instructions[place];
                foreach (int target in Targets(place, instruction)) Arrive(target, written, arriving, open);
                // A guarded instruction writes for some lanes only, and others go on behind it.
                if (instruction.Guard >= 0) continue;
                if (instruction.Kind is InstructionKind.Branch or InstructionKind.IndexedBranch or InstructionKind.Return) break;
                Write(place, written);
            }
        }

        return doubtful;
    }

    private HashSet<int> JumpsLeadTo()
    {
        var places = new HashSet<int>();
        for (int place = 0; place < _instructions.Count; place++) places.UnionWith(Targets(place, _instructions[place]));
        return places;
    }

    private int[] Targets(int place, Instruction instruction) => instruction.Kind switch
    {
        InstructionKind.Branch => [instruction.Target],
        InstructionKind.IndexedBranch => _targetLists[place],
        _ => [],
    };

    private void Arrive(int target, ulong[] written, Dictionary<int, ulong[]> arriving, SortedSet<int> open)
    {
        if (!arriving.TryGetValue(target, out ulong[]? known))
        {
            arriving[target] = (ulong[])written.Clone();
            open.Add(target);
        }
        else if (Meet(known, written)) open.Add(target);
    }

    // Keeps in known what both have, and says whether that is less than before.
    private static bool Meet(ulong[] known, ulong[] other)
    {
        bool changed = false;
        for (int i = 0; i < known.Length; i++)
        {
            ulong both = known[i] & other[i];
            changed |= both != known[i];
            known[i] = both;
        }

        return changed;
    }

    private void Read(int place, ulong[] written, HashSet<int> doubtful)
    {
        foreach (int register in _uses[place].Reads)
        {
            int number = _numbers[register];
            if ((written[number >> 6] >> (number & 63) & 1) == 0) doubtful.Add(register);
        }
    }

    private void Write(int place, ulong[] written)
    {
        foreach (int register in _uses[place].Writes)
        {
            int number = _numbers[register];
            written[number >> 6] |= 1UL << (number & 63);
        }
    }
}
