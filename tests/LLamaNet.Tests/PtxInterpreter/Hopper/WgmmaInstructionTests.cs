using LLamaNet.PtxInterpreter;
using LLamaNet.PtxInterpreter.Hopper;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Hopper;

// A warpgroup copies 16 KB to shared memory, a at its start and b 8 KB behind, multiplies, and stores its registers.
public class WgmmaInstructionTests
{
    private const int AreaBytes = 16384;
    private const int BOffset = 8192;

    private const string Copy =
        """
        mul.lo.u32 %r3, %r0, 128;
        add.u32 %r4, %r1, %r3;
        cvt.u64.u32 %rd3, %r3;
        add.u64 %rd3, %rd1, %rd3;
        mov.u32 %r5, 0;
        LOOP:
        ld.global.v4.u32 {%r10, %r11, %r12, %r13}, [%rd3];
        st.shared.v4.u32 [%r4], {%r10, %r11, %r12, %r13};
        add.u32 %r4, %r4, 16;
        add.u64 %rd3, %rd3, 16;
        add.u32 %r5, %r5, 1;
        setp.lt.u32 %p2, %r5, 8;
        @%p2 bra LOOP;
        """;

    private const string ProxyFence = "fence.proxy.async.shared::cta;";
    private const string Sync = "bar.sync 0;";
    private const string Fence = "wgmma.fence.sync.aligned;";
    private const string Commit = "wgmma.commit_group.sync.aligned;";
    private const string Wait = "wgmma.wait_group.sync.aligned 0;";
    private const string WaitForAllButOne = "wgmma.wait_group.sync.aligned 1;";

    public static TheoryData<int, int, string> Shapes =>
    [
        .. from mode in Enumerable.Range(0, 4)
           from n in (int[])[8, 24, 64]
           from type in (string[])["f16", "bf16"]
           select (mode, n, type),
    ];

    // mode: the swizzle as descriptors have it.
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_have_the_layouts_of_the_manual(int mode, int n, string type)
    {
        var matrices = new Matrices(mode, n, type);
        string[] multiply = [Fence, Multiply(n, type, "%rd4"), Commit, Wait];
        float[] actual = matrices.Run([Zeros(n), Copy, ProxyFence, Sync, .. matrices.Descriptors, .. multiply, Store(n)]);
        matrices.AssertProducts(actual, times: 1, plus: 0);
    }

    [Fact]
    public void Chains_add_to_the_sums_and_negate_and_start_anew()
    {
        var matrices = new Matrices(1, 24, "f16");
        string plain = Multiply(24, "f16", "%rd4");
        string negated = plain.Replace("%p3, 1, 1", "%p3, 1, -1", StringComparison.Ordinal);
        string anew = plain.Replace("%p3", "%p4", StringComparison.Ordinal);
        float[] Run(params string[] lines) =>
            matrices.Run([Zeros(24, 2), Copy, ProxyFence, Sync, .. matrices.Descriptors, Fence, .. lines, Store(24)]);
        matrices.AssertProducts(Run(plain, plain, Commit, plain, Commit, Wait), times: 3, plus: 2);
        matrices.AssertProducts(Run(negated, Commit, Wait), times: -1, plus: 2);
        matrices.AssertProducts(Run(plain, Commit, anew, Commit, Wait), times: 1, plus: 0);
    }

    [Fact]
    public void A_may_be_in_registers()
    {
        // Register i of lane l of warp v: row 16 v + l / 4 + 8 (i % 2), columns 2 (l % 4) + 8 (i / 2) and the next: here from
        // memory without swizzle.
        var matrices = new Matrices(0, 8, "f16");
        const string Load = """
            shr.u32 %r20, %r0, 5;
            and.b32 %r21, %r0, 31;
            shr.u32 %r22, %r21, 2;
            and.b32 %r23, %r21, 3;
            shl.b32 %r24, %r20, 9;
            shl.b32 %r25, %r22, 4;
            shl.b32 %r26, %r23, 2;
            add.u32 %r27, %r1, %r24;
            add.u32 %r27, %r27, %r25;
            add.u32 %r27, %r27, %r26;
            ld.shared.b32 %r30, [%r27];
            ld.shared.b32 %r31, [%r27+256];
            ld.shared.b32 %r32, [%r27+128];
            ld.shared.b32 %r33, [%r27+384];
            """;
        const string Registers = "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f0, %f1, %f2, %f3}, "
            + "{%r30, %r31, %r32, %r33}, %rd5, %p3, 1, 1, 0;";
        string[] start = [Zeros(8), Copy, ProxyFence, Sync, .. matrices.Descriptors];
        matrices.AssertProducts(matrices.Run([.. start, Load, Fence, Registers, Commit, Wait, Store(8)]), times: 1, plus: 0);
        matrices.AssertFault(FaultKind.MissingFence, [.. start, Fence, Load, Registers]);
        matrices.AssertFault(FaultKind.MissingWait, [.. start, Load, Fence, Registers, Commit, "mov.b32 %r31, 1;", Wait]);
    }

