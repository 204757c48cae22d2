using Rebalancer.Runtime.Arguments;
using Xunit;

namespace Rebalancer.Runtime.Tests.Arguments;

public sealed class RuncArgumentsTests
{
    [Fact]
    public void Create_AsGoRuncWritesIt_IsTakenApart()
    {
        var call = RuncArguments.Parse(["--root", "/run/containerd/runc/k8s.io", "--log", "/b/log.json", "--log-format", "json", "--systemd-cgroup",
            "create", "--bundle", "/b", "--pid-file", "/b/init.pid", "--console-socket", "/s", "--no-pivot", "--no-new-keyring", "abc"]);

        Assert.Equal("create", call.Command);
        Assert.Equal("abc", call.Id);
        Assert.Equal("/run/containerd/runc/k8s.io", call.Root);
        Assert.Equal("/b/log.json", call.Log);
        Assert.True(call.IsJsonLog);
        Assert.Equal("/b", call.Bundle);
        Assert.Equal("/s", call.Options["console-socket"]);
        Assert.True(call.Options.ContainsKey("no-pivot"));
        Assert.Equal(["--root", "/run/containerd/runc/k8s.io", "--log", "/b/log.json", "--log-format", "json", "--systemd-cgroup"], call.Globals);
    }

    [Theory]
    [InlineData("kill", "abc", "kill", "--all", "abc", "9")]
    [InlineData("kill", "abc", "kill", "abc", "9")]
    [InlineData("delete", "abc", "delete", "--force", "abc")]
    [InlineData("start", "abc", "start", "abc")]
    [InlineData("start", "abc", "--root=/r", "start", "--", "abc")]
    [InlineData("create", "abc", "--debug", "create", "-b", "/b", "--pid-file=/p", "abc")]
    [InlineData("state", "abc", "state", "abc")]
    [InlineData("", "", "--version")]
    [InlineData("", "")]
    public void CommandAndId_InEveryForm_AreFound(string command, string id, params string[] args)
    {
        var call = RuncArguments.Parse(args);

        Assert.Equal(command, call.Command);
        Assert.Equal(id, call.Id);
        Assert.Equal(args, call.All);
    }

    [Fact]
    public void Exec_OptionsOfTheProgramInside_AreNotTakenForRuncs()
    {
        var call = RuncArguments.Parse(["exec", "--process", "/p", "abc", "sh", "--root", "/evil", "-c", "x"]);

        Assert.Equal("exec", call.Command);
        Assert.Equal("/run/runc", call.Root);
    }

    [Theory]
    [InlineData("abc", true)]
    [InlineData("2f0e8a52-7c1f_x.y", true)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    [InlineData("a\nb", false)]
    public void SafeNames_WhatWouldLeaveItsFolder_IsRefused(string name, bool isSafe) => Assert.Equal(isSafe, SafeNames.IsSafe(name));
}
