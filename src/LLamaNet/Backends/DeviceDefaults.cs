namespace LLamaNet.Backends;

// What a kind of device takes when the options leave it open. HalfKvCache: keys and values in F16 even where weights are floats.
// PrefillChunk: prompt tokens in a step.
internal readonly record struct DeviceDefaults(bool HalfKvCache, int PrefillChunk)
{
    public static DeviceDefaults Cpu { get; } = new(HalfKvCache: false, PrefillChunk: 256);

    // More rows to a product, because tensor cores multiply faster, beside what memory gives, than a CPU does.
    public static DeviceDefaults Gpu { get; } = new(HalfKvCache: true, PrefillChunk: 1024);
}
