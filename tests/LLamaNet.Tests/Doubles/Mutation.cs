using CsCheck;

namespace LLamaNet.Tests.Doubles;

// Good bytes with a few of them changed, inserted, removed, or cut off.
internal static class Mutation
{
    public static Gen<byte[]> Of(byte[] good) =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, good.Length - 1], Gen.Byte.Array[1, 4], Gen.Int[0, 7]).Array[1, 3].Select(changes =>
        {
            List<byte> bytes = [.. good];
            foreach ((int kind, int place, byte[] values, int bit) in changes)
            {
                int at = Math.Min(place, Math.Max(0, bytes.Count - 1));
                if (bytes.Count == 0) break;
                switch (kind)
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << bit);
                        break;
                    case 1:
                        for (int i = 0; i < values.Length && at + i < bytes.Count; i++) bytes[at + i] = values[i];
                        break;
                    case 2:
                        bytes.InsertRange(at, values);
                        break;
                    case 3:
                        bytes.RemoveRange(at, Math.Min(values.Length, bytes.Count - at));
                        break;
                    default:
                        if (bit == 0) bytes.RemoveRange(at, bytes.Count - at);
                        else bytes[at] = values[0];
                        break;
                }
            }

            return bytes.ToArray();
        });
}
