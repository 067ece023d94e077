namespace LLamaNet.Architectures;

// The biases of an architecture's products.
internal enum BiasUse
{
    None,

    // Of queries, keys and values, always.
    Qkv,

    // Of attention or of the feed-forward network, where the files say so.
    Optional,
}
