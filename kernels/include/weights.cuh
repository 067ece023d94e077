// Weights in planes. A row-major block mixes codes, scales and minimums; here each is an array of its own, so neighboring lanes
// load neighboring 16 bytes. PlaneLayout in C# writes the planes. A new quantized format is one line in the list below, and a
// word in kernels/instances.
//
//   w = d * multiplier * value(q) + m * minimum            q: an unsigned integer of LowBits + HighBits bits
//                                                           value(q): q - zero point, or entry q of a codebook
//
// Weights of a row stand in groups of 32. For each group, from its first bit up:
//   low     LowBits words; field j of the words is weights 4 j .. 4 j + 3, one a byte: word j % bits, at bit bits * (j / bits) of
//           each byte. 8 bits: signed bytes, q less its zero point
//   high    HighBits words, the same way
//   subs    multipliers, then minimums: none, one, or one for each 16 weights; bytes, or four bits each when Nibbles
// and for each block, which is one group or eight:
//   scales  half d, or half d and half m
// Rows of low and high start at multiples of 16 bytes. F32, F16 and BF16 have only `low`: the values in order.
#pragma once
#include "device.cuh"

struct Planes {
    const u8* low;
    const u8* high;
    const u8* scales;
    const u8* subs;
    int rows;
    int width; // weights in a row
    int lowRowBytes; // from row to row
    int highRowBytes;
};

// The values of codes of four bits, -127 .. 127.
template <int... values> struct Codebook {
    static_assert(sizeof...(values) == 16, "a value for each code");
    static constexpr bool Exists = true;
    // Values 4 i .. 4 i + 3, one a byte.
    static __device__ __forceinline__ u32 word(int i) {
        constexpr int all[] = {values...};
        return (u8)all[4 * i] | (u8)all[4 * i + 1] << 8 | (u8)all[4 * i + 2] << 16 | (u32)(u8)all[4 * i + 3] << 24;
    }
};
struct NoCodebook {
    static constexpr bool Exists = false;
};

// As IBlockFormat describes the format in C#.
template <int blockLength, int lowBits, int highBits, int zeroPoint, int multipliers, int minimumSign, int minimums,
    bool nibbles = false, class codebook = NoCodebook>
struct QuantFormat {
    typedef codebook Values;
    typedef f16 Operand; // what tensor cores multiply
    static constexpr int BlockLength = blockLength;
    static constexpr int LowBits = lowBits;
    static constexpr int HighBits = highBits;
    static constexpr int Multipliers = multipliers; // in a group
    static constexpr int MinimumSign = minimumSign; // 0: no m
    static constexpr int Minimums = minimums; // in a group; none: m alone
    static constexpr bool Nibbles = nibbles;
    static constexpr bool HasCodebook = codebook::Exists;
    static constexpr bool Signed = lowBits == 8 || HasCodebook;
    static constexpr int Zero = Signed ? 0 : zeroPoint; // what is still to be taken off the stored code
    static constexpr int ScaleBytes = minimumSign == 0 ? 2 : 4; // of a block
    static constexpr int SubBits = nibbles ? 4 : 8;
    static constexpr int SubBytes = (multipliers + minimums) * SubBits / 8; // of a group
};

struct NonLinear : Codebook<-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113> {};

// clang-format off
//                             block low high zero mult sign min
struct Q8_0 : QuantFormat<32,  8, 0, 128, 0,  0, 0> {};
struct Q4_0 : QuantFormat<32,  4, 0,   8, 0,  0, 0> {};
struct Q4_1 : QuantFormat<32,  4, 0,   0, 0,  1, 0> {};
struct Q5_0 : QuantFormat<32,  4, 1,  16, 0,  0, 0> {};
struct Q5_1 : QuantFormat<32,  4, 1,   0, 0,  1, 0> {};
struct Q2_K : QuantFormat<256, 2, 0,   0, 2, -1, 2, true> {};
struct Q3_K : QuantFormat<256, 2, 1,   4, 2,  0, 0> {};
struct Q4_K : QuantFormat<256, 4, 0,   0, 1, -1, 1> {};
struct Q5_K : QuantFormat<256, 4, 1,   0, 1, -1, 1> {};
struct Q6_K : QuantFormat<256, 4, 2,  32, 2,  0, 0> {};
struct IQ4_NL : QuantFormat<32, 4, 0, 128, 0, 0, 0, false, NonLinear> {};
struct IQ4_XS : QuantFormat<256, 4, 0, 128, 1, 0, 0, false, NonLinear> {};
// clang-format on

