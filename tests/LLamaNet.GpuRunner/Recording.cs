using System.Runtime.InteropServices;
using System.Text.Json;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using LLamaNet.Tests.Doubles;

namespace LLamaNet.GpuRunner;

// What the interpreter computes, kept in files to hold a GPU against: NAME.sm_80.f32 and NAME.sm_90a.f32, little-endian.
internal static class Recording
{
    private static readonly (string Name, PtxDevice Device)[] s_devices =
        [("sm_80", new PtxDevice()), ("sm_90a", PtxDevice.Hopper)];

    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, PtxDevice device) in s_devices)
        {
            foreach (RecordedCase recorded in RecordedCases.All)
                File.WriteAllBytes(FileOf(folder, recorded, name), MemoryMarshal.AsBytes<float>(Compute(recorded, device)));
        }
    }

    // False where a difference exceeds its tolerance. Only a GPU of Hopper's generation is held against the second set.
    public static bool Compare(string folder, string file)
    {
        using FileStream stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        bool allPassed = true;
        json.WriteStartArray();
        foreach ((string name, PtxDevice device) in s_devices)
        {
            if (GpuFixture.IsReal && device == PtxDevice.Hopper
                && CudaDevice.Read(CudaDriver.Open(), 0).ComputeCapability.Major != 9) continue;
            foreach (RecordedCase recorded in RecordedCases.All)
            {
                float[] expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(FileOf(folder, recorded, name))).ToArray();
                float[] actual = Compute(recorded, device);
                double largest = expected.Max(value => Math.Abs((double)value));
                double difference = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();
                bool isPassed = actual.Length == expected.Length && actual.All(float.IsFinite)
                    && difference <= recorded.Tolerance * largest;
                allPassed &= isPassed;
                json.WriteStartObject();
                json.WriteString("name", recorded.Name);
                json.WriteString("kernels", name);
                json.WriteNumber("values", expected.Length);
                json.WriteNumber("largestValue", largest);
                // JSON has no NaN.
                if (double.IsFinite(difference)) json.WriteNumber("largestDifference", difference);
                else json.WriteNull("largestDifference");
                json.WriteNumber("tolerance", recorded.Tolerance * largest);
                json.WriteBoolean("passed", isPassed);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        return allPassed;
    }

    private static float[] Compute(RecordedCase recorded, PtxDevice device)
    {
        using var gpu = new GpuFixture(device);
        return recorded.Compute(gpu);
    }

    private static string FileOf(string folder, RecordedCase recorded, string device) =>
        Path.Combine(folder, $"{recorded.Name}.{device}.f32");
}
