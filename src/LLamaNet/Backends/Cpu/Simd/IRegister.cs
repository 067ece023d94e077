using System.Runtime.Intrinsics;

namespace LLamaNet.Backends.Cpu.Simd;

// One vector register: Lanes lanes of 32 bits, each seen as four bytes, two shorts, an int or a float. The tile kernels are
// written over it and go through the 16 rows of a tile Lanes at a time. Integer operations are exact and float operations
// are the same IEEE arithmetic in every lane, so every register gives the same bits.
internal unsafe interface IRegister<TSelf>
    where TSelf : unmanaged, IRegister<TSelf>
{
    // 16, 8 or 4.
    static abstract int Lanes { get; }

    static abstract TSelf Zero { get; }

    // The same byte, short or float everywhere.
    static abstract TSelf SplatByte(byte value);

    static abstract TSelf SplatShort(short value);

    static abstract TSelf SplatFloat(float value);

    // 32 bits from memory in every lane.
    static abstract TSelf Broadcast(void* source);

    static abstract TSelf Load(void* source);

    static abstract void Store(TSelf value, void* destination);

    // Lanes signed bytes as ints.
    static abstract TSelf LoadSBytes(sbyte* source);

    // Lanes pairs of shorts (first[i], second[i]), widened from signed bytes.
    static abstract TSelf LoadSBytePairs(sbyte* first, sbyte* second);

    // Lanes finite IEEE halves widened exactly, subnormals included.
    static abstract TSelf LoadF16(ushort* source, F16Widening<TSelf> by);

    static abstract TSelf LoadBFloat16(ushort* source);

    // The low byte of every int.
    static abstract void StoreLowBytes(TSelf value, sbyte* destination);

    static abstract TSelf And(TSelf left, TSelf right);

    static abstract TSelf Or(TSelf left, TSelf right);

    // Sixteen bytes for LookUp.
    static abstract TSelf SplatTable(Vector128<byte> table);

    // table[indices[i]] of bytes; indices are 0 to 15.
    static abstract TSelf LookUp(TSelf table, TSelf indices);

    // Of shorts.
    static abstract TSelf ShiftLeft(TSelf value, int count);

    static abstract TSelf ShiftRight(TSelf value, int count);

    static abstract TSelf AddInts(TSelf left, TSelf right);

    static abstract TSelf SubtractInts(TSelf left, TSelf right);

    static abstract TSelf MultiplyInts(TSelf left, TSelf right);

    static abstract TSelf MaxInts(TSelf left, TSelf right);

    // left[2i] * right[2i] + left[2i + 1] * right[2i + 1] of shorts, as ints.
    static abstract TSelf MultiplyShorts(TSelf left, TSelf right);

    static abstract int SumOfInts(TSelf value);

    static abstract int MaxOfInts(TSelf value);

    static abstract TSelf ToFloat(TSelf ints);

    static abstract TSelf AddFloats(TSelf left, TSelf right);

    static abstract TSelf MultiplyFloats(TSelf left, TSelf right);

    // left * right + addend, rounded once.
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);
}
