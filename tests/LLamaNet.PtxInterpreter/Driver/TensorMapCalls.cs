using LLamaNet.PtxInterpreter.Hopper;
using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// Descriptions of tensors for Hopper's copy engine.
internal static unsafe class TensorMapCalls
{
    private const int Since = 12000;

    private delegate DriverResult EncodeEntry(
        byte* map, int type, uint rank, ulong address, ulong* extents, ulong* strides, uint* box, uint* steps, int interleave,
        int swizzle, int promotion, int fill);

    public static void AddTo(EntryTable table) => table.AddEntry(
        "cuTensorMapEncodeTiled",
        (EncodeEntry)((map, type, rank, address, extents, strides, box, steps, interleave, swizzle, promotion, fill) =>
            table.Guard(EntryNeeds.Nothing, () =>
            {
                int dimensions = (int)rank;
                if (dimensions is < 1 or > 5) throw Invalid($"rank {rank}");
                if ((ulong)map % 64 != 0) throw Invalid("the map must lie at a multiple of 64 bytes");
                if (interleave != 0 || fill != 0) throw Invalid("interleaving and NaN around the tensor are not simulated");
                if (new ReadOnlySpan<uint>(steps, dimensions).ContainsAnyExcept(1u))
                    throw Invalid("steps other than 1 are not simulated");
                var made = new TensorMap(
                    TensorMap.BytesOf(type), address, new ReadOnlySpan<ulong>(extents, dimensions).ToArray(),
                    new ReadOnlySpan<ulong>(strides, dimensions - 1).ToArray(), new ReadOnlySpan<int>(box, dimensions).ToArray(),
                    (Swizzle)swizzle);
                if (made.FindError() is { } error) throw Invalid(error);
                made.Write(new Span<byte>(map, TensorMap.Bytes));
            })),
        Since);

    private static DriverErrorException Invalid(string what) => new(CUDA_ERROR_INVALID_VALUE, what);
}
