using System.Runtime.InteropServices;
using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// The functions of a driver as addresses that native callers use. All arguments of the driver API are integers and pointers,
// and those travel in whole machine words, of which a 32-bit argument fills the lower half: entries take words and cut them
// to size. The two entries with more arguments than registers have exact types instead.
internal sealed class EntryTable(DriverState state)
{
    private readonly Dictionary<string, (int Since, Delegate Entry)> _entries = new(StringComparer.Ordinal);

    private delegate DriverResult Entry0();

    private delegate DriverResult Entry1(nint a);

    private delegate DriverResult Entry2(nint a, nint b);

    private delegate DriverResult Entry3(nint a, nint b, nint c);

    private delegate DriverResult Entry4(nint a, nint b, nint c, nint d);

    private delegate DriverResult Entry5(nint a, nint b, nint c, nint d, nint e);

    // The delegates live as long as this table, and so do their addresses.
    public nint Find(string name) =>
        _entries.TryGetValue(name, out (int Since, Delegate Entry) found) && found.Since <= state.Options.DriverVersion
            ? Marshal.GetFunctionPointerForDelegate(found.Entry)
            : 0;

    public void Add(string name, EntryNeeds needs, Action body) => AddEntry(name, (Entry0)(() =>
    {
        lock (state.Gate)
        {
            try
            {
                state.Admit(needs);
                body();
                return CUDA_SUCCESS;
            }
            catch (Exception exception)
            {
                return state.ResultOf(exception);
            }
        }
    }));

    public void Add(string name, EntryNeeds needs, Action<nint> body) => AddEntry(name, (Entry1)(a =>
    {
        lock (state.Gate)
        {
            try
            {
                state.Admit(needs);
                body(a);
                return CUDA_SUCCESS;
            }
            catch (Exception exception)
            {
                return state.ResultOf(exception);
            }
        }
    }));

    public void Add(string name, EntryNeeds needs, Action<nint, nint> body) => AddEntry(name, (Entry2)((a, b) =>
    {
        lock (state.Gate)
        {
            try
            {
                state.Admit(needs);
                body(a, b);
                return CUDA_SUCCESS;
            }
            catch (Exception exception)
            {
                return state.ResultOf(exception);
            }
        }
    }));

    public void Add(string name, EntryNeeds needs, Action<nint, nint, nint> body, int since = 0) =>
        AddEntry(name, (Entry3)((a, b, c) =>
        {
            lock (state.Gate)
            {
                try
                {
                    state.Admit(needs);
                    body(a, b, c);
                    return CUDA_SUCCESS;
                }
                catch (Exception exception)
                {
                    return state.ResultOf(exception);
                }
            }
        }), since);

    public void Add(string name, EntryNeeds needs, Action<nint, nint, nint, nint> body, int since = 0) =>
        AddEntry(name, (Entry4)((a, b, c, d) =>
        {
            lock (state.Gate)
            {
                try
                {
                    state.Admit(needs);
                    body(a, b, c, d);
                    return CUDA_SUCCESS;
                }
                catch (Exception exception)
                {
                    return state.ResultOf(exception);
                }
            }
        }), since);

    public void Add(string name, EntryNeeds needs, Action<nint, nint, nint, nint, nint> body) =>
        AddEntry(name, (Entry5)((a, b, c, d, e) =>
        {
            lock (state.Gate)
            {
                try
                {
                    state.Admit(needs);
                    body(a, b, c, d, e);
                    return CUDA_SUCCESS;
                }
                catch (Exception exception)
                {
                    return state.ResultOf(exception);
                }
            }
        }));

    // An entry of its own type, which must let itself in with Guard.
    public void AddEntry(string name, Delegate entry, int since = 0) => _entries.Add(name, (since, entry));

    public DriverResult Guard(EntryNeeds needs, Action body)
    {
        lock (state.Gate)
        {
            try
            {
                state.Admit(needs);
                body();
                return CUDA_SUCCESS;
            }
            catch (Exception exception)
            {
                return state.ResultOf(exception);
            }
        }
    }
}
