using System.Runtime.CompilerServices;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda.Weights;

// Planes of a quantized format, as kernels/include/weights.cuh reads them.
internal sealed unsafe class QuantPlanes<TFormat>() : PlaneFormat(TFormat.Type)
    where TFormat : struct, IBlockFormat
{
    private const int GroupLength = 32;

    private static int Groups => TFormat.BlockLength / GroupLength;

    private static int LowBytes => TFormat.LowBits * sizeof(uint);

    private static int HighBytes => TFormat.HighBits * sizeof(uint);

    private static int ScaleBytes => TFormat.MinimumSign == 0 ? sizeof(ushort) : 2 * sizeof(ushort);

    // A multiplier's or a minimum's: four where neither is above 15, else a byte.
    private static int SubBits => TFormat.IntegerBits <= 4 ? 4 : 8;

    // Multipliers and minimums of a group.
    private static int SubBytes => (TFormat.Multipliers + TFormat.Minimums) * SubBits / 8;

    public override bool QuantizesActivations => true;

    public override PlaneLayout Layout(int rows, int width)
    {
        if (width % TFormat.BlockLength != 0)
        {
            throw new ArgumentException(
                $"{width} is no multiple of the {TFormat.BlockLength} weights in a block of {Type}.", nameof(width));
        }

        int groups = width / GroupLength;
        return new PlaneLayout(
            rows,
            Padded(groups * LowBytes),
            Padded(groups * HighBytes),
            width / TFormat.BlockLength * ScaleBytes,
            groups * SubBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Pack(byte* rows, int count, int width, byte* planes, PlaneLayout layout, int firstRow)
    {
        int blocks = width / TFormat.BlockLength;
        BlockParts parts;
        for (int row = firstRow; row < firstRow + count; row++)
        {
            var place = new Place(planes, layout, row);
            for (int block = 0; block < blocks; block++)
            {
                TFormat.Split(rows, &parts);
                Write(&parts, place.At(block));
                rows += TFormat.BlockBytes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Unpack(byte* planes, PlaneLayout layout, int firstRow, int width, byte* row)
    {
        int blocks = width / TFormat.BlockLength;
        BlockParts parts;
        var place = new Place(planes, layout, firstRow);
        for (int block = 0; block < blocks; block++)
        {
            Read(place.At(block), &parts);
            TFormat.Join(&parts, row + (long)block * TFormat.BlockBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(BlockParts* parts, Place place)
    {
        ((ushort*)place.Scales)[0] = parts->Scale;
        if (TFormat.MinimumSign != 0) ((ushort*)place.Scales)[1] = parts->Minimum;
        for (int group = 0; group < Groups; group++)
        {
            ulong* quants = parts->Quants + 4 * group;
            WriteFields(quants, 0, TFormat.LowBits, place.Low + group * LowBytes);
            if (TFormat.HighBits > 0) WriteFields(quants, TFormat.LowBits, TFormat.HighBits, place.High + group * HighBytes);
            ulong subs = 0;
            for (int i = 0; i < TFormat.Multipliers; i++)
                subs |= (ulong)(byte)parts->Multipliers[group * TFormat.Multipliers + i] << SubBits * i;
            for (int i = 0; i < TFormat.Minimums; i++)
                subs |= (ulong)parts->Minimums[group * TFormat.Minimums + i] << SubBits * (TFormat.Multipliers + i);
            for (int i = 0; i < SubBytes; i++) place.Subs[group * SubBytes + i] = (byte)(subs >> 8 * i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Read(Place place, BlockParts* parts)
    {
        parts->Scale = ((ushort*)place.Scales)[0];
        if (TFormat.MinimumSign != 0) parts->Minimum = ((ushort*)place.Scales)[1];
        for (int group = 0; group < Groups; group++)
        {
            var quants = (uint*)(parts->Quants + 4 * group);
            new Span<uint>(quants, 8).Clear();
            ReadFields((uint*)(place.Low + group * LowBytes), 0, TFormat.LowBits, quants);
            if (TFormat.HighBits > 0)
                ReadFields((uint*)(place.High + group * HighBytes), TFormat.LowBits, TFormat.HighBits, quants);
            ulong subs = 0, mask = (1ul << SubBits) - 1;
            for (int i = 0; i < SubBytes; i++) subs |= (ulong)place.Subs[group * SubBytes + i] << 8 * i;
            for (int i = 0; i < TFormat.Multipliers; i++)
                parts->Multipliers[group * TFormat.Multipliers + i] = (sbyte)(subs >> SubBits * i & mask);
            for (int i = 0; i < TFormat.Minimums; i++)
                parts->Minimums[group * TFormat.Minimums + i] = (byte)(subs >> SubBits * (TFormat.Multipliers + i) & mask);
        }
    }

    // quants: eight words of four weights, two at a time. Word j goes to word j % bits of the plane, at bit bits * (j / bits) of
    // each byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteFields(ulong* quants, int shift, int bits, byte* plane)
    {
        if (bits == 8)
        {
            // Less their zero point, 128.
            for (int i = 0; i < 4; i++) ((ulong*)plane)[i] = quants[i] ^ 0x8080808080808080;
            return;
        }

        ulong mask = 0x0101010101010101ul * ((1ul << bits) - 1);
        ulong a = quants[0] >> shift & mask | (quants[2] >> shift & mask) << 4;
        ulong b = quants[1] >> shift & mask | (quants[3] >> shift & mask) << 4;
        if (bits == 4)
        {
            ((ulong*)plane)[0] = a;
            ((ulong*)plane)[1] = b;
            return;
        }

        a |= b << 2;
        if (bits == 2) *(ulong*)plane = a;
        else *(uint*)plane = (uint)(a | a >> 32 << 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadFields(uint* plane, int shift, int bits, uint* quants)
    {
        if (bits == 8)
        {
            for (int j = 0; j < 8; j++) quants[j] = plane[j] ^ 0x80808080;
            return;
        }

        uint mask = 0x01010101u * ((1u << bits) - 1);
        for (int j = 0; j < 8; j++) quants[j] |= (plane[j % bits] >> bits * (j / bits) & mask) << shift;
    }

    private static int Padded(int bytes) =>
        (bytes + PlaneLayout.RowAlignment - 1) / PlaneLayout.RowAlignment * PlaneLayout.RowAlignment;

    // A row's, or a block's, beginning in each plane.
    private readonly struct Place
    {
        public readonly byte* Low;
        public readonly byte* High;
        public readonly byte* Scales;
        public readonly byte* Subs;

        public Place(byte* planes, PlaneLayout layout, int row)
            : this(
                planes + (long)row * layout.LowRowBytes,
                planes + layout.HighOffset + (long)row * layout.HighRowBytes,
                planes + layout.ScalesOffset + (long)row * layout.ScalesRowBytes,
                planes + layout.SubsOffset + (long)row * layout.SubsRowBytes)
        {
        }

        private Place(byte* low, byte* high, byte* scales, byte* subs)
        {
            Low = low;
            High = high;
            Scales = scales;
            Subs = subs;
        }

        public Place At(int block) => new(
            Low + (long)block * Groups * LowBytes, High + (long)block * Groups * HighBytes,
            Scales + (long)block * ScaleBytes, Subs + (long)block * Groups * SubBytes);
    }
}
