using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Products;

// Tensor maps of row-major matrices of 16-bit values, for copies of 64 columns x some rows with the 128-byte swizzle. Each is
// made once: equal addresses and shapes give equal maps.
internal sealed unsafe class TensorMaps(CudaContext context) : IDisposable
{
    private const int BoxColumns = 64;
    private const int Alignment = 64;
    private const int Float16 = 6;
    private const int BFloat16 = 9;
    private const int NoInterleave = 0;
    private const int Swizzle128Bytes = 3;
    private const int PromoteTo256Bytes = 3;
    private const int FillZeros = 0;

    private readonly Dictionary<Matrix, nint> _maps = [];

    // Native memory, because a launch copies the map from where it lies.
    public CUtensorMap* Of(Matrix matrix)
    {
        if (_maps.TryGetValue(matrix, out nint made)) return (CUtensorMap*)made;
        CUtensorMap* map = (CUtensorMap*)NativeMemory.AlignedAlloc((nuint)sizeof(CUtensorMap), Alignment);
        ulong* extents = stackalloc ulong[] { (ulong)matrix.Width, (ulong)matrix.Rows };
        ulong strideBytes = (ulong)matrix.StrideBytes;
        uint* box = stackalloc uint[] { BoxColumns, (uint)matrix.BoxRows };
        uint* steps = stackalloc uint[] { 1, 1 };
        CUresult result = context.Driver.TensorMapEncodeTiled(
            map, matrix.Type == DType.BF16 ? BFloat16 : Float16, 2, matrix.Pointer, extents, &strideBytes, box, steps,
            NoInterleave, Swizzle128Bytes, PromoteTo256Bytes, FillZeros);
        if (result != CUresult.Success)
        {
            NativeMemory.AlignedFree(map);
            throw context.Driver.Failure(result, "cuTensorMapEncodeTiled", matrix.ToString());
        }

        _maps.Add(matrix, (nint)map);
        return map;
    }

    public void Dispose()
    {
        foreach (nint map in _maps.Values) NativeMemory.AlignedFree((void*)map);
        _maps.Clear();
    }

    // [Rows, Width] of F16 or BF16; BoxRows: of a copy.
    internal readonly record struct Matrix(CUdeviceptr Pointer, DType Type, int Rows, int Width, int StrideBytes, int BoxRows);
}
