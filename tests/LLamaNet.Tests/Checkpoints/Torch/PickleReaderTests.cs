using LLamaNet.Checkpoints.Torch;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Torch;

public class PickleReaderTests
{
    [Fact]
    public void A_state_dict_is_read()
    {
        byte[] pickle = new PickleWriter().Op("}(")
            .Text("w").Tensor("HalfStorage", "7", 12, 2, [2, 3], [5, 1])
            .Text("n").Number(-5).Text("big").Number(1L << 40)
            .Text("list").Op("](K\u0001M\u0002\u0001e").Text("flag").Raw(0x88).Text("none").Op("Nu").Stop();
        var items = Assert.IsType<PickleDictionary>(PickleReader.Read("x.pth", pickle)).Items.ToDictionary();
        var tensor = Assert.IsType<PickleTensor>(items["w"]);
        Assert.Equal(("7", "float16", 12L), (tensor.Storage.Key, tensor.Storage.Type.Name, tensor.Storage.Count));
        Assert.Equal(2, tensor.Offset);
        Assert.Equal([2, 3], tensor.Shape);
        Assert.Equal([5, 1], tensor.Strides);
        Assert.Equal(-5L, items["n"]);
        Assert.Equal(1L << 40, items["big"]);
        Assert.Equal(new List<object?> { 1L, 258L }, items["list"]);
        Assert.Equal(true, items["flag"]);
        Assert.Null(items["none"]);
    }

    [Fact]
    public void Attributes_of_an_ordered_dict_are_dropped_and_parameters_are_their_tensors()
    {
        byte[] pickle = new PickleWriter().Global("collections", "OrderedDict").Op(")Rq\u0000(")
            .Text("p").Global("torch._utils", "_rebuild_parameter").Op("(").Tensor("FloatStorage", "0", 1, 0, [1], [1])
            .Raw(0x88).Global("collections", "OrderedDict").Op(")RtRu").Op("}").Text("_metadata").Op("Nsb").Stop();
        var items = Assert.IsType<PickleDictionary>(PickleReader.Read("x.pth", pickle)).Items;
        Assert.IsType<PickleTensor>(Assert.Single(items).Value);
    }

    [Fact]
    public void Memo_and_tuples_work_as_in_Python()
    {
        byte[] pickle =
            new PickleWriter().Text("a").Op("q\u0005h\u0005").Raw(0x86).Op("j\u0005\u0000\u0000\u0000").Raw(0x86).Stop();
        var outer = Assert.IsType<object?[]>(PickleReader.Read("x.pth", pickle));
        Assert.Equal(["a", "a"], Assert.IsType<object?[]>(outer[0]));
        Assert.Equal("a", outer[1]);
    }

