using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// Tiles of [8 columns][16 rows] elements; columns behind the last are zeros.
internal sealed unsafe class FloatTiles<TFormat>() : TileFormat(TFormat.Type)
    where TFormat : struct, IFloatFormat
{
    private const int Rows = TileKernel.Rows;

    public override bool QuantizesActivations => false;

    public override int StepLength => FloatRecord.Length;

    public override long PanelBytes(int width) => (long)Steps(width) * FloatRecord.Length * Rows * TFormat.Bytes;

    public override TileKernel Kernel(SimdWidth width) => width switch
    {
        SimdWidth.V512 => Kernel(ByteDots.Pairs512),
        SimdWidth.V256 => Kernel(ByteDots.Pairs256),
        _ => Kernel(ByteDots.Portable),
    };

    public override TileKernel Kernel(ByteDots dots) => dots switch
    {
        ByteDots.Pairs512 => new FloatKernel<Register512, TFormat>(),
        ByteDots.Pairs256 or ByteDots.Quads256 or ByteDots.QuadPairs256 => new FloatKernel<Register256, TFormat>(),
        ByteDots.Pairs128 => new FloatKernel<Register128, TFormat>(),
        _ => new FloatKernel<RegisterPortable, TFormat>(),
    };

    public override void Pack(byte* rows, int count, int width, byte* panel)
    {
        if (TFormat.Bytes == sizeof(float)) Transpose((uint*)rows, count, width, (uint*)panel);
        else Transpose((ushort*)rows, count, width, (ushort*)panel);
    }

    public override void Unpack(byte* panel, int lane, int width, byte* row)
    {
        if (TFormat.Bytes == sizeof(float)) Gather((uint*)panel + lane, width, (uint*)row);
        else Gather((ushort*)panel + lane, width, (ushort*)row);
    }

    // Eight columns at a time: a cache line of each row is read in few visits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose<T>(T* rows, int count, int width, T* panel)
        where T : unmanaged
    {
        for (int first = 0; first < width; first += FloatRecord.Length)
        {
            int end = Math.Min(width, first + FloatRecord.Length);
            for (int row = 0; row < count; row++)
            {
                T* source = rows + (long)row * width;
                for (int column = first; column < end; column++) panel[(long)column * Rows + row] = source[column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather<T>(T* lane, int width, T* row)
        where T : unmanaged
    {
        for (int column = 0; column < width; column++) row[column] = lane[(long)column * Rows];
    }
}
