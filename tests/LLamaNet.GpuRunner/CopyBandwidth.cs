using System.Text.Json;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Tests.Doubles;

namespace LLamaNet.GpuRunner;

// What the GPU's memory gives to a plain copy on the device: each byte is read once and written once.
internal static class CopyBandwidth
{
    private const int Repetitions = 20;
    private const long MaxBytes = 1L << 30;

    public static void Write(string file)
    {
        using var gpu = new GpuFixture();
        using var context = new CudaContext(gpu.Open(), 0);
        using var stream = new CudaStream(context);
        long bytes = Math.Min(MaxBytes, context.FreeBytes / 4);
        using var from = new CudaDeviceVariable<byte>(context, bytes);
        using var to = new CudaDeviceVariable<byte>(context, bytes);
        from.Clear(stream);
        stream.Copy(to.Pointer, from.Pointer, bytes);
        stream.Synchronize();
        float best = Enumerable.Range(0, Repetitions).Min(_ => Milliseconds(context, stream, to.Pointer, from.Pointer, bytes));

        using FileStream output = File.Create(file);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("device", context.DeviceName);
        json.WriteString("driver", context.Driver.VersionText);
        json.WriteNumber("bytes", bytes);
        json.WriteNumber("repetitions", Repetitions);
        json.WriteNumber("bestMilliseconds", best);
        json.WriteNumber("bytesReadAndWrittenPerSecond", 2 * bytes / (best / 1000.0));
        json.WriteEndObject();
    }

    private static float Milliseconds(CudaContext context, CudaStream stream, CUdeviceptr to, CUdeviceptr from, long bytes)
    {
        using var start = new CudaEvent(context, isTimed: true);
        using var end = new CudaEvent(context, isTimed: true);
        start.Record(stream);
        stream.Copy(to, from, bytes);
        end.Record(stream);
        end.Synchronize();
        return end.ElapsedMilliseconds(start);
    }
}
