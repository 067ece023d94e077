using System.Globalization;
using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Loading;

// The kinds of devices from the slowest to the fastest. Device.Auto tries the fastest first; the slowest is always there.
internal sealed class DeviceProviders(params IReadOnlyList<DeviceProvider> providers)
{
    public static DeviceProviders OfThisMachine { get; } = new(new CpuProvider(), new CudaProvider(CudaDriver.Open));

    // What Parse takes: "auto", "cpu", "cuda", "cuda:N".
    public IEnumerable<string> Forms => providers.SelectMany(
        provider => (string[])(provider.HasOrdinals ? [provider.Name, provider.Name + ":N"] : [provider.Name]))
        .Prepend(Device.AutoName);

    public IReadOnlyList<DeviceDescription> List() => [.. providers.SelectMany(provider => provider.List())];

    // Of Auto, the slowest kind.
    public long ReadFreeBytes(Device device) =>
        (device.Kind == DeviceKind.Auto ? providers[0] : Of(device)).ReadFreeBytes(device.Ordinal);

    // Of any device, also one that there cannot be.
    public string NameOf(Device device)
    {
        DeviceProvider? provider = providers.FirstOrDefault(provider => provider.Kind == device.Kind);
        string name = device.Kind == DeviceKind.Auto ? Device.AutoName : provider?.Name ?? $"{device.Kind}";
        bool hasOrdinal = device.Ordinal != 0 || provider?.HasOrdinals == true;
        return hasOrdinal ? string.Create(CultureInfo.InvariantCulture, $"{name}:{device.Ordinal}") : name;
    }

    public Device? Find(string text)
    {
        if (text.Equals(Device.AutoName, StringComparison.OrdinalIgnoreCase)) return Device.Auto;
        string[] parts = text.Split(':', 2);
        DeviceProvider? provider = providers.FirstOrDefault(
            provider => provider.Name.Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        if (provider is null) return null;
        if (parts.Length == 1) return new Device(provider.Kind);
        return provider.HasOrdinals && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal)
            ? new Device(provider.Kind, ordinal)
            : null;
    }

    // The kind that loading takes; with Auto the fastest that runs the model and of which a device can be used.
    public DeviceProvider For(ModelOptions options, LlamaConfig config) => options.Device.Kind != DeviceKind.Auto
        ? Of(options.Device)
        : providers.Skip(1).LastOrDefault(
            provider => Misfit(provider, options, config) is null && provider.List().Any(CanBeUsed)) ?? providers[0];

    // Opens the device that options ask for and loads a model on it. With Auto, the next kind's turn comes where a device
    // cannot be used, fails or is too small. load: owns the backend, also when it throws.
    public T Load<T>(ModelOptions options, LlamaConfig config, Func<DeviceProvider, Backend, DeviceSelection, T> load)
    {
        if (options.Device.Kind != DeviceKind.Auto)
        {
            DeviceProvider provider = Of(options.Device);
            Backend backend = provider.Open(options.Device.Ordinal, options);
            return load(provider, backend, new DeviceSelection(provider.Kind, backend.Name, "asked for"));
        }

        var problems = new List<string>();
        foreach (DeviceProvider provider in providers.Skip(1).Reverse())
        {
            string? misfit = Misfit(provider, options, config);
            (Backend? backend, string reason) = misfit is null ? OpenFirst(provider, options) : (null, misfit);
            if (backend is null)
            {
                problems.Add($"no {provider.Noun}: {reason}");
                continue;
            }

            try
            {
                string reasons = string.Join("; ", [reason, .. problems]);
                return load(provider, backend, new DeviceSelection(provider.Kind, backend.Name, reasons));
            }
            catch (DeviceException exception)
            {
                problems.Add($"the {provider.Noun} failed: {exception.Message}");
            }
            catch (DeviceOutOfMemoryException exception)
            {
                problems.Add($"the {provider.Noun} is too small: {exception.Message}");
            }
        }

        Backend last = providers[0].Open(0, options);
        return load(providers[0], last, new DeviceSelection(providers[0].Kind, last.Name, string.Join("; ", problems)));
    }

    // Why Auto passes a kind over; null when it does not.
    private static string? Misfit(DeviceProvider provider, ModelOptions options, LlamaConfig config) =>
        provider.Refusal(config) is { } refusal ? refusal.Message
        : options.KvCacheType is { } type && !provider.KvCacheTypes.Contains(type)
            ? $"{nameof(ModelOptions.KvCacheType)} is {type}, and it keeps {string.Join(" or ", provider.KvCacheTypes)}"
        : null;

    // The first of a kind that can be used, or none and why.
    private static (Backend? Backend, string Reason) OpenFirst(DeviceProvider provider, ModelOptions options)
    {
        var refusals = new List<string>();
        try
        {
            int count = provider.Count();
            for (int ordinal = 0; ordinal < count; ordinal++)
            {
                try
                {
                    Backend backend = provider.Open(ordinal, options);
                    string others = refusals.Count == 0 ? "" : $"; refused: {string.Join("; ", refusals)}";
                    return (backend, $"the first {provider.Noun} that can be used{others}");
                }
                catch (DeviceException exception)
                {
                    refusals.Add(exception.Message);
                }
            }
        }
        catch (DeviceException exception)
        {
            refusals.Add(exception.Message);
        }

        return (null, string.Join("; ", refusals));
    }

    // Another program may have a device to itself.
    private bool CanBeUsed(DeviceDescription found)
    {
        if (found.Refusal is not null) return false;
        try
        {
            return ReadFreeBytes(found.Device) >= 0;
        }
        catch (DeviceException)
        {
            return false;
        }
    }

    private DeviceProvider Of(Device device)
    {
        DeviceProvider provider = providers.FirstOrDefault(provider => provider.Kind == device.Kind)
            ?? throw new ArgumentOutOfRangeException(nameof(device), device.Kind, "There is no such kind of device.");
        return provider.HasOrdinals || device.Ordinal == 0
            ? provider
            : throw new ArgumentOutOfRangeException(nameof(device), device.Ordinal, $"The {provider.Noun} has no number but 0.");
    }
}
