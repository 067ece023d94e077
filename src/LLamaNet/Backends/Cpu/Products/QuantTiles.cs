using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// Tiles of a quantized format, laid out as TileLayout says.
internal sealed unsafe class QuantTiles<TFormat>() : TileFormat(TFormat.Type)
    where TFormat : struct, IBlockFormat
{
    private const int Rows = TileKernel.Rows;

    public override bool QuantizesActivations => true;

    public override int StepLength => QuantizedRecord.Length;

    public override long PanelBytes(int width) => (long)(width / TFormat.BlockLength) * TileLayout<TFormat>.TileBytes;

    public override TileKernel Kernel(SimdWidth width) => Kernel(ByteDotsChoice.For(width, TileLayout<TFormat>.Bits));

    public override TileKernel Kernel(ByteDots dots) => dots switch
    {
        ByteDots.Pairs512 => new QuantKernel<Register512, PairDots<Register512>, TFormat>(),
        ByteDots.Pairs256 => new QuantKernel<Register256, PairDots<Register256>, TFormat>(),
        ByteDots.Quads256 => new QuantKernel<Register256, QuadDots<Register256>, TFormat>(),
        ByteDots.QuadPairs256 => new QuantKernel<RegisterPair256, QuadDots<RegisterPair256>, TFormat>(),
        ByteDots.Pairs128 => new QuantKernel<Register128, PairDots<Register128>, TFormat>(),
        _ => new QuantKernel<RegisterPortable, QuadDots<RegisterPortable>, TFormat>(),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Pack(byte* rows, int count, int width, byte* panel)
    {
        int blocks = width / TFormat.BlockLength;
        BlockParts parts;
        for (int block = 0; block < blocks; block++)
        {
            byte* tile = panel + (long)block * TileLayout<TFormat>.TileBytes;
            for (int row = 0; row < count; row++)
            {
                TFormat.Split(rows + ((long)row * blocks + block) * TFormat.BlockBytes, &parts);
                Write(&parts, tile, row);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Unpack(byte* panel, int lane, int width, byte* row)
    {
        int blocks = width / TFormat.BlockLength;
        BlockParts parts;
        for (int block = 0; block < blocks; block++)
        {
            Read(panel + (long)block * TileLayout<TFormat>.TileBytes, lane, &parts);
            TFormat.Join(&parts, row + (long)block * TFormat.BlockBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(BlockParts* parts, byte* tile, int lane)
    {
        ((ushort*)tile)[lane] = parts->Scale;
        if (TFormat.MinimumSign != 0) ((ushort*)tile)[Rows + lane] = parts->Minimum;
        byte* multipliers = tile + TileLayout<TFormat>.MultipliersOffset + lane;
        for (int i = 0; i < TileLayout<TFormat>.Steps * TFormat.Multipliers; i++)
            multipliers[i * Rows] = (byte)parts->Multipliers[i];
        byte* minimums = tile + TileLayout<TFormat>.MinimumsOffset + lane;
        for (int i = 0; i < TileLayout<TFormat>.Steps * TFormat.Minimums; i++) minimums[i * Rows] = parts->Minimums[i];
        byte* planes = tile + TileLayout<TFormat>.QuantsOffset + 4 * lane;
        for (int step = 0; step < TileLayout<TFormat>.Steps; step++)
        {
            ulong* quants = parts->Quants + 4 * step;
            BitPlanes.Write(quants, 0, TFormat.LowBits, planes);
            if (TFormat.HighBits > 0) BitPlanes.Write(quants, TFormat.LowBits, TFormat.HighBits, planes + 64 * TFormat.LowBits);
            planes += TileLayout<TFormat>.StepBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Read(byte* tile, int lane, BlockParts* parts)
    {
        parts->Scale = ((ushort*)tile)[lane];
        if (TFormat.MinimumSign != 0) parts->Minimum = ((ushort*)tile)[Rows + lane];
        byte* multipliers = tile + TileLayout<TFormat>.MultipliersOffset + lane;
        for (int i = 0; i < TileLayout<TFormat>.Steps * TFormat.Multipliers; i++)
            parts->Multipliers[i] = (sbyte)multipliers[i * Rows];
        byte* minimums = tile + TileLayout<TFormat>.MinimumsOffset + lane;
        for (int i = 0; i < TileLayout<TFormat>.Steps * TFormat.Minimums; i++) parts->Minimums[i] = minimums[i * Rows];
        byte* planes = tile + TileLayout<TFormat>.QuantsOffset + 4 * lane;
        for (int step = 0; step < TileLayout<TFormat>.Steps; step++)
        {
            ulong* quants = parts->Quants + 4 * step;
            new Span<ulong>(quants, 4).Clear();
            BitPlanes.Read(planes, 0, TFormat.LowBits, quants);
            if (TFormat.HighBits > 0) BitPlanes.Read(planes + 64 * TFormat.LowBits, TFormat.LowBits, TFormat.HighBits, quants);
            planes += TileLayout<TFormat>.StepBytes;
        }
    }
}
