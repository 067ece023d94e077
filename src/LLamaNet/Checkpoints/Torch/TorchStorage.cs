namespace LLamaNet.Checkpoints.Torch;

// The numbers of one data/<key> entry. Its checksum is verified by the read that completes it.
internal sealed class TorchStorage(CheckedFile file, ZipEntry entry)
{
    private readonly PartialCrc32 _crc = new(entry.Bytes, entry.Crc32);

    // offset: in bytes, from the storage's start.
    public void ReadExactly(long offset, Span<byte> destination)
    {
        file.ReadExactly(entry.DataOffset + offset, destination);
        if (!_crc.Add(offset, destination))
        {
            throw new ModelFormatException(
                file.Path, entry.Name, $"contents with CRC-32 {entry.Crc32:x8}", "others: the file is damaged");
        }
    }
}
