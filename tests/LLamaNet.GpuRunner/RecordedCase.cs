using LLamaNet.Tests.Doubles;

namespace LLamaNet.GpuRunner;

// Something to compute on a GPU. Tolerance: how far two GPUs may be apart, as a share of the largest value.
internal sealed record RecordedCase(string Name, double Tolerance, Func<GpuFixture, float[]> Compute);
