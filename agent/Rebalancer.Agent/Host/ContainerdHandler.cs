using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Host;

/// <summary>Has the node's containerd know our runtime handler, or forget it. What cannot be verified is taken back.</summary>
internal sealed class ContainerdHandler(ContainerdProcess containerd, string socket, TimeProvider clock, TextWriter log)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500), StartLimit = TimeSpan.FromSeconds(60);
    private readonly string mainPath = containerd.ConfigPath;

    /// <exception cref="InstallException">It did not work; the configuration is what it was.</exception>
    public async Task AddAsync(CancellationToken cancellation)
    {
        var before = ConfigFiles.Read(mainPath);
        before.Stripped().Write();
        ConfigFiles wanted;
        try
        {
            wanted = await ChooseAsync(ConfigFiles.Read(mainPath), cancellation);
        }
        catch
        {
            before.Write();
            throw;
        }

        wanted.Write();
        if (wanted.IsSame(before) && await KnowsAsync(cancellation))
        {
            await log.WriteLineAsync($"containerd knows the runtime handler {Names.RuntimeHandler} already");
            return;
        }

        await RestartAsync(before, isKnown: true, cancellation);
    }

    /// <exception cref="InstallException">It did not work; the configuration is what it was.</exception>
    public async Task RemoveAsync(CancellationToken cancellation)
    {
        var before = ConfigFiles.Read(mainPath);
        var wanted = before.Stripped();
        wanted.Write();
        if (!wanted.IsSame(before) || await KnowsAsync(cancellation)) { await RestartAsync(before, isKnown: false, cancellation); }
    }

    private async Task<ConfigFiles> ChooseAsync(ConfigFiles without, CancellationToken cancellation)
    {
        var dump = await containerd.DumpAsync(cancellation);
        if (dump.Plugin is null) { throw new InstallException($"containerd with {mainPath} has no CRI plugin, or it is one of a version that is not known"); }
        if (dump.HasHandler(Names.RuntimeHandler)) { throw new InstallException($"{mainPath}, or what it imports, has a runtime handler {Names.RuntimeHandler} that this installation did not make"); }
        var differences = "";
        foreach (var choice in HandlerConfig.Choices(mainPath, without.MainText, dump))
        {
            var files = new ConfigFiles(mainPath, choice.MainText, choice.DropIn, choice.DropInText);
            files.Write();
            var after = await containerd.DumpAsync(cancellation);
            var changed = dump.DifferencesBut(Names.RuntimeHandler, after);
            if (changed.Count == 0 && after.HasHandler(Names.RuntimeHandler))
            {
                await log.WriteLineAsync($"runtime handler {Names.RuntimeHandler} in {choice.DropIn ?? mainPath}");
                return files;
            }

            differences = string.Join(", ", changed.Take(3));
            files.Stripped().Write();
        }

        throw new InstallException($"no way to add a runtime handler to {mainPath} leaves the rest as it is; changed were: {differences}");
    }

    private async Task RestartAsync(ConfigFiles before, bool isKnown, CancellationToken cancellation)
    {
        try
        {
            await log.WriteLineAsync("restarting containerd");
            await containerd.RestartAsync(cancellation);
            await UntilAsync(isKnown, cancellation);
        }
        catch (Exception e) when (e is InstallException or TimeoutException or System.ComponentModel.Win32Exception or ArgumentException)
        {
            before.Write();
            await containerd.RestartAsync(cancellation);
            throw new InstallException($"containerd did not come up with the new configuration and is started again with the old one: {e.Message}");
        }
    }

    private async Task UntilAsync(bool isKnown, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        CriStatus? status = null;
        while (clock.GetElapsedTime(since) < StartLimit)
        {
            status = await CriStatus.ReadAsync(socket, clock, cancellation);
            if (status is { IsReady: true } && status.Handlers.Contains(Names.RuntimeHandler) == isKnown)
            {
                await log.WriteLineAsync($"containerd is ready, with the runtime handlers {string.Join(", ", status.Handlers)}");
                return;
            }

            await Task.Delay(Poll, clock, cancellation);
        }

        throw new TimeoutException(status is null ? $"no answer on {socket} within {StartLimit.TotalSeconds} s" : $"runtime ready: {status.IsReady}, handlers: {string.Join(", ", status.Handlers)}");
    }

    private async Task<bool> KnowsAsync(CancellationToken cancellation) => (await CriStatus.ReadAsync(socket, clock, cancellation))?.Handlers.Contains(Names.RuntimeHandler) == true;
}
