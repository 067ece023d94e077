using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Tests.Doubles;

// A driver between the library and the interpreted one, for what this one cannot do: be lost, or cost nothing.
// Static, because functions of the driver are: for one test at a time.
internal static unsafe class BrokenDriver
{
    private static delegate* unmanaged<nint, nint, CUresult> s_graphLaunch;
    private static delegate* unmanaged<nint, CUresult> s_streamSynchronize;
    private static delegate* unmanaged<nint, CUresult> s_ctxSetCurrent;
    private static volatile bool s_isLost;
    private static volatile bool s_isIdle;

    // Every wait fails, as after a kernel that has faulted.
    public static bool IsLost
    {
        get => s_isLost;
        set => s_isLost = value;
    }

    // Graphs, waits and changes of context do nothing and succeed: what a step costs is then the library's own.
    public static bool IsIdle
    {
        get => s_isIdle;
        set => s_isIdle = value;
    }

    public static CudaDriver Over(Func<string, nint> find)
    {
        s_graphLaunch = (delegate* unmanaged<nint, nint, CUresult>)find("cuGraphLaunch");
        s_streamSynchronize = (delegate* unmanaged<nint, CUresult>)find("cuStreamSynchronize");
        s_ctxSetCurrent = (delegate* unmanaged<nint, CUresult>)find("cuCtxSetCurrent");
        return new CudaDriver(name => name switch
        {
            "cuGraphLaunch" => (nint)(delegate* unmanaged[Cdecl]<nint, nint, CUresult>)&GraphLaunch,
            "cuStreamSynchronize" => (nint)(delegate* unmanaged[Cdecl]<nint, CUresult>)&StreamSynchronize,
            "cuCtxSetCurrent" => (nint)(delegate* unmanaged[Cdecl]<nint, CUresult>)&CtxSetCurrent,
            _ => find(name),
        });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CUresult GraphLaunch(nint graph, nint stream) => IsIdle ? CUresult.Success : s_graphLaunch(graph, stream);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CUresult StreamSynchronize(nint stream) =>
        IsLost ? CUresult.IllegalAddress : IsIdle ? CUresult.Success : s_streamSynchronize(stream);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CUresult CtxSetCurrent(nint context) => IsIdle ? CUresult.Success : s_ctxSetCurrent(context);
}
