using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Gguf;

// Whatever is done to a file, opening it gives a checkpoint whose every row can be read, or ModelFormatException.
public class GgufMutationTests
{
    // Strings, boxed values and lists around a file's own bytes.
    private const long FixedBytes = 1 << 20;
    private const long BytesPerFileByte = 8;

    [Fact]
    public void A_file_cut_anywhere()
    {
        byte[] bytes = TinyModel.Create().ToBytes();
        for (int length = 1; length < bytes.Length; length++) Check(bytes[..length]);
        Check(bytes);
    }

    [Fact]
    public void A_file_with_one_byte_changed()
    {
        byte[] bytes = TinyModel.Create().ToBytes();
        int head = bytes.AsSpan().LastIndexOf("output.weight"u8) + 64;
        for (int i = 0; i < head; i++)
        {
            foreach (byte change in (byte[])[0x01, 0x80, 0xff])
            {
                bytes[i] ^= change;
                Check(bytes);
                bytes[i] ^= change;
            }
        }
    }

    [Fact]
    public void Files_with_many_random_changes()
    {
        byte[][] sources =
        [
            TinyModel.Create().ToBytes(),
            File.ReadAllBytes(SharedData.Path("models/gguf-variants/stories260K-F16-split-00001-of-00003.gguf")),
            File.ReadAllBytes(SharedData.Path("vectors/gguf/ok_1d_2d_3d_4d.gguf")),
        ];
        var random = new Random(1);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = [.. sources[round % sources.Length]];
            for (int change = random.Next(1, 6); change > 0; change--) Mutate(bytes, random);
            Check(bytes[..random.Next(Math.Max(1, bytes.Length - (round % 2) * 100), bytes.Length + 1)]);
        }
    }

    [Fact]
    public void Random_bytes_behind_a_good_start()
    {
        var random = new Random(2);
        for (int round = 0; round < 1000; round++)
        {
            byte[] bytes = new byte[random.Next(24, 600)];
            random.NextBytes(bytes);
            "GGUF\u0003\0\0\0"u8.CopyTo(bytes);
            bytes.AsSpan(8, 16).Clear();
            (bytes[8], bytes[16]) = ((byte)random.Next(3), (byte)random.Next(5));
            Check(bytes);
        }
    }

    // Numbers are where a file says how much is to come: small, huge and negative ones, of four and eight bytes.
    private static void Mutate(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length - sizeof(long));
        long[] numbers =
        [
            0, 1, 7, 9, 13, 255, int.MaxValue, uint.MaxValue, long.MaxValue, -1, long.MinValue, bytes.Length, random.NextInt64(),
        ];
        long number = numbers[random.Next(numbers.Length)];
        switch (random.Next(3))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                BitConverter.TryWriteBytes(bytes.AsSpan(at), (int)number);
                break;
            default:
                BitConverter.TryWriteBytes(bytes.AsSpan(at), number);
                break;
        }
    }

    private static void Check(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using Checkpoint checkpoint = OpenCheckpoint.Gguf(new MemoryStream(bytes), "mutant");
            foreach (MatrixSource matrix in checkpoint.Tensors.Values) matrix.ReadRows(0, matrix.Rows, new byte[matrix.Bytes]);
            checkpoint.ReadVocabulary();
        }
        catch (ModelFormatException exception)
        {
            Assert.DoesNotContain(exception.Message, char.IsControl);
            Assert.InRange(exception.Message.Length, 1, 1001);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, FixedBytes + BytesPerFileByte * bytes.Length);
        try
        {
            Assert.NotNull(Checkpoint.Inspect(GgufFiles.Open(new MemoryStream(bytes), "mutant")).Metadata);
        }
        catch (ModelFormatException exception)
        {
            Assert.DoesNotContain(exception.Message, char.IsControl);
        }
    }
}
