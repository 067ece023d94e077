using System.Globalization;
using System.Text.Json;
using LLamaNet.StrictJson;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.HuggingFace;

// The tokenizer's files of a Hugging Face folder: tokenizer.json or tokenizer.model, with the flags and added tokens of
// tokenizer_config.json, and special_tokens_map.json for the names that it leaves out.
internal sealed class HuggingFaceTokenizer : IDisposable
{
    private const long MaxConfigBytes = 16 << 20;
    private const int MaxTemplateLength = 256 << 10;
    private const string AddedTokensKey = "added_tokens_decoder";

    // In the order in which transformers adds them.
    private static readonly string[] s_specialKeys =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly string _folder;
    private readonly LoadWarnings _warnings;
    private readonly List<JsonDocument> _documents = [];
    private readonly JsonSection? _config;
    private readonly JsonSection? _specialTokens;

    public HuggingFaceTokenizer(string folder, LoadWarnings warnings)
    {
        _folder = folder;
        _warnings = warnings;
        try
        {
            _config = Load("tokenizer_config.json");
            _specialTokens = Load("special_tokens_map.json");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (JsonDocument document in _documents) document.Dispose();
    }

    public TokenizerVocabulary ReadVocabulary()
    {
        TokenizerVocabulary vocabulary = AddSpecialTokens(AddListedTokens(AddTokens(ReadModel())));
        // Which token stands for the unknown, the model in tokenizer.json or tokenizer.model says alone.
        vocabulary = vocabulary with
        {
            BosId = FindSpecial(vocabulary, "bos_token") ?? vocabulary.BosId,
            EosId = FindSpecial(vocabulary, "eos_token") ?? vocabulary.EosId,
        };
        return HonoursAddBos(vocabulary)
            ? vocabulary with
            {
                AddBos = _config?.OptionalFlag("add_bos_token") ?? vocabulary.AddBos,
                AddEos = _config?.OptionalFlag("add_eos_token") ?? vocabulary.AddEos,
            }
            : vocabulary;
    }

    // chat_template.jinja, as newer releases write it, or the text in tokenizer_config.json; of several the one named "default".
    public string? ReadChatTemplate()
    {
        string path = Path.Combine(_folder, "chat_template.jinja");
        string? template = File.Exists(path) ? ReadText(path) : null;
        if (template is null && _config?.Find("chat_template") is { } value)
        {
            if (value.ValueKind == JsonValueKind.Array)
                value = value.EnumerateArray().Where(IsDefault).Select(item => item.GetProperty("template")).FirstOrDefault();
            template = value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Undefined => null,
                _ => throw _config.Wrong("chat_template", "text, or templates with names"),
            };
            path = _config.Path;
        }

        if (template?.Length > MaxTemplateLength)
        {
            throw new ModelFormatException(
                path, "chat_template", $"at most {MaxTemplateLength} characters", $"{template.Length}");
        }
        return template;
    }

    // Of a SentencePiece tokenizer tokenizer.model has the scores; its conversion tokenizer.json, which Hugging Face runs, has
    // the added tokens and says where a space is put first.
    private TokenizerVocabulary ReadModel()
    {
        string jsonPath = Path.Combine(_folder, "tokenizer.json"), modelPath = Path.Combine(_folder, "tokenizer.model");
        TokenizerVocabulary? converted =
            File.Exists(jsonPath) ? TokenizerFile.Read(CheckedFile.ReadAll(jsonPath, TokenizerFile.MaxBytes), jsonPath) : null;
        if (converted is { Kind: TokenizerModelKind.ByteLevelBpe } || !File.Exists(modelPath))
        {
            return converted
                ?? throw new ModelFormatException(_folder, "tokenizer", "tokenizer.json or tokenizer.model", "neither");
        }

        TokenizerVocabulary model = TokenizerFile.Read(CheckedFile.ReadAll(modelPath, TokenizerFile.MaxBytes), modelPath);
        if (converted is not null)
        {
            return Extend(jsonPath, model, converted.AddedTokens) with
            {
                AddBos = converted.AddBos,
                AddEos = converted.AddEos,
                SpacePrefix = converted.SpacePrefix,
                Normalizer = converted.Normalizer,
                FallsBackToBytes = converted.FallsBackToBytes,
            };
        }

        // transformers' "legacy" puts a space after special tokens too.
        return _config?.OptionalFlag("add_prefix_space") == false ? model with { SpacePrefix = SpacePrefix.Never }
            : _config?.OptionalFlag("legacy") == false ? model with { SpacePrefix = SpacePrefix.StartWithoutSpace }
            : model;
    }

