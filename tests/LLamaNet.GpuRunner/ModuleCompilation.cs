using System.Diagnostics;
using System.Text.Json;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Tests.Doubles;

namespace LLamaNet.GpuRunner;

// How long the driver takes to compile each module for its GPU. run.sh keeps the driver from its cache and from waiting.
internal static class ModuleCompilation
{
    public static void Write(string file)
    {
        using var gpu = new GpuFixture();
        using var context = new CudaContext(gpu.Open(), 0);
        bool isHopper = context.ComputeCapability.Major == 9;

        using FileStream output = File.Create(file);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        foreach (string module in KernelLibrary.Modules)
        {
            if (module.EndsWith(".sm_90a", StringComparison.Ordinal) && !isHopper) continue;
            byte[] ptx = KernelLibrary.ReadPtx(module);
            long started = Stopwatch.GetTimestamp();
            using var loaded = new CudaModule(context, ptx);
            double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            json.WriteStartObject();
            json.WriteString("module", module);
            json.WriteNumber("ptxBytes", ptx.Length);
            json.WriteNumber("milliseconds", milliseconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