// ---- the fields of words ----

// Weights 4 j .. 4 j + 3 of a group, one a byte.
template <int Bits> DEVICE u32 field(const u32* words, int j) {
    if (Bits == 8) return words[j];
    return words[j % Bits] >> (Bits * (j / Bits)) & 0x01010101u * ((1 << Bits) - 1);
}

// The values of four of the eight codes in a word: of those in the lower or in the upper halves of its bytes.
template <class Values> DEVICE u32 look_up(u32 codes, bool upper) {
    // A code's lower three bits choose from each half of the codebook, its uppermost bit chooses the half.
    u32 places = codes & 0x77777777u, halves = 0x32103210u | (codes & 0x88888888u) >> 1;
    u32 pairs[2];
#pragma unroll
    for (int i = 0; i < 2; i++) {
        u32 first = __byte_perm(Values::word(0), Values::word(1), places >> 16 * i);
        u32 second = __byte_perm(Values::word(2), Values::word(3), places >> 16 * i);
        pairs[i] = __byte_perm(first, second, halves >> 16 * i);
    }
    return __byte_perm(pairs[0], pairs[1], upper ? 0x7531 : 0x6420);
}

// The codes of weights 4 j .. 4 j + 3; with a codebook their values, signed.
template <class F> DEVICE u32 codes(const u32* low, const u32* high, int j) {
    if constexpr (F::HasCodebook) return look_up<typename F::Values>(low[j % 4], j >= 4);
    u32 word = field<F::LowBits>(low, j);
    if constexpr (F::HighBits != 0) word |= field<F::HighBits>(high, j) << F::LowBits;
    return word;
}

// The scales of one block: d, and m with its sign.
template <class F> DEVICE float scale_of(u32 scales) { return to_f32(f16{(u16)scales}); }
template <class F> DEVICE float minimum_of(u32 scales) { return F::MinimumSign * to_f32(f16{(u16)(scales >> 16)}); }
// Multiplier or minimum i of a group, of the `subs` of the group; 1 where the format has none.
template <class F> DEVICE int multiplier_of(u32 subs, int i) {
    if constexpr (F::Multipliers == 0) return 1;
    else if constexpr (F::Nibbles) return subs >> 4 * (i % F::Multipliers) & 15;
    else return (i8)(subs >> 8 * (i % F::Multipliers));
}
template <class F> DEVICE int sub_minimum_of(u32 subs, int i) {
    if constexpr (F::Minimums == 0) return 1;
    else return subs >> F::SubBits * (F::Multipliers + i % F::Minimums) & ((1 << F::SubBits) - 1);
}

// ---- one group of 32 ----

template <class F> DEVICE u32 load_scales(const Planes& w, int row, int block) {
    const u8* p = w.scales + ((u64)row * (w.width / F::BlockLength) + block) * F::ScaleBytes;
    return F::ScaleBytes == 2 ? load_streaming2(p) : load_streaming4(p);
}

// Of `groups` neighboring groups, at most four bytes in all.
template <class F, int groups> DEVICE u32 load_subs(const Planes& w, int row, int group) {
    static_assert(groups * F::SubBytes <= 4, "a word");
    if constexpr (F::SubBytes == 0) {
        return 0;
    } else {
        const u8* p = w.subs + ((u64)row * (w.width / 32) + group) * F::SubBytes;
        if constexpr (groups * F::SubBytes == 1) return load_streaming1(p);
        return groups * F::SubBytes == 2 ? load_streaming2(p) : load_streaming4(p);
    }
}

DEVICE void store_words(u32* words, uint4 v) {
    words[0] = v.x;
    words[1] = v.y;
    words[2] = v.z;
    words[3] = v.w;
}

