namespace LLamaNet.Tokenization.Vocabulary;

// Tokens that end a turn or a message, whatever the file names as EOS and whatever type it gives them: llama.cpp's list.
internal static class EndTokens
{
    private static readonly HashSet<string> s_pieces =
    [
        "</s>", "<|end_of_text|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<|return|>",
        "<|call|>", "<end_of_turn>", "<turn|>", "<end_of_utterance>", "<eos>", "<EOT>", "▁<EOT>", "_<EOT>", "[EOT]", "[EOS]",
        "<｜end▁of▁sentence｜>", "[e~[",
    ];

    public static bool Contains(string piece) => s_pieces.Contains(piece);
}
