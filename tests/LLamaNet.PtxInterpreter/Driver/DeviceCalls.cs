using System.Text;
using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// Errors, devices, primary contexts.
internal sealed unsafe class DeviceCalls(DriverState state)
{
    public void AddTo(EntryTable table)
    {
        table.Add("cuInit", EntryNeeds.Nothing, flags => Initialise());
        table.Add("cuDriverGetVersion", EntryNeeds.Nothing, version => *(int*)version = state.Options.DriverVersion);
        table.Add("cuGetErrorName", EntryNeeds.Nothing, (result, text) => *(nint*)text = ErrorName((int)result));
        table.Add("cuGetErrorString", EntryNeeds.Nothing, (result, text) => *(nint*)text = ErrorText((int)result));

        table.Add("cuDeviceGetCount", EntryNeeds.Initialisation, count => *(int*)count = state.Devices.Length);
        table.Add("cuDeviceGet", EntryNeeds.Initialisation, (device, ordinal) => *(int*)device = Device(ordinal).Ordinal);
        table.Add(
            "cuDeviceGetName", EntryNeeds.Initialisation,
            (name, bytes, device) => WriteName((byte*)name, (int)bytes, Device(device)));
        table.Add(
            "cuDeviceTotalMem_v2", EntryNeeds.Initialisation,
            (bytes, device) => *(nuint*)bytes = (nuint)Device(device).Description.MemoryBytes);
        table.Add(
            "cuDeviceGetAttribute", EntryNeeds.Initialisation,
            (value, attribute, device) => *(int*)value = Attribute(Device(device).Description, (int)attribute));

        table.Add(
            "cuDevicePrimaryCtxRetain", EntryNeeds.Initialisation, (context, device) => *(nint*)context = Retain(Device(device)));
        table.Add("cuDevicePrimaryCtxRelease_v2", EntryNeeds.Initialisation, device => Release(Device(device)));
        table.Add("cuCtxSetCurrent", EntryNeeds.Initialisation, SetCurrent);
        table.Add("cuCtxSynchronize", EntryNeeds.ContextOutsideCapture, () => state.Wait(state.Current, state.Current));
    }

    private static int Attribute(PtxDevice device, int attribute) => attribute switch
    {
        13 => device.ClockKilohertz,
        16 => device.Multiprocessors,
        20 => device.IsProhibited ? 2 : 0,
        36 => device.MemoryClockKilohertz,
        37 => device.MemoryBusBits,
        75 => device.Major,
        76 => device.Minor,
        97 => device.SharedBytesPerBlock,
        _ => throw new DriverErrorException(CUDA_ERROR_INVALID_VALUE, $"device attribute {attribute} is not known"),
    };

    private static DriverResult Known(int result) =>
        Enum.IsDefined((DriverResult)result)
            ? (DriverResult)result
            : throw new DriverErrorException(CUDA_ERROR_INVALID_VALUE, $"{result} is no result of this driver");

    private static void WriteName(byte* name, int bytes, SimulatedDevice device)
    {
        var buffer = new Span<byte>(name, bytes);
        buffer.Clear();
        Encoding.UTF8.TryGetBytes(device.Description.Name, buffer[..^1], out _);
    }

    private void Initialise()
    {
        if (state.Devices.Length == 0) throw new DriverErrorException(CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected");
        state.IsInitialised = true;
    }

    private nint ErrorName(int result) => state.Text(Known(result).ToString());

    private nint ErrorText(int result) => state.Text(state.Explain(Known(result)));

    private SimulatedDevice Device(nint ordinal)
    {
        int index = (int)ordinal;
        return index >= 0 && index < state.Devices.Length
            ? state.Devices[index]
            : throw new DriverErrorException(CUDA_ERROR_INVALID_DEVICE, $"there is no device {index}");
    }

    private nint Retain(SimulatedDevice device)
    {
        if (device.Description.IsProhibited || device.Description.IsTaken)
            throw new DriverErrorException(CUDA_ERROR_DEVICE_UNAVAILABLE, "the device is busy or may not be used");
        if (device.Context is null)
        {
            device.Context = new SimulatedContext(device, state.Counters);
            device.ContextHandle = state.Handles.Add(device.Context);
        }

        device.References++;
        return device.ContextHandle;
    }

    private void Release(SimulatedDevice device)
    {
        if (device.Context is not { } context)
            throw new DriverErrorException(CUDA_ERROR_INVALID_CONTEXT, "the primary context is not retained");
        if (--device.References > 0) return;
        state.Drain(context, context);
        state.Destroy(context);
        state.Handles.Remove<SimulatedContext>(device.ContextHandle);
        device.Context = null;
    }

    private void SetCurrent(nint context) => state.SetCurrent(context == 0 ? null : state.Handles.Get<SimulatedContext>(context));
}
