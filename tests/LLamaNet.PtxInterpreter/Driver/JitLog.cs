using System.Text;

namespace LLamaNet.PtxInterpreter.Driver;

// The buffer that the caller gave for the compiler's errors, if it gave one.
internal readonly unsafe ref struct JitLog
{
    private const int ErrorLogBuffer = 5;
    private const int ErrorLogBufferBytes = 6;

    private readonly Span<byte> _buffer;

    public JitLog(int count, int* options, nint* values)
    {
        nint start = 0;
        int bytes = 0;
        for (int i = 0; i < count; i++)
        {
            if (options[i] == ErrorLogBuffer) start = values[i];
            if (options[i] == ErrorLogBufferBytes) bytes = (int)values[i];
        }

        if (start != 0) _buffer = new Span<byte>((void*)start, bytes);
    }

    public void Write(string text)
    {
        if (_buffer.IsEmpty) return;
        Encoding.UTF8.GetEncoder().Convert(text, _buffer[..^1], flush: true, out _, out int written, out _);
        _buffer[written] = 0;
    }
}
