using System.Globalization;
using System.Runtime.InteropServices;
using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// Modules, kernels, launches.
internal sealed unsafe class ModuleCalls(DriverState state)
{
    private const int DefaultSharedBytes = 48 * 1024;

    private delegate DriverResult LaunchEntry(
        nint kernel, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint dynamicSharedBytes,
        nint stream, nint* arguments, nint extra);

    public void AddTo(EntryTable table)
    {
        table.Add(
            "cuModuleLoadDataEx", EntryNeeds.ContextOutsideCapture,
            (module, image, count, options, values) =>
                *(nint*)module = Load(image, new JitLog((int)count, (int*)options, (nint*)values)));
        table.Add("cuModuleUnload", EntryNeeds.ContextOutsideCapture, Unload);
        table.Add(
            "cuModuleGetFunction", EntryNeeds.Context, (function, module, name) => *(nint*)function = GetFunction(module, name));
        table.Add(
            "cuFuncGetAttribute", EntryNeeds.Context,
            (value, attribute, function) => *(int*)value = Attribute(Kernel(function), (int)attribute));
        table.Add(
            "cuFuncSetAttribute", EntryNeeds.Context,
            (function, attribute, value) => SetAttribute(Kernel(function), (int)attribute, (int)value));
        table.Add(
            "cuFuncGetParamInfo", EntryNeeds.Context,
            (function, index, offset, bytes) => GetParameter(Kernel(function), (int)index, (nint*)offset, (nint*)bytes),
            since: 12040);
        table.AddEntry("cuLaunchKernel", (LaunchEntry)((kernel, gx, gy, gz, bx, by, bz, shared, stream, arguments, extra) =>
            table.Guard(EntryNeeds.Context, () =>
                Launch(Kernel(kernel), Shape(gx, gy, gz), Shape(bx, by, bz), checked((int)shared), stream, arguments))));
    }

    private static Grid Shape(uint x, uint y, uint z) => new(checked((int)x), checked((int)y), checked((int)z));

    // The PTX language came with these versions of CUDA.
    private static int CudaVersionOf(Version ptx) => ptx.Major switch
    {
        < 7 => 0,
        7 => 11000 + (10 * ptx.Minor),
        8 when ptx.Minor <= 5 => 12000 + (10 * ptx.Minor),
        8 => 12010 + (10 * ptx.Minor),
        _ => 13000 + (10 * ptx.Minor),
    };

    // sm_80 runs on everything from 8.0 on, sm_90a on 9.0 alone.
    private static bool RunsOn(PtxDevice device, string target)
    {
        string number = target["sm_".Length..].TrimEnd('a');
        int architecture = int.Parse(number, CultureInfo.InvariantCulture);
        int capability = (10 * device.Major) + device.Minor;
        return target.EndsWith('a') ? capability == architecture : capability >= architecture;
    }

    private nint Load(nint image, JitLog log)
    {
        PtxModule module;
        try
        {
            module = PtxModule.Parse(Marshal.PtrToStringUTF8(image)!);
        }
        catch (PtxParseException exception)
        {
            log.Write(exception.Message);
            throw new DriverErrorException(CUDA_ERROR_INVALID_PTX, "a PTX JIT compilation failed");
        }

        if (CudaVersionOf(module.Version) > state.Options.DriverVersion)
        {
            throw new DriverErrorException(
                CUDA_ERROR_UNSUPPORTED_PTX_VERSION, $"PTX {module.Version} is newer than the driver");
        }

        if (!RunsOn(state.Current.Device.Description, module.Target))
            throw new DriverErrorException(CUDA_ERROR_NO_BINARY_FOR_GPU, $"code for {module.Target} does not run on this device");
        state.Current.Load(module);
        state.Counters.ModulesLoaded++;
        return state.Handles.Add(new LoadedModule(state.Current, module));
    }

    private void Unload(nint handle)
    {
        LoadedModule module = state.Handles.Get<LoadedModule>(handle);
        state.Drain(module.Context, module.Context);
        module.Context.Unload(module.Module);
        state.Handles.Remove<LoadedModule>(handle);
        state.Handles.RemoveAll(subject => subject is LoadedKernel kernel && kernel.Module == module);
    }

    private nint GetFunction(nint handle, nint name)
    {
        LoadedModule module = state.Handles.Get<LoadedModule>(handle);
        string text = Marshal.PtrToStringUTF8(name)!;
        return module.Module.Kernels.TryGetValue(text, out PtxKernel? kernel)
            ? state.Handles.Add(new LoadedKernel(module, kernel))
            : throw new DriverErrorException(CUDA_ERROR_NOT_FOUND, $"the module has no kernel {text}");
    }

    private static int Attribute(PtxKernel kernel, int attribute) => attribute switch
    {
        3 => kernel.LocalBytes,
        4 => 0, // registers are given out by a compiler that this driver does not have
        8 => kernel.MaxDynamicSharedBytes ?? DefaultSharedBytes - kernel.StaticSharedBytes,
        _ => throw new DriverErrorException(CUDA_ERROR_INVALID_VALUE, $"kernel attribute {attribute} is not known"),
    };

    private void SetAttribute(PtxKernel kernel, int attribute, int value)
    {
        int most = state.Current.Device.Description.SharedBytesPerBlock - kernel.StaticSharedBytes;
        if (attribute != 8 || value < 0 || value > most)
        {
            throw new DriverErrorException(
                CUDA_ERROR_INVALID_VALUE, $"kernel attribute {attribute} cannot be {value}; at most {most}");
        }

        kernel.MaxDynamicSharedBytes = value;
    }

    private static void GetParameter(PtxKernel kernel, int index, nint* offset, nint* bytes)
    {
        if (index >= kernel.Parameters.Count)
            throw new DriverErrorException(CUDA_ERROR_INVALID_VALUE, $"{kernel.Name} has {kernel.Parameters.Count} parameters");
        *offset = kernel.Parameters[index].Offset;
        *bytes = kernel.Parameters[index].Bytes;
    }

    private void Launch(PtxKernel kernel, Grid grid, Grid block, int dynamicSharedBytes, nint handle, nint* arguments)
    {
        SimulatedStream stream = state.Handles.Get<SimulatedStream>(handle);
        byte[] parameters = new byte[kernel.ParameterBytes];
        for (int i = 0; i < kernel.Parameters.Count; i++)
        {
            PtxParameter parameter = kernel.Parameters[i];
            new ReadOnlySpan<byte>((void*)arguments[i], parameter.Bytes).CopyTo(parameters.AsSpan(parameter.Offset));
        }

        var launch = new KernelLaunch(kernel, grid, block, dynamicSharedBytes, parameters);
        stream.Context.Check(launch);
        if (stream.Capture is null) state.Counters.Launches++;
        stream.Add(new Work(WorkKind.Kernel) { Launch = launch });
    }

    private PtxKernel Kernel(nint function) => state.Handles.Get<LoadedKernel>(function).Kernel;
}
