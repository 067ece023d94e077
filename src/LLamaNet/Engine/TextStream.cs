namespace LLamaNet.Engine;

// Tokens to text that may be emitted: whole characters, no stop sequence and no beginning of one. Without a decoder there is
// no text.
internal sealed class TextStream(TokenDecoder? decoder, string[] stops)
{
    private readonly StopScanner _stops = new(stops);

    public string? StopSequence => _stops.Found;

    public string Append(int id) => decoder is null ? "" : _stops.Append(decoder.Append(id));

    // The rest, when something other than a stop sequence ended the text.
    public string Finish()
    {
        string last = decoder is null ? "" : _stops.Append(decoder.Flush());
        return StopSequence is null ? last + _stops.Flush() : last;
    }
}