    [Fact]
    public void Missing_fences_and_waits_are_found()
    {
        var matrices = new Matrices(1, 8, "f16");
        string multiply = Multiply(8, "f16", "%rd4");
        string[] loaded = [Zeros(8), Copy, ProxyFence, Sync, .. matrices.Descriptors];
        matrices.AssertFault(FaultKind.MissingFence, [.. loaded, multiply]);
        matrices.AssertFault(FaultKind.MissingFence, [.. loaded, Fence, "mov.f32 %f2, 0f3F800000;", multiply]);
        matrices.AssertFault(FaultKind.MissingFence, [Zeros(8), Copy, Sync, .. matrices.Descriptors, Fence, multiply]);
        // Warp 0 comes first: what it reads is not there yet.
        matrices.AssertFault(FaultKind.Uninitialised, [Zeros(8), Copy, ProxyFence, .. matrices.Descriptors, Fence, multiply]);
        matrices.AssertFault(FaultKind.MissingWait, [.. loaded, Fence, multiply, Commit, Store(8)]);
        matrices.AssertFault(FaultKind.MissingWait, [.. loaded, Fence, multiply, Commit, WaitForAllButOne, Store(8)]);
        matrices.AssertFault(FaultKind.MissingWait, [.. loaded, Fence, multiply, Wait, Store(8)]);
        matrices.AssertFault(FaultKind.MissingWait, [.. loaded, Fence, multiply, Commit, "mov.f32 %f3, 0f00000000;", Wait]);
    }

    [Fact]
    public void A_wait_for_all_but_the_last_group_leaves_other_sums_readable()
    {
        var matrices = new Matrices(1, 8, "f16");
        string one = Multiply(8, "f16", "%rd4");
        string other = one.Replace("{%f0, %f1, %f2, %f3}", "{%f4, %f5, %f6, %f7}", StringComparison.Ordinal);
        // Zeros for twice as many sums.
        string[] start =
        [
            Zeros(16), Copy, ProxyFence, Sync, .. matrices.Descriptors, Fence, one, Commit, other, Commit, WaitForAllButOne,
        ];
        matrices.AssertProducts(matrices.Run([.. start, Store(8), Wait]), times: 1, plus: 0);
        matrices.AssertFault(FaultKind.MissingWait, [.. start, "add.f32 %f0, %f0, %f5;"]);
    }

    [Fact]
    public void Overwriting_operands_before_the_wait_is_found()
    {
        var matrices = new Matrices(1, 8, "f16");
        // Of row 0, which warp 0 multiplies.
        const string Overwrite = "setp.ge.u32 %p1, %r0, 96; @%p1 st.shared.u32 [%r1+32], 0;";
        string[] start = [Zeros(8), Copy, ProxyFence, Sync, .. matrices.Descriptors, Fence, Multiply(8, "f16", "%rd4"), Commit];
        matrices.AssertFault(FaultKind.Race, [.. start, Sync, Overwrite, Wait]);
        matrices.AssertFault(FaultKind.MissingFence, [.. start, Sync, Overwrite, Sync, Wait]);
        matrices.AssertProducts(matrices.Run([.. start, Wait, Sync, Overwrite, Store(8)]), times: 1, plus: 0);
    }

    private static string Zeros(int n, int value = 0) => $"setp.eq.u32 %p3, 0, 0;\nsetp.ne.u32 %p4, 0, 0;\n"
        + Each(n, i => $"mov.f32 %f{i}, 0f{BitConverter.SingleToInt32Bits(value):X8};", "\n");

