using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization;

// Checks a vocabulary and builds its tokenizer.
internal static class TokenizerFactory
{
    // Throws ModelFormatException, naming sourcePath, when the vocabulary contradicts itself.
    public static ModelTokenizer Create(TokenizerVocabulary vocabulary, string sourcePath)
    {
        VocabularyChecks.Check(vocabulary, sourcePath);
        vocabulary = vocabulary with { Types = TokenTypes.Resolve(vocabulary) };
        List<AddedToken> addedTokens = AllAddedTokens(vocabulary), userDefined = UserDefinedTokens(vocabulary);
        if (!vocabulary.UserDefinedInText) addedTokens.AddRange(userDefined);
        IEnumerable<int> endIds = AllEndIds(vocabulary);
        return vocabulary.Kind == TokenizerModelKind.SentencePieceBpe
            ? new SentencePieceBpe(
                vocabulary, new(vocabulary, sourcePath), addedTokens, vocabulary.UserDefinedInText ? userDefined : [], endIds)
            : new ByteLevelBpe(vocabulary, new(vocabulary, sourcePath), addedTokens, endIds);
    }

    // The listed ones, then control and unknown pieces without rules of their own, which GGUF and SentencePiece do not have.
    private static List<AddedToken> AllAddedTokens(TokenizerVocabulary vocabulary) =>
    [
        .. vocabulary.AddedTokens.Select(
            token => vocabulary.Types[token.Id] == TokenType.Control ? token with { Special = true } : token),
        .. UnlistedIds(vocabulary, type => type is TokenType.Control or TokenType.Unknown)
            .Select(id => new AddedToken(id, vocabulary.Pieces[id], Special: true)),
    ];

    // User-defined pieces without rules of their own. Those that cut the text are matched before its spaces become ▁.
    private static List<AddedToken> UserDefinedTokens(TokenizerVocabulary vocabulary)
    {
        bool hasPlainSpaces = vocabulary.Kind == TokenizerModelKind.SentencePieceBpe && !vocabulary.UserDefinedInText;
        string TextOf(string piece) => hasPlainSpaces ? piece.Replace(SentencePieceBpe.Space, ' ') : piece;
        return
        [
            .. UnlistedIds(vocabulary, type => type == TokenType.UserDefined)
                .Select(id => new AddedToken(id, TextOf(vocabulary.Pieces[id]), Special: false)),
        ];
    }

    private static IEnumerable<int> UnlistedIds(TokenizerVocabulary vocabulary, Func<TokenType, bool> isWanted)
    {
        HashSet<int> listed = [.. vocabulary.AddedTokens.Select(token => token.Id)];
        return Enumerable.Range(0, vocabulary.Pieces.Length).Where(id => isWanted(vocabulary.Types[id]) && !listed.Contains(id));
    }

    private static IEnumerable<int> AllEndIds(TokenizerVocabulary vocabulary)
    {
        if (vocabulary.EosId is { } eos) yield return eos;
        foreach (int id in vocabulary.ExtraEndIds) yield return id;
        for (int id = 0; id < vocabulary.Pieces.Length; id++)
        {
            if (EndTokens.Contains(vocabulary.Pieces[id])) yield return id;
        }
    }
}
