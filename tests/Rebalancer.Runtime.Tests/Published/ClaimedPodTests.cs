using Rebalancer.Agent.Local;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Published;

/// <summary>The published wrapper with the folders of a real node, in a mount namespace of its own.</summary>
public sealed class ClaimedPodTests : IDisposable
{
    private const string Network = "/run/rebalancer/netns";
    private readonly TestNode node = new() { Network = Network };
    private readonly string run;

    public ClaimedPodTests()
    {
        run = Directory.CreateDirectory(Path.Combine(node.Folder, "run")).FullName;
        var runc = Path.Combine(node.Folder, "runc");
        // CRIU's part is played by the fake runc: it calls the action script that the configuration names, as CRIU does at post-restore.
        File.WriteAllText(runc, $$"""
            #!/bin/sh
            echo "$@" >> {{node.Folder}}/calls
            readlink /proc/self/ns/net > {{node.Folder}}/network
            case "$*" in *restore*)
              script=$(sed -n 's/^action-script //p' /run/rebalancer/criu/c1.conf)
              CRTOOLS_SCRIPT_ACTION=post-restore CRTOOLS_IMAGE_DIR=/images CRTOOLS_INIT_PID=$$ $script || exit 9
              CRTOOLS_SCRIPT_ACTION=post-resume CRTOOLS_IMAGE_DIR=/images CRTOOLS_INIT_PID=$$ $script;;
            esac
            """);
        File.SetUnixFileMode(runc, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        node.WriteClaimedContainerBundle();
    }

    private string Calls => File.Exists(Path.Combine(node.Folder, "calls")) ? File.ReadAllText(Path.Combine(node.Folder, "calls")) : "";

    public void Dispose() => node.Dispose();

    private (int ExitCode, string Error) Wrapper(params string[] args)
    {
        var script = $"mkdir -p /run/rebalancer /var/lib/rebalancer; mount --bind {run} /run/rebalancer; mount -t tmpfs none /var/lib/rebalancer; touch {Network}; unshare --net={Network} true; exec \"$0\" \"$@\"";
        var result = Command.Run("unshare", ["--mount", "--propagation", "private", "sh", "-c", script, PublishedPrograms.Runc, "--log", node.LogPath, "--log-format", "json", .. args],
            variables: [("REBALANCER_RUNC", Path.Combine(node.Folder, "runc"))], isChecked: false);
        return (result.ExitCode, result.Error);
    }

    [Fact]
    public async Task Create_Restore_IsHeldAndThenRuns()
    {
        await using var agent = new ScriptedAgent(Path.Combine(run, "agent.sock"), request => request.Op == LocalOps.ContainerCreate
            ? new LocalReply { Action = LocalActions.Restore, ImagePath = "/images", WorkPath = "/w" } : new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal((0, ""), Wrapper("create", "--bundle", node.Bundle, "--pid-file", "/p", "c1"));

        Assert.Equal([LocalOps.ContainerCreate, LocalOps.Hold, LocalOps.Resumed, LocalOps.RestoreDone], agent.Requests.Select(r => r.Op));
        Assert.Equal($"--log {node.LogPath} --log-format json restore --detach --tcp-established --manage-cgroups-mode ignore --image-path /images --work-path /w --bundle {node.Bundle} --pid-file /p c1\n", Calls);
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, File.ReadAllText(Path.Combine(node.Folder, "network")).Trim());
        Assert.Equal((0, ""), Wrapper("start", "c1"));
        Assert.Equal(1, Calls.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Create_HoldIsRefused_FailsWithTheAgentsReason()
    {
        await using var agent = new ScriptedAgent(Path.Combine(run, "agent.sock"), request => request.Op switch
        {
            LocalOps.ContainerCreate => new LocalReply { Action = LocalActions.Restore, ImagePath = "/images" },
            LocalOps.Hold => new LocalReply { Action = LocalActions.Fail },
            _ => new LocalReply { Action = LocalActions.Fail, Reason = "UserAborted", Message = "decision is Aborted" },
        });

        Assert.Equal((1, "rebalancer: UserAborted: decision is Aborted\n"), Wrapper("create", "--bundle", node.Bundle, "c1"));

        Assert.Equal("rebalancer: UserAborted: decision is Aborted", node.LogMessage);
        Assert.Equal(9, agent.Requests.Last().ExitCode);
    }
}
