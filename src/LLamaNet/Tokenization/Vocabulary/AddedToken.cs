namespace LLamaNet.Tokenization.Vocabulary;

// A token that is matched as a whole before the text is cut into pieces. Special ones only where the caller allows it.
// LeftStrip and RightStrip: the token takes the white space beside it. SingleWord: not inside a word.
internal sealed record AddedToken(
    int Id,
    string Content,
    bool Special,
    bool LeftStrip = false,
    bool RightStrip = false,
    bool SingleWord = false,
    bool Normalized = false);
