namespace LLamaNet.Tokenization.Words;

// What the patterns of pre-tokenizers ask of a character: groups of Unicode's general categories, and white space.
[Flags]
internal enum CharacterTraits : ushort
{
    None = 0,
    UppercaseLetter = 1 << 0,
    LowercaseLetter = 1 << 1,
    TitlecaseLetter = 1 << 2,
    ModifierLetter = 1 << 3,
    OtherLetter = 1 << 4,
    Letter = UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter,
    Mark = 1 << 5,
    DecimalDigit = 1 << 6,
    OtherNumber = 1 << 7,
    Number = DecimalDigit | OtherNumber,
    Punctuation = 1 << 8,
    Symbol = 1 << 9,
    WhiteSpace = 1 << 10,
}