    private static string Multiply(int n, string type, string a) =>
        $"wgmma.mma_async.sync.aligned.m64n{n}k16.f32.{type}.{type} {{{Each(n, i => $"%f{i}", ", ")}}}, "
        + $"{a}, %rd5, %p3, 1, 1, 0, 0;";

    // Register i of thread t to out[t][i].
    private static string Store(int n) => $"mul.wide.u32 %rd6, %r0, {2 * n};\nadd.u64 %rd6, %rd0, %rd6;\n"
        + Each(n, i => $"st.global.f32 [%rd6+{4 * i}], %f{i};", "\n");

    private static string Each(int n, Func<int, string> text, string between) =>
        string.Join(between, Enumerable.Range(0, n / 2).Select(text));

    // a: [64, 16] and b: [n, 16] of small integers as they lie in shared memory.
    private sealed class Matrices
    {
        private readonly int _n;
        private readonly int[] _a;
        private readonly int[] _b;
        private readonly byte[] _area = new byte[AreaBytes];

        public Matrices(int mode, int n, string type)
        {
            _n = n;
            var random = new Random(n);
            _a = [.. Enumerable.Range(0, 64 * 16).Select(_ => random.Next(-8, 9))];
            _b = [.. Enumerable.Range(0, n * 16).Select(_ => random.Next(-8, 9))];
            // Core matrices along k 128 bytes apart; eight rows 256 bytes or eight swizzled rows apart; k begins at 16 where
            // rows have more.
            int span = mode == 0 ? 0 : 256 >> mode;
            int begin = span > 32 ? 32 : 0;
            ulong bits = 128UL >> 4 << 16 | (ulong)(mode == 0 ? 256 : 8 * span) >> 4 << 32 | (ulong)mode << 62;
            Place(_a, 64, 0);
            Place(_b, n, BOffset);
            Descriptors = [Descriptor("%rd4", begin), Descriptor("%rd5", BOffset + begin)];

            string Descriptor(string register, int offset) =>
                $"add.u32 %r6, %r1, {offset}; shr.u32 %r6, %r6, 4; cvt.u64.u32 {register}, %r6; "
                + $"or.b64 {register}, {register}, {(long)bits};";

            void Place(int[] matrix, int rows, int offset)
            {
                for (int i = 0; i < rows * 16; i++)
                {
                    int row = i / 16, k = i % 16;
                    int at = mode == 0
                        ? offset + row / 8 * 256 + k / 8 * 128 + row % 8 * 16 + k % 8 * 2
                        : (int)new MatrixDescriptor(bits).Swizzle.Apply((uint)(offset + row * span + begin + k * 2));
                    ushort value = type == "f16"
                        ? BitConverter.HalfToUInt16Bits((Half)matrix[i])
                        : (ushort)(BitConverter.SingleToUInt32Bits(matrix[i]) >> 16);
                    BitConverter.TryWriteBytes(_area.AsSpan(at), value);
                }
            }
        }

        // a in %rd4, b in %rd5; shared memory of the test's kernel begins at 0.
        public string[] Descriptors { get; }

        public float[] Run(string[] lines)
        {
            var machine = new HopperMachine();
            return machine.Run<float>(string.Join('\n', lines), 128, 64 * _n, machine.Copy<byte>(_area));
        }

        public void AssertFault(FaultKind expected, string[] lines)
        {
            var machine = new HopperMachine();
            string body = string.Join('\n', lines);
            Assert.Equal(expected, HopperMachine.Fault(body, 128, machine.Copy<byte>(_area), null, machine).Kind);
        }

        // Integers: exact in F32.
        public void AssertProducts(float[] actual, int times, int plus)
        {
            for (int thread = 0; thread < 128; thread++)
            {
                for (int i = 0; i < _n / 2; i++)
                {
                    int row = thread / 32 * 16 + thread % 32 / 4 + 8 * (i / 2 % 2);
                    int column = 8 * (i / 4) + 2 * (thread % 4) + i % 2;
                    int product = Enumerable.Range(0, 16).Sum(k => _a[row * 16 + k] * _b[column * 16 + k]);
                    Assert.Equal(times * product + plus, actual[thread * (_n / 2) + i]);
                }
            }
        }
    }
}
