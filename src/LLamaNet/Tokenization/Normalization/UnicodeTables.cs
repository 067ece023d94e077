using System.Globalization;

namespace LLamaNet.Tokenization.Normalization;

// Unicode's decompositions, from the resource unicode-normalization.txt. Its lines, in hexadecimal: "= whole part part" for
// canonical ones that compose again, "- whole parts" for those that do not, "~ whole parts" for compatible ones, and
// "class first last" for combining classes (decimal). Parts are decomposed as far as they go, but for "=", which has pairs.
internal sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> s_shared = new(() => new());

    private UnicodeTables()
    {
        var pairs = new List<(int Whole, int[] Parts)>();
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("unicode-normalization.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            int[] parts = [.. words.Skip(2).Select(Number)];
            int first = Number(words[1]);
            switch (words[0])
            {
                case "=":
                    Composed.Add((parts[0], parts[1]), first);
                    pairs.Add((first, parts));
                    break;
                case "-":
                    Canonical.Add(first, parts);
                    break;
                case "~":
                    Compatible.Add(first, parts);
                    break;
                default:
                    byte kind = byte.Parse(words[0], CultureInfo.InvariantCulture);
                    for (int character = first; character <= parts[0]; character++) Classes.Add(character, kind);
                    break;
            }
        }

        // The first part of a pair comes before the pair in the file.
        foreach ((int whole, int[] parts) in pairs)
            Canonical.Add(whole, [.. Canonical.GetValueOrDefault(parts[0]) ?? [parts[0]], parts[1]]);
    }

    public static UnicodeTables Shared => s_shared.Value;

    public Dictionary<int, int[]> Canonical { get; } = [];

    public Dictionary<int, int[]> Compatible { get; } = [];

    // Of characters whose class is not 0.
    public Dictionary<int, byte> Classes { get; } = [];

    public Dictionary<(int Left, int Right), int> Composed { get; } = [];

    private static int Number(string word) => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
