namespace LLamaNet.Console;

// A conversation as plain text, for models without a chat template:
//     User: ...
//     Assistant: ...
// The oldest turns are forgotten when the text fills three quarters of the context, so that an answer has room.
internal sealed class PlainTranscript(ModelTokenizer tokenizer, int contextLength)
{
    public const string StopSequence = "\nUser:";

    private readonly List<string> _turns = [];
    private string _question = "";

    // Ends where the answer begins.
    public string Prompt => string.Concat(_turns) + Question(_question);

    // False when the question alone leaves no room for an answer; it is then forgotten.
    public bool TryAsk(string question)
    {
        if (Count(Question(question)) > Room) return false;
        _question = question;
        while (Count(Prompt) > Room) _turns.RemoveAt(0);
        return true;
    }

    public void Answer(string answer) => _turns.Add($"{Question(_question)} {answer.Trim()}\n");

    private int Room => contextLength - contextLength / 4;

    private static string Question(string question) => $"User: {question}\nAssistant:";

    private int Count(string text) => tokenizer.Encode(text).Count;
}
