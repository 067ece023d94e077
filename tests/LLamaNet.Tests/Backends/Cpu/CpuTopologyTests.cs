using LLamaNet.Backends.Cpu.Threads;
using Xunit;

namespace LLamaNet.Tests.Backends.Cpu;

public class CpuTopologyTests
{
    [Fact]
    public void Hardware_threads_of_a_core_count_once()
    {
        IEnumerable<string> lines = from package in Enumerable.Range(0, 2)
                                    from core in Enumerable.Range(0, 4)
                                    from thread in Enumerable.Range(0, 2)
                                    from line in (string[])
                                    [
                                        "processor\t: 0", $"physical id\t: {package}", $"core id\t\t: {core}", "",
                                    ]
                                    select line;
        Assert.Equal(8, CpuTopology.CountCores(lines));
    }

    [Fact]
    public void Processors_without_core_names_are_not_counted() =>
        Assert.Equal(0, CpuTopology.CountCores(["processor\t: 0", "BogoMIPS\t: 50.00", "", "flags"]));

    [Fact]
    public void This_machine_has_a_core_and_no_more_than_it_has_processors() =>
        Assert.InRange(CpuTopology.PhysicalCores, 1, Environment.ProcessorCount);
}
