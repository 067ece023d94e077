namespace LLamaNet.PtxInterpreter.Memory;

/// <summary>The state spaces of PTX that a load or store can name.</summary>
internal enum AddressSpace
{
    Generic, Global, Shared, Local, Parameter, Constant,
}
