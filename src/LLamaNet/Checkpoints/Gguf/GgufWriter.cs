using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using LLamaNet.Tensors;
using Microsoft.Win32.SafeHandles;

namespace LLamaNet.Checkpoints.Gguf;

// Writes a GGUF file of version 3. It appears under its name when it is complete, or not at all.
internal static class GgufWriter
{
    // Elements that one worker reads, converts and writes at a time: 4 MiB as floats.
    private const int ChunkElements = 1 << 20;

    // metadata: in this order; values as in GgufMetadata. Tensors are read by rows, several threads at once.
    // written: called after so many rows of a tensor, by one thread at a time.
    public static void Write(
        string destination,
        IReadOnlyList<KeyValuePair<string, object>> metadata,
        IReadOnlyList<MatrixSource> tensors,
        Action<MatrixSource, int>? written = null,
        CancellationToken cancellationToken = default)
    {
        byte[] head = Head(metadata, tensors, out long[] offsets, out long length);
        string unfinished = $"{destination}.{Guid.NewGuid():n}.unfinished";
        try
        {
            using (SafeFileHandle file = File.OpenHandle(
                unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, length))
            {
                RandomAccess.SetLength(file, length);
                RandomAccess.Write(file, head, 0);
                for (int i = 0; i < tensors.Count; i++) WriteRows(file, offsets[i], tensors[i], written, cancellationToken);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(unfinished, destination, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    private static void WriteRows(
        SafeFileHandle file,
        long offset,
        MatrixSource tensor,
        Action<MatrixSource, int>? written,
        CancellationToken cancellationToken)
    {
        int rowsPerChunk = Math.Max(1, ChunkElements / tensor.Width);
        int chunks = (int)(((long)tensor.Rows + rowsPerChunk - 1) / rowsPerChunk);
        var turn = new Lock();
        var options = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        };
        try
        {
            Parallel.For(0, chunks, options, chunk =>
            {
                int firstRow = chunk * rowsPerChunk, rows = Math.Min(rowsPerChunk, tensor.Rows - firstRow);
                int bytes = checked((int)(rows * tensor.RowBytes));
                byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes);
                tensor.ReadRows(firstRow, rows, buffer.AsSpan(0, bytes));
                RandomAccess.Write(file, buffer.AsSpan(0, bytes), offset + firstRow * tensor.RowBytes);
                ArrayPool<byte>.Shared.Return(buffer);
                lock (turn) written?.Invoke(tensor, rows);
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    // Everything before the data. offsets: of each tensor in the file. length: of the file; all tensors are padded.
    private static byte[] Head(
        IReadOnlyList<KeyValuePair<string, object>> metadata,
        IReadOnlyList<MatrixSource> tensors,
        out long[] offsets,
        out long length)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(GgufFile.Magic);
        writer.Write(3u);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)metadata.Count);
        foreach ((string key, object value) in metadata)
        {
            WriteString(writer, key);
            WriteValue(writer, value);
        }

        offsets = new long[tensors.Count];
        long end = 0;
        for (int i = 0; i < tensors.Count; i++)
        {
            offsets[i] = end;
            WriteTensor(writer, tensors[i], end);
            end = Align(end + tensors[i].Bytes);
        }

        long dataStart = Align(bytes.Length);
        bytes.SetLength(dataStart);
        for (int i = 0; i < offsets.Length; i++) offsets[i] += dataStart;
        length = dataStart + end;
        return bytes.ToArray();
    }

    private static long Align(long offset) => GgufFile.Align(offset, GgufFile.DefaultAlignment);

    private static void WriteTensor(BinaryWriter writer, MatrixSource tensor, long offset)
    {
        WriteString(writer, tensor.Name);
        writer.Write(tensor.Rows == 1 ? 1u : 2u);
        writer.Write((ulong)tensor.Width);
        if (tensor.Rows > 1) writer.Write((ulong)tensor.Rows);
        writer.Write((uint)tensor.Type);
        writer.Write((ulong)offset);
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    // The types that GgufConfig and GgufVocabulary write.
    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case uint number:
                writer.Write((uint)GgufValueType.UInt32);
                writer.Write(number);
                break;
            case float number:
                writer.Write((uint)GgufValueType.Float32);
                writer.Write(number);
                break;
            case bool truth:
                writer.Write((uint)GgufValueType.Bool);
                writer.Write(truth);
                break;
            case string text:
                writer.Write((uint)GgufValueType.String);
                WriteString(writer, text);
                break;
            case string[] texts:
                WriteArrayHead(writer, GgufValueType.String, texts.Length);
                foreach (string text in texts) WriteString(writer, text);
                break;
            case bool[] truths:
                WriteArrayHead(writer, GgufValueType.Bool, truths.Length);
                writer.Write(MemoryMarshal.AsBytes(truths.AsSpan()));
                break;
            case float[] numbers:
                WriteArrayHead(writer, GgufValueType.Float32, numbers.Length);
                writer.Write(MemoryMarshal.AsBytes(numbers.AsSpan()));
                break;
            case int[] numbers:
                WriteArrayHead(writer, GgufValueType.Int32, numbers.Length);
                writer.Write(MemoryMarshal.AsBytes(numbers.AsSpan()));
                break;
            default:
                throw new ArgumentException($"No metadata is written as {value.GetType()}.", nameof(value));
        }
    }

    private static void WriteArrayHead(BinaryWriter writer, GgufValueType elements, int length)
    {
        writer.Write((uint)GgufValueType.Array);
        writer.Write((uint)elements);
        writer.Write((ulong)length);
    }
}
