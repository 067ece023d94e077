namespace LLamaNet.Backends.Cpu.Operations;

// Neighbouring tokens of one sequence whose queries share each load of keys and values. FirstRow: of the batch.
internal readonly record struct QueryBlock(int FirstRow, int Count, int FirstPosition, int[] Pages)
{
    public int Keys => FirstPosition + Count;
}
