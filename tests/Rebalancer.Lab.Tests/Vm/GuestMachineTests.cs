using Rebalancer.Lab.Vm;

namespace Rebalancer.Lab.Tests.Vm;

public sealed class GuestMachineTests
{
    [Theory]
    [InlineData("lab-vm: exit code 0", 0)]
    [InlineData("lab-vm: exit code 137\r", 137)]
    [InlineData("lab-vm: exit code", null)]
    [InlineData("a test that prints lab-vm: exit code 0", null)]
    public void ExitCode_OnlyTheGuestsOwnLine_Counts(string line, int? expected) => Assert.Equal(expected, GuestMachine.ExitCode(line));
}
