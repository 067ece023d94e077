using System.Buffers.Binary;
using System.Text;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Tests.Tokenization;

// Only what the vectors need of a known good GGUF file: its tokenizer.ggml.* keys.
internal static class GgufTokenizerArrays
{
    private const int StringType = 8;
    private const int ArrayType = 9;

    private static readonly int[] s_sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

    public static TokenizerVocabulary Read(string path)
    {
        Dictionary<string, object> keys = ReadKeys(File.ReadAllBytes(path));
        bool isBytes = (string)keys["tokenizer.ggml.model"] == "gpt2";
        string pre = (string)keys.GetValueOrDefault("tokenizer.ggml.pre", "default");
        NamedPreTokenizer words = NamedPreTokenizer.Find(pre)!;
        return new()
        {
            Kind = isBytes ? TokenizerModelKind.ByteLevelBpe : TokenizerModelKind.SentencePieceBpe,
            Pieces = [.. ((object[])keys["tokenizer.ggml.tokens"]).Cast<string>()],
            Types = [.. ((object[])keys["tokenizer.ggml.token_type"]).Select(t => (TokenType)(long)t)],
            Scores = isBytes ? null : [.. ((object[])keys["tokenizer.ggml.scores"]).Select(s => (float)s)],
            Merges = isBytes
                ? [.. ((object[])keys["tokenizer.ggml.merges"]).Select(m => TokenizerVocabulary.SplitMerge((string)m)!.Value)]
                : null,
            PreTokenizer = words.Rule,
            IgnoreMerges = isBytes && words.IgnoresMerges,
            AddBos = keys.GetValueOrDefault(
                "tokenizer.ggml.add_bos_token", !isBytes || words.AddsBos) is true or 1L,
            BosId = (int)(long)keys.GetValueOrDefault("tokenizer.ggml.bos_token_id", 1L),
            EosId = (int)(long)keys.GetValueOrDefault("tokenizer.ggml.eos_token_id", 2L),
            UnknownId = isBytes ? null : (int)(long)keys.GetValueOrDefault("tokenizer.ggml.unknown_token_id", 0L),
            SpacePrefix = isBytes ? SpacePrefix.Never : SpacePrefix.EveryStretch,
        };
    }

    private static Dictionary<string, object> ReadKeys(byte[] file)
    {
        int at = 16;
        var keys = new Dictionary<string, object>();
        long count = (long)Scalar(10);
        for (long i = 0; i < count; i++)
        {
            string key = Text();
            keys.Add(key, Value((int)(long)Scalar(4)));
        }

        return keys;

        object Value(int type)
        {
            if (type == StringType) return Text();
            if (type != ArrayType) return Scalar(type);
            int element = (int)(long)Scalar(4);
            var values = new object[(long)Scalar(10)];
            for (int i = 0; i < values.Length; i++) values[i] = Value(element);
            return values;
        }

        object Scalar(int type)
        {
            ReadOnlySpan<byte> bytes = file.AsSpan(at, s_sizes[type]);
            at += bytes.Length;
            if (type == 6) return BinaryPrimitives.ReadSingleLittleEndian(bytes);
            Span<byte> wide = stackalloc byte[8];
            wide.Clear();
            bytes.CopyTo(wide);
            return BinaryPrimitives.ReadInt64LittleEndian(wide);
        }

        string Text()
        {
            int length = (int)(long)Scalar(10);
            at += length;
            return Encoding.UTF8.GetString(file, at - length, length);
        }
    }
}
