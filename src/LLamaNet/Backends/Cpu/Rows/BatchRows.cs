namespace LLamaNet.Backends.Cpu.Rows;

// Segments stand in the order of their rows and leave no gap.
internal static class BatchRows
{
    // Index of the segment that a row belongs to.
    public static int SegmentOf(Batch batch, int row)
    {
        int low = 0;
        int high = batch.Segments.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (batch.Segments[middle].FirstRow <= row) low = middle;
            else high = middle - 1;
        }

        return low;
    }
}
