using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Operations;

// A tile of a Q8_0 cache: the bytes of its elements in the order of KvTile, then their scales d, halves:
//   keys      sbyte[headDim][PageLength] | half[headDim / 32][PageLength]
//   values    sbyte[PageLength][headDim] | half[headDim / 32][PageLength]
// Each 32 neighbours of a position's key or value are a block of Q8_0; where one is infinite or NaN, so is d.
internal static unsafe class ByteTile
{
    private const int Length = KvLayer.PageLength;
    private const int BlockLength = 32;
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

    // widened: [headDim, PageLength]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenKeys<V>(byte* tile, int headDim, float* widened)
        where V : unmanaged, ILanes<V>
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new HalfLanes<V>();
        var scales = (ushort*)(tile + Length * headDim);
        for (int block = 0; block < headDim; block += BlockLength, scales += Length)
        {
            V scale0 = V.LoadHalf(scales, widening), scale1 = V.LoadHalf(scales + Lanes, widening);
            V scale2 = V.LoadHalf(scales + 2 * Lanes, widening), scale3 = V.LoadHalf(scales + 3 * Lanes, widening);
            for (int i = 0; i < BlockLength; i++, tile += Length, widened += Length)
            {
                V.Store(V.LoadSByte((sbyte*)tile) * scale0, widened);
                V.Store(V.LoadSByte((sbyte*)tile + Lanes) * scale1, widened + Lanes);
                V.Store(V.LoadSByte((sbyte*)tile + 2 * Lanes) * scale2, widened + 2 * Lanes);
                V.Store(V.LoadSByte((sbyte*)tile + 3 * Lanes) * scale3, widened + 3 * Lanes);
            }
        }
    }

    // widened: [positions, headDim]; scratch: [PageLength]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenValues<V>(byte* tile, int headDim, int positions, float* widened, float* scratch)
        where V : unmanaged, ILanes<V>
    {
        const int Lanes = ILanes<V>.Count;
        var widening = new HalfLanes<V>();
        var scales = (ushort*)(tile + Length * headDim);
        for (int block = 0; block < headDim; block += BlockLength, scales += Length)
        {
            for (int i = 0; i < Length; i += Lanes) V.Store(V.LoadHalf(scales + i, widening), scratch + i);
            var bytes = (sbyte*)tile + block;
            float* to = widened + block;
            for (int position = 0; position < positions; position++, bytes += headDim, to += headDim)
            {
                V scale = V.Splat(scratch[position]);
                V.Store(V.LoadSByte(bytes) * scale, to);
                V.Store(V.LoadSByte(bytes + Lanes) * scale, to + Lanes);
            }
        }
    }
}