// 1, 2, 4 or 8 words, at an address that is a multiple of as many bytes, or of 16.
template <int Words> DEVICE void load_words(u32* words, const u8* p) {
    if constexpr (Words == 1) {
        words[0] = load_streaming4(p);
    } else if constexpr (Words == 2) {
        uint2 v = load_streaming8(p);
        words[0] = v.x;
        words[1] = v.y;
    } else {
#pragma unroll
        for (int i = 0; i < Words; i += 4) {
            uint4 v = load_streaming16(p + 4 * i);
            store_words(words + i, v);
        }
    }
}

// Byte i of a word as a float, less `zero`: the byte becomes the end of the mantissa of 2^23.
DEVICE float byte_less(u32 word, int i, int zero) {
    return bits_to_f32(__byte_perm(word, 0x4b000000u, 0x7440 + i)) - (8388608.0f + zero);
}

// A group as it lies in memory, on its way: loading it and using it may stand far apart.
template <class F> struct PackedGroup {
    u32 low[F::LowBits], high[F::HighBits + 1];
    u32 scales, subs;
};

template <class F> DEVICE PackedGroup<F> load_group(const Planes& w, int row, int group) {
    PackedGroup<F> g;
    load_words<F::LowBits>(g.low, w.low + (u64)row * w.lowRowBytes + group * 4 * F::LowBits);
    if constexpr (F::HighBits != 0) load_words<F::HighBits>(g.high, w.high + (u64)row * w.highRowBytes + group * 4 * F::HighBits);
    g.scales = load_scales<F>(w, row, group / (F::BlockLength / 32));
    g.subs = load_subs<F, 1>(w, row, group);
    return g;
}

// The 32 weights of a group exactly as WeightFormat.Dequantize computes them.
template <class F> DEVICE void dequantize32(const PackedGroup<F>& g, float (&values)[32]) {
#pragma unroll
    for (int j = 0; j < 8; j++) {
        u32 word = codes<F>(g.low, g.high, j);
        if (F::Signed) word ^= 0x80808080u;
        float scale = scale_of<F>(g.scales) * multiplier_of<F>(g.subs, j / 4);
        float minimum = F::MinimumSign == 0 ? 0 : minimum_of<F>(g.scales) * sub_minimum_of<F>(g.subs, j / 4);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float code = byte_less(word, i, F::Signed ? 128 : F::Zero);
            // The product is exact where there is a minimum (at most 11 + 6 + 5 bits), so that fusing changes nothing.
            values[4 * j + i] = F::MinimumSign == 0 ? code * scale : fmaf(code, scale, minimum);
        }
    }
}

// The 32 weights of a group for tensor cores: pairs of halves (of bfloat16 for BF16 weights), in order. Float formats may end
// inside the last group; zeros follow.
template <class F> DEVICE void dequantize32(const PackedGroup<F>& g, u32 (&pairs)[16]) {
    float values[32];
    dequantize32<F>(g, values);
#pragma unroll
    for (int i = 0; i < 16; i++) pairs[i] = pack2<f16>(values[2 * i], values[2 * i + 1]);
}

template <class F> DEVICE void dequantize32(const Planes& w, int row, int group, float (&values)[32]) {
    dequantize32<F>(load_group<F>(w, row, group), values);
}
template <class F> DEVICE void dequantize32(const Planes& w, int row, int group, u32 (&pairs)[16]) {
    dequantize32<F>(load_group<F>(w, row, group), pairs);
}

DEVICE void copy32(const Planes& w, int row, int group, u32 (&pairs)[16]) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
        int offset = 64 * group + 16 * i;
        uint4 v = {0, 0, 0, 0};
        if (offset < w.lowRowBytes) v = load_streaming16(w.low + (u64)row * w.lowRowBytes + offset);
        store_words(pairs + 4 * i, v);
    }
}
template <> __device__ __forceinline__ void dequantize32<f16>(const Planes& w, int row, int group, u32 (&pairs)[16]) {
    copy32(w, row, group, pairs);
}
template <> __device__ __forceinline__ void dequantize32<bf16>(const Planes& w, int row, int group, u32 (&pairs)[16]) {
    copy32(w, row, group, pairs);
}
