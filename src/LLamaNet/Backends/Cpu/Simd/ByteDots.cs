namespace LLamaNet.Backends.Cpu.Simd;

// The ways there are to multiply unsigned by signed bytes. All give the same integers.
internal enum ByteDots
{
    // 128-bit vectors of any machine.
    Portable,

    // Pairs of products as shorts: SSSE3, AVX2, AVX-512BW.
    Pairs128,
    Pairs256,
    Pairs512,

    // Four products as an int: AVX-VNNI.
    Quads256,

    // The same, on two registers at a time.
    QuadPairs256,
}
