using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Normalization;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization.Files;

// Reads SentencePiece's tokenizer.model: a ModelProto of sentencepiece_model.proto.
internal static class SentencePieceModel
{
    private const int BpeModel = 2;

    // LLaMA's own code adds BOS and no EOS; the file does not say.
    public static TokenizerVocabulary Read(ReadOnlySpan<byte> bytes, string path)
    {
        var pieces = new List<string>();
        var scores = new List<float>();
        var types = new List<TokenType>();
        var trainer = new TrainerSpec();
        var normalizer = new NormalizerSpec();

        var reader = new ProtobufReader(bytes, 0, path);
        while (reader.TryReadField(out int field))
        {
            switch (field)
            {
                case 1:
                    if (pieces.Count == VocabularyChecks.MaxTokens)
                        throw reader.Error($"at most {VocabularyChecks.MaxTokens} pieces", "more");
                    (string piece, float score, TokenType type) = ReadPiece(reader.ReadMessage());
                    pieces.Add(piece);
                    scores.Add(score);
                    types.Add(type);
                    break;
                case 2:
                    trainer = ReadTrainer(reader.ReadMessage(), trainer);
                    break;
                case 3:
                    normalizer = ReadNormalizer(reader.ReadMessage(), normalizer);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (trainer.ModelType != BpeModel)
            throw VocabularyChecks.Error(path, "trainer_spec.model_type", "2 (BPE)", NameOfModel(trainer.ModelType));
        if (trainer.SpaceIsSuffix)
            throw VocabularyChecks.Error(path, "trainer_spec.treat_whitespace_as_suffix", "false", "true");
        return new()
        {
            Kind = TokenizerModelKind.SentencePieceBpe,
            Pieces = [.. pieces],
            Scores = [.. scores],
            Types = [.. types],
            UnknownId = IdOrNone(trainer.UnknownId, pieces.Count, "trainer_spec.unk_id", path),
            BosId = IdOrNone(trainer.BosId, pieces.Count, "trainer_spec.bos_id", path),
            EosId = IdOrNone(trainer.EosId, pieces.Count, "trainer_spec.eos_id", path),
            AddBos = trainer.BosId >= 0,
            UserDefinedInText = true,
            Normalizer = normalizer.Steps is { Count: > 0 } steps ? new(steps) : null,
            SpacePrefix = normalizer.AddsDummyPrefix ? SpacePrefix.EveryStretch : SpacePrefix.Never,
        };
    }

    private static (string Piece, float Score, TokenType Type) ReadPiece(ProtobufReader reader)
    {
        string piece = "";
        float score = 0;
        TokenType type = TokenType.Normal;
        while (reader.TryReadField(out int field))
        {
            switch (field)
            {
                case 1:
                    piece = reader.ReadString(VocabularyChecks.LongestPieceBytes);
                    break;
                case 2:
                    score = reader.ReadSingle();
                    if (float.IsNaN(score)) throw reader.Error("a score", "NaN");
                    break;
                case 3:
                    ulong value = reader.ReadInteger();
                    if (value is < (ulong)TokenType.Normal or > (ulong)TokenType.Byte)
                        throw reader.Error("a piece's type from 1 to 6", $"{value}");
                    type = (TokenType)value;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (piece, score, type);
    }

    private static TrainerSpec ReadTrainer(ProtobufReader reader, TrainerSpec trainer)
    {
        while (reader.TryReadField(out int field))
        {
            switch (field)
            {
                case 3: trainer.ModelType = (long)reader.ReadInteger(); break;
                case 24: trainer.SpaceIsSuffix = reader.ReadInteger() != 0; break;
                case 40: trainer.UnknownId = (long)reader.ReadInteger(); break;
                case 41: trainer.BosId = (long)reader.ReadInteger(); break;
                case 42: trainer.EosId = (long)reader.ReadInteger(); break;
                default: reader.Skip(); break;
            }
        }

        return trainer;
    }

    private static NormalizerSpec ReadNormalizer(ProtobufReader reader, NormalizerSpec normalizer)
    {
        while (reader.TryReadField(out int field))
        {
            switch (field)
            {
                case 2:
                    normalizer.Map = ReadMap(reader.ReadBytes(), reader);
                    break;
                case 3:
                    normalizer.AddsDummyPrefix = reader.ReadInteger() != 0;
                    break;
                case 4:
                    normalizer.RemovesExtraSpaces = reader.ReadInteger() != 0;
                    break;
                case 5:
                    if (reader.ReadInteger() == 0) throw reader.Error("escape_whitespaces true", "false");
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return normalizer;
    }

    private static CharacterMap? ReadMap(ReadOnlySpan<byte> bytes, ProtobufReader place)
    {
        try
        {
            return bytes.IsEmpty ? null : new(bytes);
        }
        catch (FormatException exception)
        {
            throw place.Error("a map of characters", exception.Message);
        }
    }

    private static int? IdOrNone(long id, int count, string place, string path)
    {
        if (id < 0) return null;
        if (id >= count) throw VocabularyChecks.Error(path, place, $"below {count}, the number of pieces", $"{id}");
        return (int)id;
    }

    private static string NameOfModel(long modelType) => modelType switch
    {
        1 => "1 (Unigram)",
        3 => "3 (Word)",
        4 => "4 (Char)",
        _ => $"{modelType}",
    };

    private struct NormalizerSpec()
    {
        public CharacterMap? Map;
        public bool AddsDummyPrefix = true;
        public bool RemovesExtraSpaces = true;

        public readonly IReadOnlyList<NormalizerStep> Steps =>
        [
            .. Map is null ? [] : (NormalizerStep[])[Map.Step],
            .. RemovesExtraSpaces ? (NormalizerStep[])[NormalizerStep.RemoveExtraSpaces] : [],
        ];
    }

    // The defaults are those of sentencepiece_model.proto; a negative id means that there is no such token.
    private struct TrainerSpec()
    {
        public long ModelType = 1;
        public long UnknownId;
        public long BosId = 1;
        public long EosId = 2;
        public bool SpaceIsSuffix;
    }
}
