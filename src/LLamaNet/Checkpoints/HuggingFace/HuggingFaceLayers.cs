using System.Text.Json;
using LLamaNet.Architectures;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.HuggingFace;

// What differs between the layers of a model in config.json: the window of attention, and whether positions are rotated.
internal static class HuggingFaceLayers
{
    private const string SlidingWindow = "sliding_window";
    private const string MaxWindowLayers = "max_window_layers";
    private const string NoRopeLayers = "no_rope_layers";
    private const string NoRopeInterval = "no_rope_layer_interval";

    public static (int? Window, LayerSet FullAttention) ReadWindow(JsonSection json, Architecture architecture, int layers)
    {
        bool isOptional = architecture.Window == WindowUse.SomeLayers;
        if (architecture.Window == WindowUse.None || isOptional && json.OptionalFlag("use_sliding_window") != true)
            return (null, LayerSet.None);

        // An absent key is not the same as null.
        bool isAbsent = !json.Element.TryGetProperty(SlidingWindow, out JsonElement value);
        int? window = isAbsent ? architecture.DefaultWindow
            : value.ValueKind == JsonValueKind.Null ? null
            : ConfigLimits.Count(json.Path, json.Place(SlidingWindow), json.Integer(SlidingWindow));
        if (window is null) return (null, LayerSet.None);
        LayerSet full = isOptional ? ReadFullAttention(json, architecture, layers) : LayerSet.None;
        return full.Count == layers ? (null, LayerSet.None) : (window, full);
    }

    public static LayerSet ReadUnrotated(JsonSection json, Architecture architecture, int layers)
    {
        if (architecture.UnrotatedInterval is not { } usual) return LayerSet.None;
        bool[]? rotates = json.OptionalList(NoRopeLayers, layers, "numbers, 0 (not rotated) or 1", element =>
            element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int flag) || flag is not (0 or 1)
                ? null
                : (bool?)(flag == 1));
        if (rotates is not null) return Where(layers, layer => !rotates[layer]);
        int interval = ConfigLimits.Count(json.Path, json.Place(NoRopeInterval), json.OptionalInteger(NoRopeInterval) ?? usual);
        return Where(layers, layer => (layer + 1) % interval == 0);
    }

    private static LayerSet ReadFullAttention(JsonSection json, Architecture architecture, int layers)
    {
        bool[]? isFull = json.OptionalList("layer_types", layers, "times full_attention or sliding_attention", element =>
            element.ValueKind != JsonValueKind.String ? null : element.GetString() switch
            {
                "full_attention" => true,
                "sliding_attention" => false,
                _ => (bool?)null,
            });
        if (isFull is not null) return Where(layers, layer => isFull[layer]);
        if (architecture.UnrotatedInterval is not null)
        {
            // The layers without rotation have the window.
            LayerSet unrotated = ReadUnrotated(json, architecture, layers);
            return Where(layers, layer => !unrotated.Contains(layer));
        }

        long first = json.OptionalInteger(MaxWindowLayers)
            ?? throw json.Wrong("layer_types", $"one type a layer, or {MaxWindowLayers}, beside use_sliding_window");
        return Where(layers, layer => layer < first);
    }

    private static LayerSet Where(int layers, Func<int, bool> isIn) => new(Enumerable.Range(0, layers).Where(isIn));
}
