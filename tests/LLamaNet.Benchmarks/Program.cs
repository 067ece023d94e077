using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LLamaNet.Benchmarks;

// In this process: a generated project would not see the library's internals. Try: --filter "*Format*" --job short
IConfig config = DefaultConfig.Instance
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsDefault())
    .AddColumn(new ThroughputColumn())
    .HideColumns("Job", "Toolchain", "Error", "StdDev", "Median", "RatioSD");
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
