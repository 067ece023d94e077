using System.Globalization;

namespace LLamaNet.Backends.Cpu.Memory;

internal static class CpuMemory
{
    private const string LinuxMemory = "/proc/meminfo";

    // Memory that can be taken without swapping: what Linux calls MemAvailable, at most the container's limit; elsewhere
    // what the runtime knows.
    public static long AvailableBytes()
    {
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (!File.Exists(LinuxMemory)) return limit;
        foreach (string line in File.ReadLines(LinuxMemory))
        {
            // "MemAvailable:   23456789 kB"
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["MemAvailable:", string kibibytes, ..]
                && long.TryParse(kibibytes, CultureInfo.InvariantCulture, out long value))
                return Math.Min(value << 10, limit);
        }

        return limit;
    }
}
