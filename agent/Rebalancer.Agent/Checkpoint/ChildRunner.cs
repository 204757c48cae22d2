using System.Diagnostics;
using System.Text;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>Starts programs with a time limit and without a shell.</summary>
internal static class ChildRunner
{
    private static readonly TimeSpan OutputLimit = TimeSpan.FromSeconds(10);

    /// <summary>Standard output of a short program; empty when it cannot be started or fails.</summary>
    public static async Task<string> OutputAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(OutputLimit);
        try
        {
            using var child = Child.Start(program, arguments);
            var output = await child.Process.StandardOutput.ReadToEndAsync(limit.Token);
            return await child.WaitAsync(limit.Token) == 0 ? output : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}

/// <summary>One started program. Its standard error is kept, bounded; disposing kills it and what it started.</summary>
internal sealed class Child : IDisposable
{
    private const int MaximumErrorCharacters = 4096;
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(2);
    private readonly StringBuilder errors = new();

    private Child(Process process) => Process = process;

    public Process Process { get; }

    public string Errors
    {
        get { lock (errors) { return errors.ToString().Trim(); } }
    }

    /// <param name="variables">Added to our own environment.</param>
    public static Child Start(string program, IReadOnlyList<string> arguments, params IReadOnlyList<(string Name, string Value)> variables)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in variables) { info.Environment[name] = value; }
        var child = new Child(new Process { StartInfo = info });
        child.Process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        child.Process.Start();
        child.Process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Starts one of our helpers, which says "ready" on its standard output once it is.</summary>
    /// <param name="arguments">For rebalancer-runc, the role first.</param>
    /// <param name="what">Names it in messages: "the guard of containers web".</param>
    /// <param name="reason">Of the failure.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="MoveException">It does not come up; it is ended.</exception>
    public static Task<Child> StartHelperAsync(IReadOnlyList<string> arguments, string what, string reason, CancellationToken cancellation) =>
        StartHelperAsync(NodePaths.RuncWrapper, arguments, what, reason, cancellation);

    /// <summary>The same with a rebalancer-runc that lies elsewhere.</summary>
    public static async Task<Child> StartHelperAsync(string program, IReadOnlyList<string> arguments, string what, string reason, CancellationToken cancellation)
    {
        var child = Start(program, arguments);
        try
        {
            if (await child.Process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(ReadyLimit, cancellation) == "ready") { return child; }
            throw new MoveException(reason, $"{what} did not start: {child.Errors}");
        }
        catch (TimeoutException)
        {
            child.Dispose();
            throw new MoveException(reason, $"{what} was not ready within {ReadyLimit.TotalSeconds} s");
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        await Process.WaitForExitAsync(cancellation);
        return Process.ExitCode;
    }

    /// <summary>SIGKILL to it and to all that it started: criu is a child of runc and would live on.</summary>
    public void KillTree()
    {
        if (!Process.HasExited) { Process.Kill(entireProcessTree: true); }
    }

    public void Dispose()
    {
        KillTree();
        Process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (errors)
        {
            if (line is not null && errors.Length + line.Length < MaximumErrorCharacters) { errors.AppendLine(line); }
        }
    }
}
