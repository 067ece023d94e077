using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cpu.Memory;

// Pages of 2 MB for memory that is read far and wide: with pages of 4 KB much of the time goes into finding them.
internal static unsafe partial class LargePages
{
    public const int Bytes = 2 << 20;

    private const int Advice = 14; // MADV_HUGEPAGE

    // For the whole pages of fresh memory that starts at one. Without effect where
    // the system has no such pages.
    public static void AskFor(void* start, long bytes)
    {
        nuint whole = (nuint)(bytes & -Bytes);
        if (whole > 0 && OperatingSystem.IsLinux()) _ = Advise(start, whole, Advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
