using System.Runtime.InteropServices;

namespace LLamaNet.Console;

// Ctrl-C and SIGTERM. The first one cancels the current turn if there is one, else everything; one more ends the process.
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _everything = new();
    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private CancellationTokenSource? _turn;

    public CancellationToken Token => _everything.Token;

    // Whether SIGTERM has come, rather than Ctrl-C alone.
    public bool IsTerminated { get; private set; }

    public static Interrupts OfProcess()
    {
        var interrupts = new Interrupts();
        interrupts._signals.Add(
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = interrupts.Interrupt()));
        interrupts._signals.Add(
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = interrupts.Terminate()));
        return interrupts;
    }

    // The turn ends when the returned source is disposed; until then the first interrupt cancels the turn alone.
    public CancellationTokenSource BeginTurn()
    {
        lock (_lock) return _turn = CancellationTokenSource.CreateLinkedTokenSource(_everything.Token);
    }

    public void EndTurn()
    {
        lock (_lock) _turn = null;
    }

    // Whether the interrupt was dealt with; if not, the process should end as it does by default.
    public bool Interrupt()
    {
        CancellationTokenSource? turn;
        lock (_lock) (turn, _turn) = (_turn, null);
        if (turn is null) return CancelEverything();
        turn.Cancel();
        return true;
    }

    // As Interrupt, for SIGTERM: it ends everything, a turn or not.
    public bool Terminate()
    {
        IsTerminated = true;
        return CancelEverything();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _everything.Dispose();
    }

    private bool CancelEverything()
    {
        if (_everything.IsCancellationRequested) return false;
        _everything.Cancel();
        return true;
    }
}
