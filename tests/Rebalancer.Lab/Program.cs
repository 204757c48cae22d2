using Rebalancer.Lab;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Processes;

try
{
    // Signals are the verbs' business: `exec` has to clean up before it ends.
    return await LabCommands.Create().Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception error) when (error is LabException or CommandException or TimeoutException)
{
    Console.Error.WriteLine($"lab: {error.Message}");
    return 1;
}
