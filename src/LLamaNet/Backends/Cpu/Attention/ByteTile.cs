using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Attention;

// A tile of a Q8_0 cache: the bytes of its elements in the order of KvTile, then their scales d, halves:
//   keys      sbyte[headDim][PageLength] | half[headDim / 32][PageLength]
//   values    sbyte[PageLength][headDim] | half[headDim / 32][PageLength]
// Each 32 neighbors of a position's key or value are a block of Q8_0; where one is infinite or NaN, so is d.
internal static unsafe class ByteTile
{
    public const int BlockLength = 32;

    private const int Length = KvLayer.PageLength;
    private const ushort NotANumber = 0x7e00;

    private static readonly WeightFormat s_format = WeightFormat.Of(DType.Q8_0);

    // source: one position's key or value. stride: bytes from one of its elements in the tile to the next one's.
    public static void Store(ReadOnlySpan<float> source, byte* tile, int position, int firstByte, int stride)
    {
        Span<byte> block = stackalloc byte[s_format.BlockBytes];
        var scales = (ushort*)(tile + Length * source.Length);
        for (int i = 0; i < source.Length / BlockLength; i++)
        {
            ReadOnlySpan<float> values = source.Slice(i * BlockLength, BlockLength);
            s_format.Quantize(values, block);
            scales[i * Length + position] = s_format.CanHold(values) ? Unsafe.ReadUnaligned<ushort>(ref block[0]) : NotANumber;
            byte* bytes = tile + firstByte + (long)i * BlockLength * stride;
            for (int j = 0; j < BlockLength; j++) bytes[j * stride] = block[2 + j];
        }
    }

    // The scales of a block of 32 elements of every position. [PageLength]
    public static ushort* Scales(byte* tile, int headDim, int block) => (ushort*)(tile + Length * headDim) + block * Length;

    // y[r, position] = x[r, position] * scale[position], or += it      x, y: [rows, PageLength]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<V>(float* y, float* x, ushort* scales, int rows, bool add)
        where V : unmanaged, ILanes<V>
    {
        var widening = new F16Lanes<V>();
        for (int i = 0; i < Length; i += ILanes<V>.Count)
        {
            V scale = V.LoadF16(scales + i, widening);
            float* from = x + i, to = y + i;
            for (int row = 0; row < rows; row++, from += Length, to += Length)
                V.Store(add ? V.MultiplyAdd(V.Load(from), scale, V.Load(to)) : V.Load(from) * scale, to);
        }
    }
}
