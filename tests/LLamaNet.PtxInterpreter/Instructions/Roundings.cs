namespace LLamaNet.PtxInterpreter.Instructions;

/// <summary>.rni</summary>
internal readonly struct ToNearest : IRounding
{
    public static MidpointRounding Mode => MidpointRounding.ToEven;
}

/// <summary>.rzi</summary>
internal readonly struct TowardZero : IRounding
{
    public static MidpointRounding Mode => MidpointRounding.ToZero;
}

/// <summary>.rmi</summary>
internal readonly struct Down : IRounding
{
    public static MidpointRounding Mode => MidpointRounding.ToNegativeInfinity;
}

/// <summary>.rpi</summary>
internal readonly struct Up : IRounding
{
    public static MidpointRounding Mode => MidpointRounding.ToPositiveInfinity;
}
