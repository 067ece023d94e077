using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cpu.Threads;

// A caller and `threads - 1` threads of its own that share out the chunks of one piece of work at a time.
// Completion is counted in chunks, not in workers: a worker that the system does not run holds up nothing but a chunk it
// has begun. Idle workers spin for some ten microseconds, about the gap between two operations, and then sleep.
// Run is for one thread at a time; it allocates nothing and starts no thread.
internal sealed unsafe class ChunkPool : IDisposable
{
    private const int SpinsBeforeSleep = 4000;
    private const int SpinsBeforeYield = 2000;

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim _wake = new(0);
    private State _state;
    private uint _epoch;
    private int _running;
    private volatile bool _stopped;

    // The current work: written before its chunks can be claimed, read only by who has claimed one and not yet finished it.
    private void* _work;
    private delegate*<void*, int, void> _runChunk;
    private int _chunks;
    private Exception? _failure;

    public ChunkPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"LLamaNet CPU {i + 1}" };
            _workers[i].Start();
        }
    }

    // With the caller.
    public int Threads { get; }

    // Returns when every chunk has run. When one throws, chunks not yet begun may be left out, and its exception is
    // thrown here; the pool stays usable.
    public void Run<TWork>(int chunks, TWork work)
        where TWork : struct, IChunkWork
    {
        ObjectDisposedException.ThrowIf(_stopped, this);
        if (Interlocked.Exchange(ref _running, 1) != 0) throw new InvalidOperationException("The pool is already running work.");
        try
        {
            if (Threads == 1 || chunks <= 1)
            {
                for (int chunk = 0; chunk < chunks; chunk++) RunChunk<TWork>(Unsafe.AsPointer(ref work), chunk);
                return;
            }

            // The work stays on this stack frame, where the garbage collector sees it, until its last chunk is done.
            _work = Unsafe.AsPointer(ref work);
            _runChunk = &RunChunk<TWork>;
            Share(chunks);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    public void Dispose()
    {
        _stopped = true;
        int sleepers = Interlocked.Exchange(ref _state.Sleepers, 0);
        if (sleepers > 0) _wake.Release(sleepers);
        foreach (Thread worker in _workers) worker.Join();
        _wake.Dispose();
    }

    // Never a part of its caller: there the kernel would be one of several, and a compiler inlines only so much in one method.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunChunk<TWork>(void* work, int chunk)
        where TWork : struct, IChunkWork
        => Unsafe.AsRef<TWork>(work).Run(chunk);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Share(int chunks)
    {
        _chunks = chunks;
        _failure = null;
        _state.Done = 0;

        // From here on chunks can be claimed.
        Interlocked.Exchange(ref _state.Claim, (long)++_epoch << 32 | (uint)chunks);
        Wake(Math.Min(chunks - 1, _workers.Length));
        while (TryRunChunk())
        {
        }

        for (int spins = 0; Volatile.Read(ref _state.Done) != chunks; spins++)
        {
            if (spins < SpinsBeforeYield) Thread.SpinWait(1);
            else Thread.Yield();
        }

        if (_failure is not { } failure) return;
        _failure = null;
        ExceptionDispatchInfo.Throw(failure);
    }

    // False when no chunk is left to claim.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryRunChunk()
    {
        long claim = Volatile.Read(ref _state.Claim);
        int remaining = (int)claim;
        if (remaining == 0) return false;

        // The epoch in the upper half makes a claim that was read during earlier work fail.
        if (Interlocked.CompareExchange(ref _state.Claim, claim - 1, claim) != claim) return true;
        try
        {
            if (Volatile.Read(ref _failure) is null) _runChunk(_work, _chunks - remaining);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
        }

        Interlocked.Increment(ref _state.Done);
        return true;
    }

    private void Work()
    {
        int spins = 0;
        while (!_stopped)
        {
            if (TryRunChunk())
            {
                spins = 0;
            }
            else if (++spins < SpinsBeforeSleep)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Sleep();
                spins = 0;
            }
        }
    }

    // Every worker counted as a sleeper is either taken back by itself or given one release: wake-ups are neither lost nor
    // left over. The caller publishes chunks before it looks for sleepers; a sleeper counts itself before it looks for chunks.
    private void Sleep()
    {
        Interlocked.Increment(ref _state.Sleepers);
        if ((_stopped || (int)Volatile.Read(ref _state.Claim) != 0) && TakeSleepers(1) == 1) return;
        _wake.Wait();
    }

    private void Wake(int wanted)
    {
        int taken = TakeSleepers(wanted);
        if (taken > 0) _wake.Release(taken);
    }

    private int TakeSleepers(int wanted)
    {
        while (true)
        {
            int sleepers = Volatile.Read(ref _state.Sleepers);
            int taken = Math.Min(sleepers, wanted);
            if (taken == 0 || Interlocked.CompareExchange(ref _state.Sleepers, sleepers - taken, sleepers) == sleepers)
                return taken;
        }
    }

    // Each on cache lines of its own: workers hammer Claim while others finish chunks.
    // Claim: epoch << 32 | chunks not yet claimed.
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct State
    {
        [FieldOffset(128)]
        public long Claim;

        [FieldOffset(256)]
        public int Done;

        [FieldOffset(384)]
        public int Sleepers;
    }
}
