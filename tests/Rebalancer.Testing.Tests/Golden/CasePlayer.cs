using System.Globalization;
using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Tests.Golden;

/// <summary>Carries out the steps of a case: what its user does, and what kubelets would.</summary>
/// <param name="now">For what a kubelet stamps.</param>
/// <param name="wait">Lets time pass.</param>
internal sealed class CasePlayer(ApiCaller api, Aliases aliases, Func<DateTimeOffset> now, Func<TimeSpan, Task> wait)
{
    public static readonly string[] Nodes = ["n1", "n2"];

    /// <summary>The step as a recording names it.</summary>
    public static string Title(JsonObject step) => string.Join(' ', step.Where(p => p.Key != "body").Select(p => p.Key == "do" ? $"{p.Value}" : $"{p.Key}={p.Value}"));

    /// <summary>The case's namespace and two nodes that exist only as objects.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await api.PostAsync(api.PathOf("Namespace"), new JsonObject { ["metadata"] = new JsonObject { ["name"] = api.Namespace } }, cancellationToken);
        foreach (var node in Nodes)
        {
            if (!await api.ExistsAsync($"{api.PathOf("Node")}/{node}", cancellationToken))
            {
                await api.PostAsync(api.PathOf("Node"), new JsonObject { ["metadata"] = new JsonObject { ["name"] = node } }, cancellationToken);
            }
        }

        while (!await api.ExistsAsync($"api/v1/namespaces/{api.Namespace}/serviceaccounts/default", cancellationToken))
        {
            await Task.Yield();
        }
    }

    public async Task PlayAsync(JsonObject step, CancellationToken cancellationToken)
    {
        switch (Text(step, "do"))
        {
            case "create":
                await api.PostAsync(api.PathOf(Text(step, "kind")), step["body"]!, cancellationToken);
                break;
            case "patch":
                await api.PatchAsync($"{PathOf(step)}{(step["subresource"] is { } part ? $"/{part}" : "")}", aliases.Resolve(step["body"]!), cancellationToken);
                break;
            case "bind":
                await api.PostAsync($"{PathOf(step)}/binding", new JsonObject { ["metadata"] = new JsonObject { ["name"] = NameOf(step) }, ["target"] = new JsonObject { ["name"] = Text(step, "node") } }, cancellationToken);
                break;
            case "status":
                await api.PatchAsync($"{PathOf(step)}/status", new JsonObject { ["status"] = StatusOf(step) }, cancellationToken);
                break;
            case "delete":
                await api.DeleteAsync(PathOf(step), new JsonObject { ["gracePeriodSeconds"] = step["graceSeconds"]?.DeepClone(), ["propagationPolicy"] = step["policy"]?.DeepClone() }, cancellationToken);
                break;
            case "wait":
                await wait(TimeSpan.FromSeconds(step["seconds"]!.GetValue<int>()));
                break;
            case var unknown:
                throw new InvalidDataException($"case: step {unknown} is unknown");
        }
    }

    private JsonObject StatusOf(JsonObject step)
    {
        var status = new JsonObject { ["phase"] = Text(step, "phase") };
        if (step["ready"] is { } ready)
        {
            var since = $"{step["since"] ?? now().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}";
            status["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready.GetValue<bool>() ? "True" : "False", ["lastTransitionTime"] = since });
        }

        if (step["ip"] is { } ip)
        {
            status["podIP"] = ip.DeepClone();
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip.DeepClone() });
        }

        return status;
    }

    private string PathOf(JsonObject step) => $"{api.PathOf(Text(step, "object").Split('/')[0])}/{NameOf(step)}";

    private string NameOf(JsonObject step) => aliases.Real(Text(step, "object").Split('/')[1]);

    private static string Text(JsonObject step, string field) => step[field]?.GetValue<string>() ?? throw new InvalidDataException($"case: step {step.ToJsonString()} has no {field}");
}
