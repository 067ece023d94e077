using System.Globalization;

namespace LLamaNet.Checkpoints;

// A container's names of the tensors and GGUF's, both ways. Tensors of a layer are "<layerPrefix><number>.<suffix>".
internal sealed class TensorNameMap(
    (string InFile, string Gguf)[] single, string layerPrefix, (string Suffix, Func<int, string> Gguf)[] perLayer)
{
    private const string GgufLayerPrefix = "blk.";

    // Null for tensors that the forward pass does not use.
    public string? ToGguf(string nameInFile)
    {
        foreach ((string inFile, string gguf) in single)
            if (nameInFile == inFile) return gguf;

        if (!TrySplit(nameInFile, layerPrefix, out int layer, out string suffix)) return null;
        foreach ((string candidate, Func<int, string> gguf) in perLayer)
            if (suffix == candidate) return gguf(layer);

        return null;
    }

    // For messages.
    public string FromGguf(string gguf)
    {
        foreach ((string inFile, string name) in single)
            if (gguf == name) return inFile;

        if (TrySplit(gguf, GgufLayerPrefix, out int layer, out _))
        {
            foreach ((string suffix, Func<int, string> name) in perLayer)
                if (name(layer) == gguf) return $"{layerPrefix}{layer}.{suffix}";
        }

        return gguf;
    }

    // "layers.12.x.y" -> 12, "x.y". Numbers are written one way only, so that no two names mean one tensor.
    private static bool TrySplit(string name, string prefix, out int layer, out string suffix)
    {
        layer = 0;
        suffix = "";
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return false;
        int dot = name.IndexOf('.', prefix.Length);
        if (dot < 0) return false;
        string number = name[prefix.Length..dot];
        suffix = name[(dot + 1)..];
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out layer)
            && layer < ConfigLimits.MaxLayers
            && number == layer.ToString(CultureInfo.InvariantCulture);
    }
}
