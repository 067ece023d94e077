using System.Text.Json.Serialization;

namespace LLamaNet;

/// <summary>Why a generation ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FinishReason>))]
public enum FinishReason
{
    /// <summary>The model produced an end token.</summary>
    EndToken,

    /// <summary>A stop sequence appeared.</summary>
    StopSequence,

    /// <summary><see cref="GenerationOptions.MaxOutputTokens"/> was reached.</summary>
    MaxOutputTokens,

    /// <summary>The sequence fills the context; the token after its last position is the last one generated.</summary>
    ContextFull,
}
