using System.Text;
using k8s.Models;
using Rebalancer.Lab.Kubelet.Pods;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>The environment of a container from env and envFrom. Variables of Services are left out.</summary>
internal sealed class EnvironmentVariables(PodObjects objects, string nodeAddress)
{
    /// <exception cref="KubeletException">A referenced object or key is missing and not optional.</exception>
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(V1Pod pod, V1Container container, string? podAddress, CancellationToken cancel)
    {
        var variables = new Dictionary<string, string>();
        foreach (var source in container.EnvFrom ?? [])
        {
            await AddAllAsync(variables, pod, source, cancel);
        }

        foreach (var variable in container.Env ?? [])
        {
            if (variable.ValueFrom is null)
            {
                variables[variable.Name] = ContainerConfigs.Expand(variable.Value ?? "", variables);
            }
            else if (await FromAsync(pod, container, variable.ValueFrom, podAddress, cancel) is { } value)
            {
                variables[variable.Name] = value;
            }
        }

        return variables;
    }

    private async Task AddAllAsync(Dictionary<string, string> variables, V1Pod pod, V1EnvFromSource source, CancellationToken cancel)
    {
        if (source.ConfigMapRef is { } configMap)
        {
            foreach (var (key, value) in (await objects.ConfigMapAsync(pod, configMap.Name, configMap.Optional, cancel))?.Data ?? new Dictionary<string, string>())
            {
                variables[source.Prefix + key] = value;
            }
        }

        if (source.SecretRef is { } secret)
        {
            foreach (var (key, value) in (await objects.SecretAsync(pod, secret.Name, secret.Optional, cancel))?.Data ?? new Dictionary<string, byte[]>())
            {
                variables[source.Prefix + key] = Encoding.UTF8.GetString(value);
            }
        }
    }

    private async Task<string?> FromAsync(V1Pod pod, V1Container container, V1EnvVarSource source, string? podAddress, CancellationToken cancel)
    {
        if (source.FieldRef is { } field)
        {
            return PodFields.Value(pod, field.FieldPath, nodeAddress, podAddress);
        }

        if (source.ConfigMapKeyRef is { } configKey)
        {
            var data = (await objects.ConfigMapAsync(pod, configKey.Name, configKey.Optional, cancel))?.Data;
            return data is not null && data.TryGetValue(configKey.Key, out var value) ? value : Missing($"key {configKey.Key} of configmap {configKey.Name}", configKey.Optional);
        }

        if (source.SecretKeyRef is { } secretKey)
        {
            var data = (await objects.SecretAsync(pod, secretKey.Name, secretKey.Optional, cancel))?.Data;
            return data is not null && data.TryGetValue(secretKey.Key, out var value) ? Encoding.UTF8.GetString(value) : Missing($"key {secretKey.Key} of secret {secretKey.Name}", secretKey.Optional);
        }

        if (source.ResourceFieldRef is { } resource)
        {
            return ResourceValue(container, resource);
        }

        return null;
    }

    private static string ResourceValue(V1Container container, V1ResourceFieldSelector selector)
    {
        var parts = selector.Resource.Split('.');
        var value = parts is ["limits", var limit] ? QosClass.Limit(container, limit) : parts is ["requests", var request] ? QosClass.Request(container, request) : null;
        return decimal.Ceiling((value ?? 0) / (selector.Divisor?.ToDecimal() is > 0 and var divisor ? divisor : 1)).ToString("0", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string? Missing(string what, bool? optional) => optional == true ? null : throw new KubeletException("CreateContainerConfigError", $"couldn't find {what}");
}
