namespace LLamaNet.Tests.Doubles;

// What the managed heap is charged with.
internal static class Allocations
{
    // The bytes of this thread in the run that took least. A collection that other tests set off is charged to whatever thread
    // it stops: what an action itself allocates, it allocates every time.
    public static long Least(Action action, int runs = 20)
    {
        long least = long.MaxValue;
        for (int i = 0; i < runs && least != 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
