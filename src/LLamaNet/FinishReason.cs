namespace LLamaNet;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>The model produced an end token.</summary>
    EndToken,

    /// <summary>A stop string appeared.</summary>
    StopString,

    /// <summary><see cref="GenerationOptions.MaxTokens"/> was reached.</summary>
    MaxTokens,

    /// <summary>The sequence fills the context; the token after its last position is the last one generated.</summary>
    ContextFull,
}
