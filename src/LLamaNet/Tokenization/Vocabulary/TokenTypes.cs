using LLamaNet.Tokenization.Files;

namespace LLamaNet.Tokenization.Vocabulary;

// Types as they are meant: files leave them out or give the wrong ones.
internal static class TokenTypes
{
    // [id]. Byte tokens are known by their text; so are control tokens that end a turn, and a BOS, EOS or unknown token that
    // is written as one: user text must not become it. An ordinary token that is BOS or EOS stays ordinary.
    public static TokenType[] Resolve(TokenizerVocabulary vocabulary)
    {
        bool isSentencePiece = vocabulary.Kind == TokenizerModelKind.SentencePieceBpe;
        bool hasBytes = isSentencePiece && vocabulary.FallsBackToBytes;
        TokenType[] types = [.. vocabulary.Types];
        for (int id = 0; id < types.Length; id++)
        {
            string piece = vocabulary.Pieces[id];
            if (ByteToken.TryParse(piece, out _) && (hasBytes || types[id] == TokenType.Byte))
                types[id] = hasBytes ? TokenType.Byte : TokenType.Normal;
            else if (EndTokens.Contains(piece) && types[id] != TokenType.Unknown) types[id] = TokenType.Control;
        }

        Mark(vocabulary.UnknownId, isSentencePiece ? TokenType.Unknown : TokenType.Control);
        Mark(vocabulary.BosId, TokenType.Control);
        Mark(vocabulary.EosId, TokenType.Control);
        return types;

        void Mark(int? id, TokenType type)
        {
            if (id is { } token && types[token] is TokenType.Normal or TokenType.UserDefined or TokenType.Unused
                && IsWrittenAsControl(vocabulary.Pieces[token]))
                types[token] = type;
        }
    }

    // "<s>", "<|end|>", "[BOS]", "<｜begin▁of▁sentence｜>"
    private static bool IsWrittenAsControl(string piece) => piece is ['<', _, .., '>'] or ['[', _, .., ']'];
}
