namespace LLamaNet.Backends.Cpu.Attention;

// Neighboring tokens of one sequence whose queries share each load of keys and values. FirstRow: of the batch.
// FirstKey: that the first query sees; the others see later ones.
internal readonly record struct QueryBlock(int FirstRow, int Count, int FirstPosition, int FirstKey, int[] Pages)
{
    public int EndKey => FirstPosition + Count;
}
