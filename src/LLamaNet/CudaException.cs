namespace LLamaNet;

/// <summary>A GPU cannot be used, or a call of its driver failed.</summary>
public sealed class CudaException : DeviceException
{
    internal CudaException(string message)
        : base(message)
    {
    }

    internal CudaException(
        string result, string call, string? words, string? detail, string? kernel, string? launchShape, string? advice)
        : base(Describe(result, call, words, detail, kernel, launchShape, advice))
    {
        Result = result;
        Call = call;
        Kernel = kernel;
        LaunchShape = launchShape;
    }

    /// <summary>The driver's name of the error, such as CUDA_ERROR_OUT_OF_MEMORY; null when no call was made.</summary>
    public string? Result { get; }

    /// <summary>The driver's function that returned it, such as cuMemAlloc.</summary>
    public string? Call { get; }

    /// <summary>The kernel the call was about, if any.</summary>
    public string? Kernel { get; }

    /// <summary>The grid and block of a launch, if it was one.</summary>
    public string? LaunchShape { get; }

    /// <summary>Nothing more can be done with the GPU in this process.</summary>
    public bool IsDeviceLost { get; internal init; }

    // "CUDA_ERROR_X from cuCall of kernel k (shape): words; detail; advice", on one line.
    private static string Describe(
        string result, string call, string? words, string? detail, string? kernel, string? launchShape, string? advice)
    {
        string place = $"{result} from {call}";
        if (kernel is not null) place += $" of {kernel}";
        if (launchShape is not null) place += $" ({launchShape})";
        string explanation = string.Join("; ", new[] { words, detail, advice }.Where(text => !string.IsNullOrWhiteSpace(text)));
        string[] lines = $"{place}: {explanation}".Split(
            ['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join("; ", lines);
    }
}
