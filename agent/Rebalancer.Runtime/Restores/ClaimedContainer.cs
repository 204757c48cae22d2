using System.Text.Json;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Runtime.Arguments;
using Rebalancer.Runtime.Bundles;
using Rebalancer.Runtime.Containers;

namespace Rebalancer.Runtime.Restores;

/// <summary>`create` of an app container of a claimed pod: becomes `runc restore`, a cold start on the agent's recorded decision, a program that does nothing in an init container's place, or a failure.</summary>
internal sealed class ClaimedContainer(RuntimeHost host, RuncArguments call, BundleConfig config, AgentQuestions questions)
{
    private const int MaximumRestores = 5;
    private static readonly string[] SharedFlags = ["no-pivot"];
    private static readonly string[] SharedValues = ["console-socket", "pid-file"];

    public int Run()
    {
        var reply = questions.Decide(LocalOps.ContainerCreate);
        for (var attempt = 1; reply.Action == LocalActions.Restore && attempt <= MaximumRestores; attempt++)
        {
            var exitCode = Restore(reply);
            // What is parked has not run: its checkpoint is consumed when the agent thaws it.
            if (exitCode == 0 && !ParkedCopy.IsParked(host, call.Id)) { Markers.Touch(Markers.Consumed(host, config)); }
            var next = questions.TellOutcome(reply, exitCode);
            if (exitCode == 0 && next?.Action is null or LocalActions.Proceed or LocalActions.Park)
            {
                // The agent let it run at CRIU's hold, after it had read the commit, or had it parked: it is there whether or not the agent still answers.
                Markers.Touch(Markers.Restored(host, call.Id));
                return 0;
            }
            reply = next is { Action: not LocalActions.Proceed } ? next : throw RestoreFailure(reply, exitCode);
            // A copy that was to be parked and is not as it should be.
            if (exitCode == 0 && reply.Action is LocalActions.Restore or LocalActions.Create) { Discard(); }
        }
        if (reply.Action == LocalActions.Create) { return host.Runc.Become(call.All); }
        if (reply.Action == LocalActions.Skip) { return Skip(); }
        if (reply.Action == LocalActions.Restore) { throw RestoreFailure(reply, -1); }
        throw AgentQuestions.Refusal(reply, $"container {call.Id}");
    }

    /// <summary>The container is made and run by runc as any other, with another program.</summary>
    private int Skip()
    {
        var path = Path.Combine(call.Bundle, BundleConfig.FileName);
        try
        {
            InitStub.Install(host.Nothing);
            BundleFile.Replace(path, InitStub.TakePlace(File.ReadAllBytes(path), host.Nothing));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RuntimeFailureException(FailureReasons.BundleUnreadable, $"bundle {call.Bundle} of init container {call.Id}: {e.Message}");
        }
        return host.Runc.Become(call.All);
    }

    private int Restore(LocalReply reply)
    {
        var criu = CriuConfiguration.PathOf(host.CriuFolder, call.Id);
        CriuConfiguration.Write(criu, RestoreConfiguration(reply));
        var exitCode = RestoreInPodNetwork(reply);
        CriuConfiguration.Write(criu, CriuConfiguration.Default);
        if (exitCode != 0) { Discard(); }
        return exitCode;
    }

    /// <summary>CRIU restores into the network that it runs in, where the checkpoint leaves that out; else into the pod's all the same, which runc names to it.</summary>
    private int RestoreInPodNetwork(LocalReply reply)
    {
        // It must never come up in the node's network.
        if (config.NetNs.Length == 0) { throw new RuntimeFailureException(FailureReasons.RestoreFailed, $"container {call.Id}: its bundle names no network namespace"); }
        try
        {
            return host.Runc.Run(RestoreArguments(reply), RestoreOwner.Variables(reply.ImagePath, call), config.NetNs);
        }
        catch (LinuxException e)
        {
            throw new RuntimeFailureException(FailureReasons.RestoreFailed, $"container {call.Id}: network namespace {config.NetNs} cannot be entered: {e.Message}");
        }
    }

    /// <summary>What a failed restore leaves in runc's state would refuse the next try: "container with given ID already exists".</summary>
    private void Discard()
    {
        if (Directory.Exists(Path.Combine(call.Root, call.Id)))
        {
            ParkedCopy.Kill(host, call);
            _ = host.Runc.Run([.. call.Globals, "delete", "--force", call.Id], []);
        }
        if (ParkedCopy.IsParked(host, call.Id)) { File.Delete(Markers.Parked(host, call.Id)); }
    }

    /// <summary>The agent's options; the script that holds the copy until the commit is added where they lack it, so that no restore runs unheld.</summary>
    private string RestoreConfiguration(LocalReply reply)
    {
        if (reply.CriuConfig.Length == 0) { return CriuConfiguration.Held(host.OwnPath); }
        try
        {
            var given = File.ReadAllText(reply.CriuConfig);
            return given.Split('\n').Any(line => line.StartsWith("action-script", StringComparison.Ordinal)) ? given : $"{given.TrimEnd('\n')}\naction-script {host.OwnPath}\n";
        }
        catch (IOException e)
        {
            throw new RuntimeFailureException(FailureReasons.RestoreFailed, $"container {call.Id}: CRIU configuration {reply.CriuConfig} cannot be read: {e.Message}");
        }
    }

    private List<string> RestoreArguments(LocalReply reply)
    {
        // runc puts CRIU into the new container's cgroup and the copy inherits it. Anything but "ignore" sends the copy to the path of the source's
        // cgroup instead, because the checkpoint is made without the cgroups.
        List<string> args = [.. call.Globals, "restore", "--detach", "--tcp-established", "--manage-cgroups-mode", "ignore", "--image-path", reply.ImagePath];
        if (reply.WorkPath.Length > 0) { args.AddRange(["--work-path", reply.WorkPath]); }
        args.AddRange(["--bundle", call.Bundle]);
        foreach (var name in SharedValues)
        {
            if (call.Options.TryGetValue(name, out var value)) { args.AddRange(["--" + name, value]); }
        }
        foreach (var name in SharedFlags)
        {
            if (call.Options.ContainsKey(name)) { args.Add("--" + name); }
        }
        args.Add(call.Id);
        return args;
    }

    private RuntimeFailureException RestoreFailure(LocalReply reply, int exitCode) => new(FailureReasons.RestoreFailed,
        exitCode < 0 ? $"container {call.Id}: {MaximumRestores} restores failed" : $"container {call.Id}: runc restore exited {exitCode}, see {reply.WorkPath}/restore.log");
}
