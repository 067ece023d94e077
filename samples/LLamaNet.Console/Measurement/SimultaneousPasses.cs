using System.Diagnostics;

namespace LLamaNet.Console.Measurement;

// The same work on some threads at once, several times over.
internal static class SimultaneousPasses
{
    // The time of the best pass, from the moment all threads begin to the moment the last one ends.
    public static TimeSpan Best(int threads, int passes, Action<int> run)
    {
        TimeSpan best = TimeSpan.MaxValue;
        long started = 0;
        using var barrier = new Barrier(threads, reached =>
        {
            // Phases alternate: before a pass, after a pass.
            if (reached.CurrentPhaseNumber % 2 == 0) started = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(started) is var time && time < best) best = time;
        });
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(index => new Thread(() => Work(index)))];
        foreach (Thread worker in workers) worker.Start();
        foreach (Thread worker in workers) worker.Join();
        return best;

        void Work(int index)
        {
            for (int pass = 0; pass < passes; pass++)
            {
                barrier.SignalAndWait();
                run(index);
                barrier.SignalAndWait();
            }
        }
    }
}
