namespace LLamaNet;

/// <summary>A device cannot be used, or has failed.</summary>
public abstract class DeviceException : Exception
{
    private protected DeviceException(string message)
        : base(message)
    {
    }
}
