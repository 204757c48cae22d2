namespace Rebalancer.Kubernetes.Hosting;

/// <summary>
/// What .NET's host is told before it reads anything. By default it looks for settings in the folder that the program was started in, and watches all that lies below it for
/// changes: in a container or on a node that is /, with a watch for every folder of the machine, and what it watches there keeps a pod from moving.
/// </summary>
public static class HostArguments
{
    /// <param name="arguments">Of this very start; they hold against these.</param>
    public static string[] With(params string[] arguments) => ["--contentRoot", AppContext.BaseDirectory, "--hostBuilder:reloadConfigOnChange=false", .. arguments];
}
