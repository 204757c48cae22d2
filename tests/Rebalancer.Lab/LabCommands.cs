using System.CommandLine;
using Rebalancer.Lab.Demo;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Soak;
using Rebalancer.Lab.Vm;
using Rebalancer.Lab.Workloads;

namespace Rebalancer.Lab;

/// <summary>The verbs of the lab's program.</summary>
internal static class LabCommands
{
    public static RootCommand Create() => new("Real nodes on one machine, to try moves on.") { Exec(), Clean(), RootFs(), DemoCommand.Create(), SoakCommand.Create(), WorkloadsCommand.Create(), UpCommand.Create(), VmCommand.Create() };

    private static Command Exec()
    {
        var slot = SlotOption();
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for a lab that is in use.", DefaultValueFactory = _ => 900 };
        var argv = new Argument<string[]>("command") { Description = "After --: the command and its arguments.", Arity = ArgumentArity.OneOrMore };
        var exec = new Command("exec", "Runs a command in the lab's namespaces and cleans up after it.") { slot, wait, argv };
        exec.SetAction((parsed, cancel) => IsolatedRun.RunAsync(
            new LabSlot(parsed.GetValue(slot)!),
            TimeSpan.FromSeconds(parsed.GetValue(wait)),
            parsed.GetValue(argv)!,
            Console.Error,
            cancel));
        return exec;
    }

    private static Command Clean()
    {
        var slot = SlotOption();
        var clean = new Command("clean", "Removes what a killed lab left.") { slot };
        clean.SetAction(async (parsed, cancel) =>
        {
            var toClean = new LabSlot(parsed.GetValue(slot)!);
            using var slotLock = await SlotLock.AcquireAsync(toClean, TimeSpan.FromMinutes(1), Console.Error, cancel);
            await Janitor.CleanMachineAsync(toClean, cancel);
        });
        return clean;
    }

    private static Command RootFs()
    {
        var programs = new Option<bool>("--programs") { Description = "Also the one with programs that only some of the `workloads` need, and prints where that is." };
        var rootFs = new Command("rootfs", "Makes the nodes' root file system if it is missing and prints where it is.") { programs };
        rootFs.SetAction(async (parsed, cancel) =>
        {
            await HostPackages.EnsureAsync(Console.Error, cancel);
            await RootFileSystem.EnsureAsync(Console.Error, cancel);
            Console.WriteLine(RootFileSystem.Path);
            if (parsed.GetValue(programs))
            {
                await RootFileSystem.Programs.EnsureAsync(Console.Error, cancel);
                Console.WriteLine(RootFileSystem.Programs.Path);
            }
        });
        return rootFs;
    }

    private static Option<string> SlotOption() =>
        new("--slot") { Description = "Name of the lab; labs of different names may run side by side.", DefaultValueFactory = _ => LabSlot.Default.Name };
}