    private TokenizerVocabulary AddTokens(TokenizerVocabulary vocabulary)
    {
        if (_config?.OptionalSection(AddedTokensKey) is not { } section) return vocabulary;
        var tokens = new List<AddedToken>();
        foreach (JsonProperty entry in section.Element.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                throw new ModelFormatException(
                    section.Path, AddedTokensKey, "token ids as keys", $"\"{JsonText.OneLine(entry.Name)}\"");
            }
            JsonSection token = section.OptionalSection(entry.Name) ?? throw section.Wrong(entry.Name, "an object");
            string content = token.OptionalText("content") is { Length: > 0 } text ? text : throw token.Wrong("content", "text");
            bool special = token.OptionalFlag("special") ?? false;
            tokens.Add(new AddedToken(
                id,
                content,
                special,
                token.OptionalFlag("lstrip") ?? false,
                token.OptionalFlag("rstrip") ?? false,
                token.OptionalFlag("single_word") ?? false,
                token.OptionalFlag("normalized") ?? !special));
        }

        return Extend(section.Path, vocabulary, tokens);
    }

    // added_tokens.json: { text: id }, of older releases. A token that the vocabulary has keeps its id.
    private TokenizerVocabulary AddListedTokens(TokenizerVocabulary vocabulary)
    {
        if (Load("added_tokens.json") is not { } section) return vocabulary;
        HashSet<string> known = [.. vocabulary.Pieces, .. vocabulary.AddedTokens.Select(token => token.Content)];
        HashSet<string> special = [.. s_specialKeys.Select(NameOf).OfType<string>(), .. AdditionalNames()];
        var tokens = new List<AddedToken>();
        foreach (JsonProperty entry in section.Element.EnumerateObject())
        {
            if (entry.Name.Length == 0 || known.Contains(entry.Name)) continue;
            if (section.OptionalInteger(entry.Name) is not { } id || id is < 0 or >= VocabularyChecks.MaxTokens)
                throw section.Wrong(entry.Name, "a token id");
            tokens.Add(new((int)id, entry.Name, special.Contains(entry.Name)));
        }

        return Extend(section.Path, vocabulary, tokens);
    }

    // As transformers does, special tokens that the vocabulary lacks are put behind it.
    private TokenizerVocabulary AddSpecialTokens(TokenizerVocabulary vocabulary)
    {
        HashSet<string> known = [.. vocabulary.Pieces, .. vocabulary.AddedTokens.Select(token => token.Content)];
        var missing = new List<AddedToken>();
        foreach (string name in (IEnumerable<string>)[.. s_specialKeys.Select(NameOf).OfType<string>(), .. AdditionalNames()])
        {
            if (!known.Add(name)) continue;
            int id = vocabulary.Pieces.Length + missing.Count;
            _warnings.Add(_folder, $"special token {VocabularyChecks.Quote(name)}: no token of the vocabulary; it gets id {id}");
            missing.Add(new(id, name, Special: true));
        }

        return Extend(_folder, vocabulary, missing);
    }

    private List<string> AdditionalNames()
    {
        const string Key = "additional_special_tokens";
        var names = new List<string>();
        foreach (JsonSection? section in (ReadOnlySpan<JsonSection?>)[_config, _specialTokens])
        {
            if (section?.Find(Key) is not { } list) continue;
            if (list.ValueKind != JsonValueKind.Array) throw section.Wrong(Key, "a list");
            foreach (JsonElement item in list.EnumerateArray())
            {
                bool isObject = item.ValueKind == JsonValueKind.Object;
                JsonElement name = isObject && item.TryGetProperty("content", out JsonElement content) ? content : item;
                if (name.ValueKind != JsonValueKind.String) throw section.Wrong(Key, "texts");
                if (name.GetString() is { Length: > 0 } text) names.Add(text);
            }
        }

        return names;
    }

    // Added tokens stand behind the vocabulary's own, or name one of them. Ids between are unused.
    private static TokenizerVocabulary Extend(string path, TokenizerVocabulary vocabulary, IReadOnlyList<AddedToken> tokens)
    {
        AddedToken[] added = [.. tokens.OrderBy(token => token.Id)];
        for (int i = 1; i < added.Length; i++)
        {
            if (added[i].Id == added[i - 1].Id)
                throw new ModelFormatException(path, "added tokens", "ids that differ", $"{added[i].Id} twice");
        }

        int maxId = UnusedIds.MaxId(vocabulary.Pieces.Length + added.Length);
        List<string> pieces = [.. vocabulary.Pieces];
        List<TokenType> types = [.. vocabulary.Types];
        foreach (AddedToken token in added)
        {
            TokenType type = token.Special ? TokenType.Control : TokenType.UserDefined;
            if (token.Id < pieces.Count)
            {
                if (types[token.Id] != TokenType.Unknown) types[token.Id] = type;
                if (pieces[token.Id].Replace('▁', ' ') != token.Content) pieces[token.Id] = token.Content;
            }
            else
            {
                if (token.Id > maxId) throw new ModelFormatException(path, "added tokens", $"ids up to {maxId}", $"{token.Id}");
                (string[] unusedPieces, TokenType[] unusedTypes) = UnusedIds.Create(token.Id - pieces.Count);
                pieces.AddRange([.. unusedPieces, token.Content]);
                types.AddRange([.. unusedTypes, type]);
            }
        }

        float[]? scores = vocabulary.Scores;
        if (scores is not null) Array.Resize(ref scores, pieces.Count);
        HashSet<int> replaced = [.. added.Select(token => token.Id)];
        return vocabulary with
        {
            Pieces = [.. pieces],
            Types = [.. types],
            Scores = scores,
            AddedTokens = [.. vocabulary.AddedTokens.Where(token => !replaced.Contains(token.Id)), .. added],
        };
    }

    private int? FindSpecial(TokenizerVocabulary vocabulary, string key)
    {
        if (NameOf(key) is not { } name) return null;
        AddedToken? added = vocabulary.AddedTokens.FirstOrDefault(token => token.Content == name);
        return added?.Id ?? Array.IndexOf(vocabulary.Pieces, name);
    }

    // A name is text or { "content": text }. Null and "" say nothing.
    private string? NameOf(string key)
    {
        foreach (JsonSection? section in (ReadOnlySpan<JsonSection?>)[_config, _specialTokens])
        {
            if (section?.Find(key) is not { } value) continue;
            string? name = value.ValueKind == JsonValueKind.Object
                ? section.OptionalSection(key)!.OptionalText("content")
                : section.OptionalText(key);
            if (!string.IsNullOrEmpty(name)) return name;
        }

        return null;
    }

    // transformers applies add_bos_token in its LLaMA classes; for others the post-processor of tokenizer.json alone decides.
    private bool HonoursAddBos(TokenizerVocabulary vocabulary) =>
        vocabulary.Kind == TokenizerModelKind.SentencePieceBpe
        || _config?.OptionalText("tokenizer_class")?.StartsWith("Llama", StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsDefault(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("name", out JsonElement name)
        && name.ValueKind == JsonValueKind.String && name.GetString() == "default"
        && item.TryGetProperty("template", out _);

    private static string ReadText(string path) =>
        System.Text.Encoding.UTF8.GetString(CheckedFile.ReadAll(path, MaxTemplateLength * 4));

    private JsonSection? Load(string name)
    {
        string path = Path.Combine(_folder, name);
        if (!File.Exists(path)) return null;
        JsonDocument document = JsonFile.Read(path, MaxConfigBytes);
        _documents.Add(document);
        return JsonSection.Root(path, document);
    }
}
