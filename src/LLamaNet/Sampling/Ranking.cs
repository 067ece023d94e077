using System.Numerics.Tensors;

namespace LLamaNet.Sampling;

// Values and the ids they belong to, packed into integers that sort as (value, lower id first): the greatest key is the
// likeliest token, and equal values have one order only. Values must not be NaN.
internal static class Ranking
{
    private const int BlockLength = 256;

    public static ulong Key(float value, int id)
    {
        // Adding zero turns -0 into +0. Negative floats order backwards as integers: all their bits are flipped.
        uint bits = BitConverter.SingleToUInt32Bits(value + 0f);
        uint ordered = bits ^ ((uint)((int)bits >> 31) | 0x8000_0000);
        return ((ulong)ordered << 32) | ~(uint)id;
    }

    public static int Id(ulong key) => (int)~(uint)key;

    public static float Value(ulong key)
    {
        uint ordered = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle(ordered ^ ((uint)((int)~ordered >> 31) | 0x8000_0000));
    }

    // The keys of the top.Length greatest values, greatest first. A heap whose root is the least key kept; blocks without
    // a value above it are skipped unsorted, which is nearly all of a large vocabulary.
    public static void Select(ReadOnlySpan<float> values, Span<ulong> top)
    {
        if (top.IsEmpty) return;
        for (int id = 0; id < top.Length; id++) top[id] = Key(values[id], id);
        top.Sort(); // ascending order is a heap

        for (int start = top.Length; start < values.Length; start += BlockLength)
        {
            ReadOnlySpan<float> block = values.Slice(start, Math.Min(BlockLength, values.Length - start));
            // An equal value has the higher id here, so it ranks lower.
            if (TensorPrimitives.Max(block) <= Value(top[0])) continue;
            for (int i = 0; i < block.Length; i++)
            {
                ulong key = Key(block[i], start + i);
                if (key > top[0]) ReplaceRoot(top, key);
            }
        }

        top.Sort();
        top.Reverse();
    }

    private static void ReplaceRoot(Span<ulong> heap, ulong key)
    {
        int hole = 0;
        for (int child = 1; child < heap.Length; child = 2 * hole + 1)
        {
            if (child + 1 < heap.Length && heap[child + 1] < heap[child]) child++;
            if (key <= heap[child]) break;
            heap[hole] = heap[child];
            hole = child;
        }

        heap[hole] = key;
    }
}