    public static TheoryData<string, byte[]> Refusals => new()
    {
        { "nothing", [] },
        { "protocol 3", [0x80, 3, (byte)'N', (byte)'.'] },
        { "protocol 0", "N."u8.ToArray() },
        { "os.system", new PickleWriter().Global("os", "system").Op("(").Text("echo pwned").Op("tR").Stop() },
        { "builtins eval", new PickleWriter().Global("builtins", "eval").Stop() },
        { "__builtin__ getattr", new PickleWriter().Global("__builtin__", "getattr").Stop() },
        { "torch load", new PickleWriter().Global("torch", "load").Stop() },
        { "a dotted name", new PickleWriter().Global("torch", "Size.__class__").Stop() },
        { "STACK_GLOBAL", new PickleWriter().Text("os").Text("system").Raw(0x93).Stop() },
        { "INST", new PickleWriter().Op("(ios\nsystem\n").Stop() },
        { "OBJ", new PickleWriter().Op("(").Global("torch", "Size").Op("o").Stop() },
        { "NEWOBJ", new PickleWriter().Global("torch", "Size").Op(")").Raw(0x81).Stop() },
        { "EXT1", new PickleWriter().Raw(0x82, 1).Stop() },
        { "FRAME", new PickleWriter().Raw(0x95, 0, 0, 0, 0, 0, 0, 0, 0).Stop() },
        { "MEMOIZE", new PickleWriter().Op("N").Raw(0x94).Stop() },
        { "PERSID", new PickleWriter().Op("Pkey\n").Stop() },
        { "BINFLOAT", new PickleWriter().Op("G").Raw(0, 0, 0, 0, 0, 0, 0, 0).Stop() },
        { "a second PROTO", new PickleWriter().Raw(0x80, 2).Op("N").Stop() },
        { "SETITEM on a list", new PickleWriter().Op("]").Text("a").Op("Ns").Stop() },
        { "SETITEMS on a tensor",
            new PickleWriter().Tensor("FloatStorage", "0", 1, 0, [1], [1]).Op("(").Text("a").Op("Nu").Stop() },
        { "SETITEM on nothing", new PickleWriter().Text("a").Op("Ns").Stop() },
        { "a key that is no text", new PickleWriter().Op("}K\u0001Ns").Stop() },
        { "a key twice", new PickleWriter().Op("}").Text("a").Op("Ns").Text("a").Op("Ns").Stop() },
        { "an odd number of items", new PickleWriter().Op("}(").Text("a").Op("u").Stop() },
        { "APPEND on a dict", new PickleWriter().Op("}Na").Stop() },
        { "APPENDS without a mark", new PickleWriter().Op("]Ne").Stop() },
        { "POP through a mark", new PickleWriter().Op("N(").Raw(0x85).Stop() },
        { "BUILD on a plain dict", new PickleWriter().Op("}}b").Stop() },
        { "BUILD with a list", new PickleWriter().Global("collections", "OrderedDict").Op(")R]b").Stop() },
        { "REDUCE of text", new PickleWriter().Text("f").Op(")R").Stop() },
        { "REDUCE without a tuple", new PickleWriter().Global("collections", "OrderedDict").Op("]R").Stop() },
        { "OrderedDict with arguments",
            new PickleWriter().Global("collections", "OrderedDict").Op("N").Raw(0x85).Op("R").Stop() },
        { "a storage called", new PickleWriter().Global("torch", "FloatStorage").Op(")R").Stop() },
        { "a tensor without hooks", new PickleWriter().Global("torch._utils",
            "_rebuild_tensor_v2").Op("(").Storage("FloatStorage", "0", 1).Op("K\u0000))").Raw(0x89).Op("tR").Stop() },
        { "a tensor of text", new PickleWriter().Global("torch._utils",
            "_rebuild_tensor_v2").Op("(").Text("s").Op("K\u0000))").Raw(0x89).Op("}tR").Stop() },
        { "a negative offset", new PickleWriter().Tensor("FloatStorage", "0", 4, -1, [1], [1]).Stop() },
        { "a negative size", new PickleWriter().Tensor("FloatStorage", "0", 4, 0, [-1], [1]).Stop() },
        { "a negative stride", new PickleWriter().Tensor("FloatStorage", "0", 4, 3, [2], [-1]).Stop() },
        { "a view beyond its storage", new PickleWriter().Tensor("FloatStorage", "0", 4, 1, [2, 2], [2, 1]).Stop() },
        { "a view that wraps around", new PickleWriter().Tensor("FloatStorage", "0", 4, 0, [1L << 62, 4], [4, 1L << 62]).Stop() },
        { "fewer strides than sizes", new PickleWriter().Tensor("FloatStorage", "0", 4, 0, [2, 2], [1]).Stop() },
        { "nine sizes", new PickleWriter().Tensor("FloatStorage", "0", 4, 0, new long[9], new long[9]).Stop() },
        { "a storage key with a slash", new PickleWriter().Storage("FloatStorage", "../1", 4).Stop() },
        { "a storage of negative size", new PickleWriter().Storage("FloatStorage", "0", -4).Stop() },
        { "a storage of a global that is none",
            new PickleWriter().Op("(").Text("storage").Global("torch", "Size").Text("0").Text("cpu").Op("K\u0001tQ").Stop() },
        { "one storage with two types",
            new PickleWriter().Storage("HalfStorage", "0", 4).Storage("BFloat16Storage", "0", 4).Raw(0x86).Stop() },
        { "BINPERSID of text", new PickleWriter().Text("storage").Op("Q").Stop() },
        { "a memo slot never set", new PickleWriter().Op("h\u0001").Stop() },
        { "a memo slot far away", new PickleWriter().Op("Nr").Raw(0xff, 0xff, 0xff, 0x7f).Stop() },
        { "BINPUT on nothing", new PickleWriter().Op("q\u0000").Stop() },
        { "text longer than the pickle", new PickleWriter().Op("X").Raw(0xff, 0xff, 0, 0).Stop() },
        { "text beyond the limit", new PickleWriter().Text(new string('a', 70_000)).Stop() },
        { "text that is not UTF-8", new PickleWriter().Op("X").Raw(1, 0, 0, 0, 0xff).Stop() },
        { "a long of 9 bytes", new PickleWriter().Raw(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0).Stop() },
        { "a name without end", new PickleWriter().Op("c" + new string('a', 300)).Stop() },
        { "two objects", new PickleWriter().Op("NN").Stop() },
        { "no object", new PickleWriter().Stop() },
        { "an open mark", new PickleWriter().Op("N(").Stop() },
        { "bytes behind the end", [.. new PickleWriter().Op("N").Stop(), 0] },
        { "no STOP", new PickleWriter().Op("N").Stop()[..^1] },
        { "deep nesting", new PickleWriter().Op(new string('(', 65)).Stop() },
        { "a tall stack", new PickleWriter().Op(new string('N', (1 << 20) + 1)).Stop() },
        { "many objects", new PickleWriter().Op("(" + new string('}', (1 << 20) + 1) + "t").Stop() },
    };

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public void Everything_else_is_refused(string what, byte[] pickle)
    {
        var exception = Assert.Throws<ModelFormatException>(() => PickleReader.Read("x.pth", pickle));
        Assert.StartsWith("x.pth: data.pkl byte ", exception.Message);
        Assert.False(exception.Message.AsSpan().ContainsAnyInRange('\0', '\u001f'), what);
    }
}
