namespace LLamaNet.Checkpoints.Torch;

// A stored (uncompressed) entry. DataOffset: from the start of the file.
internal sealed record ZipEntry(string Name, long DataOffset, long Bytes, uint Crc32);
