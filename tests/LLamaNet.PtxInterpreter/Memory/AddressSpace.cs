namespace LLamaNet.PtxInterpreter.Memory;

// The state spaces of PTX that a load or store can name.
internal enum AddressSpace
{
    Generic, Global, Shared, Local, Parameter, Constant,
}
