using LLamaNet.Tensors;

namespace LLamaNet.Backends;

// A kind of device: the devices of this machine, and what models take on one, whether or not one is here.
// Members that need a device throw DeviceException where it cannot be used.
internal abstract class DeviceProvider
{
    public abstract DeviceKind Kind { get; }

    // For options: "cuda".
    public abstract string Name { get; }

    // For sentences: "GPU".
    public abstract string Noun { get; }

    // Whether a machine may have several, told apart by their ordinals.
    public abstract bool HasOrdinals { get; }

    // ---- devices of this machine ----

    // At least 1.
    public abstract int Count();

    public abstract DeviceDescription Describe(int ordinal);

    // A device that is not here and why.
    public abstract DeviceDescription DescribeMissing(string refusal);

    public abstract long ReadFreeBytes(int ordinal);

    public abstract Backend Open(int ordinal, ModelOptions options);

    // By ordinal; where there is none, one entry that says why.
    public IReadOnlyList<DeviceDescription> List()
    {
        try
        {
            return [.. Enumerable.Range(0, Count()).Select(Describe)];
        }
        catch (DeviceException exception)
        {
            return [DescribeMissing(exception.Message)];
        }
    }

    // ---- what models take ----

    // Why no device of this kind runs such a model; null when one may.
    public virtual DeviceException? Refusal(LlamaConfig config) => null;

    // Prompt tokens in a step, unless options say.
    public abstract int PrefillChunk { get; }

    // Format of keys and values beside float weights, unless options say; F16 beside quantized ones.
    public abstract DType FloatKvCacheType { get; }

    // What keys and values may be kept in.
    public abstract IReadOnlyList<DType> KvCacheTypes { get; }

    // Device bytes of a weight, padding included: what Backend.Load allocates.
    public abstract long WeightBytes(IReadOnlyList<MatrixSource> parts);

    // Device bytes of the scratch that operations need within these limits: what Backend.Reserve allocates.
    public abstract long ScratchBytes(StepLimits limits, ModelOptions options);
}
