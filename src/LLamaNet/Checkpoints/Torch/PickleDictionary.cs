namespace LLamaNet.Checkpoints.Torch;

// A dict or OrderedDict with text keys, in insertion order.
internal sealed class PickleDictionary(bool ordered)
{
    private Dictionary<string, object?>? _items;

    // Only an OrderedDict carries attributes, which BUILD sets.
    public bool IsOrdered { get; } = ordered;

    public IReadOnlyCollection<KeyValuePair<string, object?>> Items =>
        _items is null ? [] : _items;

    // False when the key is there already.
    public bool TryAdd(string key, object? value) => (_items ??= new(StringComparer.Ordinal)).TryAdd(key, value);
}
