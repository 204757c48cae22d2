using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Rebalancer.Benchmarks.Wrapper;

/// <summary>
/// Starts programs inside another root and measures from the start to the end of the process. A thread of its own lives in that root, so that no
/// chroot program stands between the clock and what is measured.
/// </summary>
internal sealed class RootedCalls : IDisposable
{
    private const int CloneFs = 0x200;
    private const int OpenReadWrite = 2;
    private readonly BlockingCollection<(string[] Args, TaskCompletionSource<CallResult> Done)> queue = [];
    private readonly Thread thread;

    public RootedCalls(string root)
    {
        thread = new Thread(() => Serve(root)) { IsBackground = true, Name = "rooted" };
        thread.Start();
    }

    /// <param name="args">Path inside the root and arguments. Standard input, output and error are /dev/null.</param>
    public CallResult Run(params string[] args)
    {
        var done = new TaskCompletionSource<CallResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Add((args, done));
        return done.Task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
    }

    private void Serve(string root)
    {
        // Once before the root changes: what the runtime loads on this thread must come from the machine's own files.
        _ = Measure(["/bin/true"]);
        if (Unshare(CloneFs) != 0 || ChangeRoot(Bytes(root)) != 0 || ChangeFolder(Bytes("/")) != 0)
        {
            throw new InvalidOperationException($"root {root} cannot be entered: errno {Marshal.GetLastPInvokeError()}");
        }
        foreach (var (args, done) in queue.GetConsumingEnumerable()) { done.SetResult(Measure(args)); }
    }

    private static CallResult Measure(string[] args)
    {
        var arguments = args.Select(Marshal.StringToCoTaskMemUTF8).Append(0).ToArray();
        nint[] environment = [Marshal.StringToCoTaskMemUTF8("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), 0];
        var actions = new byte[256]; // glibc's posix_spawn_file_actions_t has 80.
        _ = InitialiseActions(actions);
        for (var descriptor = 0; descriptor < 3; descriptor++) { _ = AddOpen(actions, descriptor, Bytes("/dev/null"), OpenReadWrite, 0); }
        var start = Stopwatch.GetTimestamp();
        var error = Spawn(out var pid, arguments[0], actions, 0, arguments, environment);
        if (error != 0) { throw new InvalidOperationException($"{args[0]} cannot be started: errno {error}"); }
        int status;
        while (WaitPid(pid, out status, 0) != pid) { }
        var elapsed = Stopwatch.GetElapsedTime(start);
        _ = DestroyActions(actions);
        foreach (var each in arguments.Concat(environment)) { Marshal.FreeCoTaskMem(each); }
        return new CallResult(elapsed, (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static extern int Unshare(int flags);

    [DllImport("libc", EntryPoint = "chroot", SetLastError = true)]
    private static extern int ChangeRoot(byte[] path);

    [DllImport("libc", EntryPoint = "chdir", SetLastError = true)]
    private static extern int ChangeFolder(byte[] path);

    [DllImport("libc", EntryPoint = "posix_spawn")]
    private static extern int Spawn(out int pid, nint path, byte[] actions, nint attributes, nint[] arguments, nint[] environment);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static extern int InitialiseActions([Out] byte[] actions);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    private static extern int AddOpen([In, Out] byte[] actions, int descriptor, byte[] path, int flags, uint mode);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static extern int DestroyActions([In, Out] byte[] actions);

    [DllImport("libc", EntryPoint = "waitpid")]
    private static extern int WaitPid(int pid, out int status, int options);
}

internal readonly record struct CallResult(TimeSpan Elapsed, int ExitCode);
