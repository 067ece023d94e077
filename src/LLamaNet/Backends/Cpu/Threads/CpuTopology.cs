namespace LLamaNet.Backends.Cpu.Threads;

internal static class CpuTopology
{
    // Cores this process may use, counting the hardware threads of a core once: a second thread on a core that is busy with
    // vector arithmetic gains nothing. Where the system does not tell, every logical processor counts.
    public static int PhysicalCores { get; } = Count();

    // lines: of /proc/cpuinfo, one block per logical processor. 0 when they do not name cores.
    public static int CountCores(IEnumerable<string> lines)
    {
        var cores = new HashSet<(string Package, string Core)>();
        string package = "";
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            string value = line[(colon + 1)..].Trim();
            switch (line[..colon].Trim())
            {
                case "physical id":
                    package = value;
                    break;
                case "core id":
                    cores.Add((package, value));
                    break;
            }
        }

        return cores.Count;
    }

    private static int Count()
    {
        // Limited by the affinity mask and by the container's share.
        int usable = Environment.ProcessorCount;
        if (!OperatingSystem.IsLinux()) return usable;
        try
        {
            int cores = CountCores(File.ReadLines("/proc/cpuinfo"));
            return cores == 0 ? usable : Math.Min(cores, usable);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return usable;
        }
    }
}
