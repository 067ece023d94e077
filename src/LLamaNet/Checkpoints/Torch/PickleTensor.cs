namespace LLamaNet.Checkpoints.Torch;

// A view of a storage: element (i, j, …) is number Offset + i * Strides[0] + j * Strides[1] + … of it. All of it lies inside.
internal sealed record PickleTensor(PickleStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    // Null when it fits; otherwise what is wrong. Count cannot overflow afterwards.
    public string? FindProblem()
    {
        if (Shape.Count != Strides.Count) return $"{Shape.Count} sizes and {Strides.Count} strides";
        Int128 last = Offset, count = 1;
        for (int i = 0; i < Shape.Count; i++)
        {
            if (Shape[i] < 0 || Strides[i] < 0) return "a negative size or stride";
            last += (Int128)Math.Max(0, Shape[i] - 1) * Strides[i];
            count *= Shape[i];
            if (last > long.MaxValue || count > long.MaxValue) return "sizes beyond 2^63";
        }

        if (Offset < 0) return $"offset {Offset}";
        if (count > 0 && last >= Storage.Count) return $"an element at {last} of a storage of {Storage.Count}";
        return null;
    }
}
