namespace LLamaNet.Tokenization.Words;

// Regular expressions as the tokenizer.json of each family has them. llama.cpp writes some in another way for its engine.
internal static class WordPatterns
{
    public const string Contraction = "'s|'t|'re|'ve|'m|'ll|'d";
    public const string AnyCaseContraction = "(?i:" + Contraction + ")";

    public const string Gpt2 = Contraction + @"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    public const string Llama3 =
        AnyCaseContraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces;
    public const string Qwen2 =
        AnyCaseContraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces;
    public const string Qwen35 =
        AnyCaseContraction + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + Spaces;
    public const string WithoutContraction =
        @"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces;
    public const string MiniCpm5 =
        AnyCaseContraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces;
    public const string SeedCoder =
        AnyCaseContraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+" + Spaces;
    public const string Bailing =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";
    public const string Tekken =
        CasedUpper + "]*" + CasedLower + "]+|" + CasedUpper + "]+" + CasedLower + @"]*|\p{N}" + SymbolsWithSlash;
    public const string Gpt4O =
        CasedUpper + "]*" + CasedLower + "]+" + AnyCaseContraction + "?|"
        + CasedUpper + "]+" + CasedLower + "]*" + AnyCaseContraction + @"?|\p{N}{1,3}" + SymbolsWithSlash;
    public const string Youtu =
        CasedUpper + "]*" + CasedLower + "]+" + AnyCaseContraction + "?|"
        + CasedUpper + "]+" + CasedLower + "]*" + AnyCaseContraction + @"?|\p{N}" + SymbolsWithSlash;
    public const string YoutuScripts =
        "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+";
    public const string KimiK2 =
        @"[\p{Han}]+|" + CasedUpper + NotHan + "]*" + CasedLower + NotHan + "]+" + AnyCaseContraction + "?|"
        + CasedUpper + NotHan + "]+" + CasedLower + NotHan + "]*" + AnyCaseContraction
        + @"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces;
    public const string Jais2 =
        AnyCaseContraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        + @"|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)"
        + @"|\s{1,2}(?!\S)|\s{1}";

    // The cased letters of Unicode 11. Escaped: letters that composition (NFC) would replace by others.
    public const string DeepSeekLetters =
        "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙ"
        + "ὛὝὟ-\u1F7Dᾀ-ᾴᾶ-ᾼ\u1FBEῂ-ῄῆ-ῌῐ-\u1FD3ῖ-\u1FDBῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212A-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇ"
        + "Ꞌ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+";
    public const string DeepSeekSymbols = @"\s?[!-/:-~！-／：-～‘-‟　-。]+";
    public const string DeepSeekAsian = "[一-龥ࠀ-一가-퟿]+";
    public const string DeepSeek3Asian = "[一-龥぀-ゟ゠-ヿ]+";
    public const string DeepSeek3 =
        AsciiSymbol + @"[A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*" + Spaces;
    public const string Spark =
        AsciiSymbol + @"[A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+";

    // Between these punctuation marks, as BLOOM's does. Some stand there twice.
    public const string Bloom = @" ?[^(\s|.,!?…。，、।۔،)]+";
    // llama.cpp's rule of vocabularies that name none.
    public const string PunctuationRuns = @"[\p{P}\$\+<=>\^~\|]+";
    public const string FalconPunctuation = @"[\p{P}\$\+<=>\^~\|`]+";

    private const string Spaces = @"|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string SymbolsWithSlash = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*" + Spaces;
    public const string CasedUpper = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}";
    public const string CasedLower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}";
    public const string NotHan = @"&&[^\p{Han}]";
    private const string AsciiSymbol = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]";
}
