using System.CommandLine;

namespace Rebalancer.Lab.Vm;

/// <summary>The verb `vm`.</summary>
internal static class VmCommand
{
    public static System.CommandLine.Command Create()
    {
        var defaults = new VmOptions { Command = [] };
        var slowDown = new Option<int>("--slow-down") { Description = "How many times slower than the world's the guest's clock goes.", DefaultValueFactory = _ => defaults.SlowDown };
        var minutes = new Option<int>("--minutes") { Description = "Limit of the whole run, by the world's clock.", DefaultValueFactory = _ => (int)defaults.Limit.TotalMinutes };
        var artifacts = new Option<string>("--artifacts") { Description = "Folder of the console's log and of what the command leaves.", DefaultValueFactory = _ => defaults.Artifacts };
        var argv = new Argument<string[]>("command") { Description = "After --: the command and its arguments, in the guest's copy of the work tree.", Arity = ArgumentArity.OneOrMore };
        var vm = new System.CommandLine.Command("vm", "Runs a command in a virtual machine with Debian's kernel, which tells written pages by soft-dirty bits.") { slowDown, minutes, artifacts, argv };
        vm.SetAction((parsed, cancel) => VmRun.RunAsync(
            new VmOptions
            {
                SlowDown = parsed.GetValue(slowDown),
                Limit = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                Artifacts = Path.GetFullPath(parsed.GetValue(artifacts)!),
                Command = parsed.GetValue(argv)!,
            },
            Console.Error,
            TimeProvider.System,
            cancel));
        return vm;
    }
}
