using System.Diagnostics;
using Rebalancer.Agent.Local;
using Rebalancer.Runtime.Criu;
using Rebalancer.Runtime.Restores;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Criu;

public sealed class ActionScriptTests : IDisposable
{
    private readonly TestNode node = new();

    public ActionScriptTests()
    {
        node.Variables["CRTOOLS_IMAGE_DIR"] = node.Folder;
        node.Variables["CRTOOLS_INIT_PID"] = "4711";
    }

    public void Dispose() => node.Dispose();

    private int Script(string action)
    {
        node.Variables[ActionScript.ActionVariable] = action;
        return Entry.Run([], node.Host);
    }

    [Theory]
    [InlineData("post-restore", LocalOps.Hold)]
    [InlineData("pre-dump", LocalOps.DumpReady)]
    public async Task Hold_Proceed_LetsItGoOn(string action, string op)
    {
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(0, Script(action));

        Assert.Equal((op, node.Folder, 4711), agent.Requests.Select(r => (r.Op, r.ImagePath, r.Pid)).Single());
    }

    [Theory]
    [InlineData(LocalActions.Fail)]
    [InlineData(LocalActions.Create)]
    [InlineData(null)]
    public async Task Hold_AnythingElse_KillsTheCopy(string? action)
    {
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => action is null ? null : new LocalReply { Action = action });

        Assert.Equal(1, Script("post-restore"));
    }

    [Fact]
    public async Task Hold_Park_MarksTheCopyAndLetsCriuGoOn()
    {
        node.Variables[RestoreOwner.IdVariable] = "c1";
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Park });

        Assert.Equal(0, Script("post-restore"));

        Assert.True(File.Exists(Path.Combine(node.Host.ParkedFolder, "c1")));
        Assert.Equal(0, Script("post-resume"));
        Assert.Single(agent.Requests);
    }

    [Theory]
    [InlineData("post-restore", "")]
    [InlineData("post-restore", "../c1")]
    [InlineData("pre-dump", "c1")]
    public async Task Hold_ParkThatCannotBe_KillsTheCopy(string action, string id)
    {
        node.Variables[RestoreOwner.IdVariable] = id;
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Park });

        Assert.Equal(1, Script(action));
        Assert.False(Directory.Exists(node.Host.ParkedFolder));
    }

    [Fact]
    public async Task Hold_NoAgentOrNoAnswer_KillsTheCopy()
    {
        Assert.Equal(1, Script("post-restore"));

        await using var agent = new ScriptedAgent(node.Host.Socket, ScriptedAgent.Silence);
        node.Host = node.Host with { DecisionLimit = TimeSpan.FromMilliseconds(100) };
        Assert.Equal(1, Script("post-restore"));
    }

    [Fact]
    public async Task Hold_CreateCallDies_KillsTheCopy()
    {
        using var create = Process.Start("sleep", "1000");
        node.Variables[RestoreOwner.PidVariable] = $"{create.Id}";
        await using var agent = new ScriptedAgent(node.Host.Socket, (request, stop) =>
        {
            create.Kill();
            return ScriptedAgent.Silence(request, stop);
        });

        Assert.Equal(1, Script("post-restore"));

        await create.WaitForExitAsync();
        Assert.Equal(1, Script("post-restore"));
        Assert.Single(agent.Requests);
    }

    [Fact]
    public async Task Hold_ImageFolderAsCriuNamesIt_IsResolved()
    {
        var link = $"/proc/{Environment.ProcessId}/cwd";
        node.Variables["CRTOOLS_IMAGE_DIR"] = link;
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(0, Script("post-restore"));

        Assert.Equal(Environment.CurrentDirectory, agent.Requests.Single().ImagePath);
    }

    [Fact]
    public async Task Resumed_DescriptorOfTheImagesIsClosed_StillNamesThem()
    {
        node.Variables["CRTOOLS_IMAGE_DIR"] = "/proc/self/fd/9999";
        node.Variables[RestoreOwner.ImagesVariable] = "/images";
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(0, Script("post-resume"));

        Assert.Equal("/images", agent.Requests.Single().ImagePath);
    }

    [Fact]
    public async Task Resumed_WhateverTheAgentSays_IsNoFailure()
    {
        Assert.Equal(0, Script("post-resume"));

        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Fail });
        Assert.Equal(0, Script("post-resume"));
        Assert.Equal(LocalOps.Resumed, agent.Requests.Single().Op);
    }

    [Theory]
    [InlineData("post-dump")]
    [InlineData("pre-restore")]
    [InlineData("network-lock")]
    [InlineData("network-unlock")]
    [InlineData("setup-namespaces")]
    [InlineData("orphan-pts-master")]
    public void OtherActions_AreNotOurs(string action) => Assert.Equal(0, Script(action));
}
