namespace LLamaNet;

/// <summary>Turns a stream of token ids into text, never splitting a character.</summary>
public abstract class TokenDecoder
{
    /// <summary>Adds a token.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>The characters that are complete now; may be empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Thrown when the id is not in the vocabulary.</exception>
    public abstract string Append(int id);

    /// <summary>Ends the stream.</summary>
    /// <returns>U+FFFD for bytes that never became a character; otherwise empty.</returns>
    public abstract string Flush();
}
