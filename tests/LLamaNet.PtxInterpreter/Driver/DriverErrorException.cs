namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>A call fails with a result; the message is what cuGetErrorString will say.</summary>
internal sealed class DriverErrorException(DriverResult result, string message) : Exception(message)
{
    public DriverResult Result { get; } = result;
}
