namespace LLamaNet.PtxInterpreter.Driver;

// A call fails with a result; the message is what cuGetErrorString will say.
internal sealed class DriverErrorException(DriverResult result, string message) : Exception(message)
{
    public DriverResult Result { get; } = result;
}
