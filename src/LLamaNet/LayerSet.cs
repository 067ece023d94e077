using System.Collections;

namespace LLamaNet;

/// <summary>Numbers of layers, in rising order. Two sets of the same numbers are equal.</summary>
public sealed class LayerSet : IReadOnlyList<int>, IEquatable<LayerSet>
{
    private readonly int[] _layers;

    /// <summary>Makes a set of the given numbers.</summary>
    /// <param name="layers">Numbers from 0 on, in any order.</param>
    public LayerSet(IEnumerable<int> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        _layers = [.. layers.Distinct().Order()];
    }

    /// <summary>No layer.</summary>
    public static LayerSet None { get; } = new([]);

    /// <summary>How many layers the set holds.</summary>
    public int Count => _layers.Length;

    /// <summary>Returns the layer at a place of the rising order.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public int this[int index] => _layers[index];

    /// <summary>Tells whether a layer is in the set.</summary>
    /// <param name="layer">Its number.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(int layer) => Array.BinarySearch(_layers, layer) >= 0;

    /// <inheritdoc/>
    public bool Equals(LayerSet? other) => other is not null && _layers.AsSpan().SequenceEqual(other._layers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LayerSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int layer in _layers) hash.Add(layer);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _layers)}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_layers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
