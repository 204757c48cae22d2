using Microsoft.Extensions.Configuration;

namespace Rebalancer.Agent.Tests;

public sealed class AgentHostTests
{
    /// <summary>The agent works in the file system of its node: settings found there would be anybody's, and a watch on it has one entry for every folder of the machine.</summary>
    [Fact]
    public void NewBuilder_WhereverItIsStarted_ReadsNoSettingsOfTheNodeAndWatchesNothing()
    {
        var builder = AgentHost.NewBuilder();

        Assert.Equal(AppContext.BaseDirectory, builder.Environment.ContentRootPath);
        Assert.DoesNotContain(((IConfigurationBuilder)builder.Configuration).Sources.OfType<FileConfigurationSource>(), source => source.ReloadOnChange);
    }
}
