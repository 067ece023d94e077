namespace LLamaNet.Tokenization;

// Checks a vocabulary and builds its tokenizer.
internal static class TokenizerFactory
{
    // Control tokens that end a turn or a message, whatever the file names as EOS.
    private static readonly HashSet<string> s_endTokens =
    [
        "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|endoftext|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<EOT>",
        "▁<EOT>", "</s>",
    ];

    // Throws ModelFormatException, naming sourcePath, when the vocabulary contradicts itself.
    public static LlamaTokenizer Create(TokenizerVocabulary vocabulary, string sourcePath)
    {
        VocabularyChecks.Check(vocabulary, sourcePath);
        vocabulary = vocabulary with { Types = TypesWithControlEnds(vocabulary) };
        IEnumerable<AddedToken> addedTokens = AllAddedTokens(vocabulary);
        IEnumerable<int> endIds = AllEndIds(vocabulary);
        return vocabulary.Kind == TokenizerModelKind.SentencePieceBpe
            ? new SentencePieceBpe(vocabulary, new(vocabulary, sourcePath), addedTokens, endIds)
            : new ByteLevelBpe(vocabulary, new(vocabulary, sourcePath), addedTokens, endIds);
    }

    // BOS and EOS are control tokens even where the file does not say so: text must not become one.
    private static TokenType[] TypesWithControlEnds(TokenizerVocabulary vocabulary)
    {
        TokenType[] types = [.. vocabulary.Types];
        foreach (int? id in (ReadOnlySpan<int?>)[vocabulary.BosId, vocabulary.EosId])
        {
            if (id is { } end && SentencePieceMerges.IsText(types[end])) types[end] = TokenType.Control;
        }

        return types;
    }

    // The listed ones, then control, unknown and user-defined pieces without rules of their own, which GGUF and SentencePiece
    // do not have. A user-defined piece is matched in the text before spaces become ▁.
    private static List<AddedToken> AllAddedTokens(TokenizerVocabulary vocabulary)
    {
        bool hasEscapedSpaces = vocabulary.Kind == TokenizerModelKind.SentencePieceBpe;
        List<AddedToken> tokens = [.. vocabulary.AddedTokens];
        HashSet<int> listed = [.. tokens.Select(t => t.Id)];
        for (int id = 0; id < vocabulary.Pieces.Length; id++)
        {
            if (listed.Contains(id)) continue;
            string piece = vocabulary.Pieces[id];
            if (vocabulary.Types[id] is TokenType.Control or TokenType.Unknown) tokens.Add(new(id, piece, Special: true));
            else if (vocabulary.Types[id] == TokenType.UserDefined)
                tokens.Add(new(id, hasEscapedSpaces ? piece.Replace(SentencePieceBpe.Space, ' ') : piece, Special: false));
        }

        return tokens;
    }

    private static IEnumerable<int> AllEndIds(TokenizerVocabulary vocabulary)
    {
        if (vocabulary.EosId is { } eos) yield return eos;
        foreach (int id in vocabulary.ExtraEndIds) yield return id;
        for (int id = 0; id < vocabulary.Pieces.Length; id++)
        {
            if (vocabulary.Types[id] == TokenType.Control && s_endTokens.Contains(vocabulary.Pieces[id])) yield return id;
        }
    }
}
