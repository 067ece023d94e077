namespace LLamaNet.Sampling;

// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
// The n-th draw of a seed is computed from (seed, n) alone: nothing to carry along, nothing another sequence could disturb.
internal static class Philox
{
    private const int Rounds = 10;

    // In [0, 1), 53 random bits.
    public static double Uniform(ulong seed, ulong index)
    {
        (uint high, uint low, _, _) = Block(((uint)index, (uint)(index >> 32), 0, 0), ((uint)seed, (uint)(seed >> 32)));
        return ((((ulong)high << 32) | low) >> 11) * (1.0 / (1UL << 53));
    }

    public static (uint X0, uint X1, uint X2, uint X3) Block((uint X0, uint X1, uint X2, uint X3) counter, (uint K0, uint K1) key)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong left = 0xD2511F53UL * counter.X0;
            ulong right = 0xCD9E8D57UL * counter.X2;
            counter =
                ((uint)(right >> 32) ^ counter.X1 ^ key.K0, (uint)right, (uint)(left >> 32) ^ counter.X3 ^ key.K1, (uint)left);
            key = (key.K0 + 0x9E3779B9, key.K1 + 0xBB67AE85);
        }

        return counter;
    }
}
