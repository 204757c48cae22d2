using Rebalancer.Runtime.Runc;
using Xunit;

namespace Rebalancer.Runtime.Tests.Runc;

public sealed class NativeProcessTests
{
    [Fact]
    public void RunChild_VariableThatIsThereAlready_IsReplaced()
    {
        const string Count = "exit $(tr '\\0' '\\n' < /proc/$$/environ | grep -c '^PATH=')";

        Assert.Equal(1, NativeProcess.RunChild("/bin/sh", NativeStrings.Of(["sh", "-c", Count]), ["PATH=/usr/bin:/bin"]));
        Assert.Equal(7, NativeProcess.RunChild("/bin/sh", NativeStrings.Of(["sh", "-c", "[ $PATH = /usr/bin:/bin ] && exit 7"]), ["PATH=/usr/bin:/bin"]));
    }
}
