namespace LLamaNet.Checkpoints.Torch;

// A reference to the entry data/<Key>: Count numbers of one type.
internal sealed record PickleStorage(string Key, TorchType Type, long Count);
