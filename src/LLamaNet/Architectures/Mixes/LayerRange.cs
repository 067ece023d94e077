namespace LLamaNet.Architectures.Mixes;

// The layers that a rule of a mix is about, of a model that has so many.
internal enum LayerRange
{
    All,
    FirstTwo,
    FirstFour,
    FirstSixteenth,
    FirstEighth,

    // The first and the last eighth, and every third between them.
    Sensitive,
}
