using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace LLamaNet;

/// <summary>How the numbers of a tensor are stored. Names and values are those of the GGUF format.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are the field's: Q4_0, Q6_K.")]
[JsonConverter(typeof(JsonStringEnumConverter<DType>))]
public enum DType
{
    /// <summary>32-bit IEEE float.</summary>
    F32 = 0,

    /// <summary>16-bit IEEE float.</summary>
    F16 = 1,

    /// <summary>Blocks of 32: a scale and 4-bit values, w = d * (q - 8). 4.5 bits a weight.</summary>
    Q4_0 = 2,

    /// <summary>Blocks of 32: a scale, a minimum and 4-bit values, w = d * q + m. 5 bits a weight.</summary>
    Q4_1 = 3,

    /// <summary>Blocks of 32: a scale and 5-bit values, w = d * (q - 16). 5.5 bits a weight.</summary>
    Q5_0 = 6,

    /// <summary>Blocks of 32: a scale, a minimum and 5-bit values, w = d * q + m. 6 bits a weight.</summary>
    Q5_1 = 7,

    /// <summary>Blocks of 32: a scale and 8-bit values, w = d * q. 8.5 bits a weight.</summary>
    Q8_0 = 8,

    /// <summary>Blocks of 256 in sixteen sub-blocks with 4-bit scales and minima; 2-bit values. 2.625 bits a weight.</summary>
    Q2_K = 10,

    /// <summary>Blocks of 256 in sixteen sub-blocks with 6-bit scales; 3-bit values. 3.4375 bits a weight.</summary>
    Q3_K = 11,

    /// <summary>Blocks of 256 in eight sub-blocks with 6-bit scales and minima; 4-bit values. 4.5 bits a weight.</summary>
    Q4_K = 12,

    /// <summary>Blocks of 256 in eight sub-blocks with 6-bit scales and minima; 5-bit values. 5.5 bits a weight.</summary>
    Q5_K = 13,

    /// <summary>Blocks of 256 in sixteen sub-blocks with 8-bit scales; 6-bit values. 6.5625 bits a weight.</summary>
    Q6_K = 14,

    /// <summary>Blocks of 32: a scale and 4-bit values from a table of 16, denser around zero. 4.5 bits a weight.</summary>
    IQ4_NL = 20,

    /// <summary>Blocks of 256 in eight sub-blocks with 6-bit scales; the values of IQ4_NL. 4.25 bits a weight.</summary>
    IQ4_XS = 23,

    /// <summary>bfloat16: the upper half of a 32-bit float.</summary>
    BF16 = 30,
}
