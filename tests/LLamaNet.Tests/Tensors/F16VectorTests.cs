using System.Numerics;
using LLamaNet.Tensors.Quantization;
using Xunit;

namespace LLamaNet.Tests.Tensors;

public class F16VectorTests
{
    [Fact]
    public void Every_half_has_the_value_that_the_framework_gives_it_and_comes_back()
    {
        for (int i = 0; i <= ushort.MaxValue; i++)
        {
            Half half = BitConverter.UInt16BitsToHalf((ushort)i);
            float value = F16Vector.ToSingle(new Vector<uint>((uint)i))[0];
            if (Half.IsNaN(half))
            {
                Assert.True(float.IsNaN(value));
                continue;
            }

            Assert.Equal(BitConverter.SingleToUInt32Bits((float)half), BitConverter.SingleToUInt32Bits(value));
            Assert.Equal((uint)i, F16Vector.FromSingle(new Vector<float>(value))[0]);
        }
    }

    [Fact]
    public void Floats_are_rounded_as_the_framework_rounds_them()
    {
        // Every exponent and sign with mantissas around each place where rounding turns over.
        for (uint upper = 0; upper <= 0xffff; upper += 3)
        {
            foreach (uint lower in new uint[] { 0, 1, 0x0fff, 0x1000, 0x1001, 0x7fff, 0x8000, 0xefff, 0xf000, 0xf001, 0xffff })
            {
                float value = BitConverter.UInt32BitsToSingle(upper << 16 | lower);
                uint found = F16Vector.FromSingle(new Vector<float>(value))[0];
                if (float.IsNaN(value)) Assert.True((found & 0x7fff) > 0x7c00);
                else if (found != BitConverter.HalfToUInt16Bits((Half)value)) Assert.Fail($"{value:r}: {found:x4}");
            }
        }
    }
}
