using System.Text.Json;

namespace Rebalancer.Lab.Service;

/// <summary>The service's settings file, which ASP.NET watches: what is written there shows in the configuration once the change was noticed.</summary>
internal sealed class Settings(IHostEnvironment environment, IConfiguration configuration)
{
    private const string Key = "Mark";

    public string Mark => configuration[Key] ?? "";

    public Task WriteAsync(string mark) =>
        File.WriteAllTextAsync(Path.Combine(environment.ContentRootPath, "appsettings.json"), JsonSerializer.Serialize(new Dictionary<string, string> { [Key] = mark }));
}
