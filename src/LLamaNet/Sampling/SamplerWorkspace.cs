namespace LLamaNet.Sampling;

// Buffers that the samplers of one decoding thread take turns to use.
internal sealed class SamplerWorkspace(int vocabulary)
{
    public float[] Row { get; } = new float[vocabulary];

    public ulong[] Keys { get; } = new ulong[vocabulary];
}
