namespace LLamaNet.Backends.Cuda.Driver;

// Results of driver calls that this code tells apart; the driver itself names them all. Values of cuda.h.
internal enum CUresult
{
    Success = 0,
    InvalidValue = 1,
    OutOfMemory = 2,
    StubLibrary = 34,
    DeviceUnavailable = 46,
    NoDevice = 100,
    NoBinaryForGpu = 209,
    EccUncorrectable = 214,
    UnsupportedPtxVersion = 222,
    IllegalAddress = 700,
    LaunchTimeout = 702,
    ContextIsDestroyed = 709,
    Assert = 710,
    HardwareStackError = 714,
    IllegalInstruction = 715,
    MisalignedAddress = 716,
    InvalidAddressSpace = 717,
    InvalidProgramCounter = 718,
    LaunchFailed = 719,
    SystemNotReady = 802,
    SystemDriverMismatch = 803,
}
