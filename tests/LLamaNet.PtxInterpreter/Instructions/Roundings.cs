namespace LLamaNet.PtxInterpreter.Instructions;

// .rni
internal readonly struct ToNearest : IRounding
{
    public static MidpointRounding Mode => MidpointRounding.ToEven;
}

// .rzi
internal readonly struct TowardZero : IRounding
{
    public static MidpointRounding Mode => MidpointRounding.ToZero;
}

// .rmi
internal readonly struct Down : IRounding
{
    public static MidpointRounding Mode => MidpointRounding.ToNegativeInfinity;
}

// .rpi
internal readonly struct Up : IRounding
{
    public static MidpointRounding Mode => MidpointRounding.ToPositiveInfinity;
}
