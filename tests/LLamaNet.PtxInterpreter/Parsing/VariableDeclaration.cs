using System.Buffers.Binary;

namespace LLamaNet.PtxInterpreter.Parsing;

// A declaration such as `.shared .align 16 .b8 name[128];`, with a list of first values or without.
internal sealed record VariableDeclaration(string Name, PtxType Type, int Bytes, int Alignment, byte[]? Content,
    IReadOnlyList<(int Offset, string Variable)> Addresses)
{
    // The reader is in front of the state space, and afterwards behind the semicolon.
    public static VariableDeclaration Parse(SourceReader reader)
    {
        string text = reader.Until(';', '=');
        string[] words = text.Replace("[", " [", StringComparison.Ordinal)
            .Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        PtxType? type = null;
        int alignment = 0, count = 1, vector = 1;
        string? name = null;
        for (int i = 1; i < words.Length; i++)
        {
            string word = words[i];
            if (word == ".align") alignment = ModuleParser.Number(reader, words[++i]);
            else if (word is ".v2" or ".v4") vector = word[2] - '0';
            else if (word[0] == '.') type = PtxTypes.Find(word[1..]) ?? type;
            else if (word[0] == '[') count *= Extent(reader, words, ref i);
            else name = word;
        }

        if (type is null || name is null) throw reader.Error(text, "not a declaration");
        int size = type.Value.Bytes();
        int bytes = checked(size * vector * count);
        if (alignment == 0) alignment = Math.Max(1, size * vector);
        byte[]? content = null;
        var addresses = new List<(int, string)>();
        if (reader.Peek() == '=')
        {
            reader.Skip();
            content = new byte[bytes];
            Fill(reader, content, addresses, type.Value, reader.Until(';'));
        }

        reader.Expect(';');
        return new(name, type.Value, bytes, alignment, content, addresses);
    }

    private static int Extent(SourceReader reader, string[] words, ref int i)
    {
        string inside = words[i][1..];
        while (!inside.EndsWith(']')) inside += words[++i];
        inside = inside[..^1].Trim();
        return inside.Length == 0 ? 0 : ModuleParser.Number(reader, inside);
    }

    private static void Fill(
        SourceReader reader, byte[] content, List<(int Offset, string Variable)> addresses, PtxType type, string values)
    {
        int size = type.Bytes();
        int at = 0;
        Span<byte> eight = stackalloc byte[8];
        foreach (string value in values
            .Split(['{', '}', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Literal.TryParse(value, out ulong bits))
            {
                // generic(name)+12 or name
                string name = value.Split('+')[0].Replace("generic(", "", StringComparison.Ordinal).Trim(')', ' ');
                if (size != 8
                    || (value.Contains('+', StringComparison.Ordinal) && !Literal.TryParse(value.Split('+')[1].Trim(), out bits)))
                    throw reader.Error(value, "a first value that is not known");
                addresses.Add((at, name));
            }

            if (at + size > content.Length) throw reader.Error(values, "more first values than elements");
            BinaryPrimitives.WriteUInt64LittleEndian(eight, bits);
            eight[..size].CopyTo(content.AsSpan(at));
            at += size;
        }
    }
}
