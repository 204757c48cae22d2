using System.Text;
using k8s.Models;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Certificates;

/// <summary>Secrets of our namespace that all replicas share. Every write is a compare-and-set, so that of two replicas that renew at once one wins and the other takes its result.</summary>
internal sealed class SecretStore(ApiClient client, DeschedulerOptions options)
{
    private const int MaximumTries = 5;

    /// <summary>Reads the Secret, lets <paramref name="renew"/> say what it should hold, and writes that where it differs.</summary>
    /// <param name="name">Of the Secret; made where it is missing.</param>
    /// <param name="renew">From what is there (empty at first) to what should be. The same instance: nothing to do.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TimeoutException">Others changed it at every try.</exception>
    public async Task<Dictionary<string, string>> EnsureAsync(string name, Func<Dictionary<string, string>, Dictionary<string, string>> renew, CancellationToken cancellation)
    {
        for (var tries = 0; tries < MaximumTries; tries++)
        {
            var known = await client.GetAsync<V1Secret>(ApiResource.Secrets, options.Namespace, name, cancellation);
            var data = known?.Data?.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetString(entry.Value)) ?? [];
            var wanted = renew(data);
            if (ReferenceEquals(wanted, data) || await TryWriteAsync(name, wanted, known?.Metadata.ResourceVersion, cancellation)) { return wanted; }
        }

        throw new TimeoutException($"Secret {options.Namespace}/{name} was changed by others at each of {MaximumTries} tries");
    }

    private async Task<bool> TryWriteAsync(string name, Dictionary<string, string> data, string? version, CancellationToken cancellation)
    {
        var secret = new V1Secret
        {
            ApiVersion = ApiResource.Secrets.ApiVersion,
            Kind = ApiResource.Secrets.Kind,
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = options.Namespace, ResourceVersion = version },
            Type = "Opaque",
            Data = data.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetBytes(entry.Value)),
        };
        try
        {
            _ = version is null
                ? await client.CreateAsync(ApiResource.Secrets, options.Namespace, secret, cancellation)
                : await client.ReplaceAsync(ApiResource.Secrets, options.Namespace, name, secret, cancellation);
            return true;
        }
        catch (ApiException e) when (e.Code == System.Net.HttpStatusCode.Conflict)
        {
            return false;
        }
    }
}
