namespace Rebalancer.Lab.Vm;

/// <summary>The two scripts that run before any program of the lab can.</summary>
internal static class VmScripts
{
    public static string Read(string name)
    {
        using var script = new StreamReader(typeof(VmScripts).Assembly.GetManifestResourceStream(name)!);
        return script.ReadToEnd();
    }
}
