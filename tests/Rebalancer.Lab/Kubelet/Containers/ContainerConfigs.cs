using System.Globalization;
using System.Text;
using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Pods;
using Mount = Rebalancer.Lab.Cri.Mount;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>The runtime's configuration of a container.</summary>
internal static class ContainerConfigs
{
    public const string DefaultTerminationMessagePath = "/dev/termination-log";
    private const int DefaultGraceSeconds = 30;

    public static ContainerConfig Of(V1Pod pod, V1Container container, int attempt, string imageId, IReadOnlyDictionary<string, string> environment, IEnumerable<Mount> mounts)
    {
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = container.Name, Attempt = (uint)attempt },
            Image = new ImageSpec { Image = imageId, UserSpecifiedImage = container.Image },
            Command = { Expand(container.Command, environment) },
            Args = { Expand(container.Args, environment) },
            WorkingDir = container.WorkingDir ?? "",
            Mounts = { mounts },
            LogPath = $"{container.Name}/{attempt}.log",
            Stdin = container.Stdin == true,
            StdinOnce = container.StdinOnce == true,
            Tty = container.Tty == true,
            Linux = new LinuxContainerConfig { Resources = Resources.Of(pod, container), SecurityContext = SecurityContexts.Of(pod, container) },
        };
        config.Envs.Add(environment.Select(pair => new KeyValue { Key = pair.Key, Value = Google.Protobuf.ByteString.CopyFrom(Encoding.UTF8.GetBytes(pair.Value)) }));
        config.Labels.Add(Labels.OfPod(pod));
        config.Labels[Labels.ContainerName] = container.Name;
        config.Annotations[Labels.RestartCount] = attempt.ToString(CultureInfo.InvariantCulture);
        config.Annotations[Labels.ContainerHash] = Hash(container);
        config.Annotations[Labels.TerminationMessagePath] = container.TerminationMessagePath ?? DefaultTerminationMessagePath;
        config.Annotations[Labels.TerminationMessagePolicy] = container.TerminationMessagePolicy ?? "File";
        config.Annotations[Labels.PodTerminationGracePeriod] = (pod.Spec.TerminationGracePeriodSeconds ?? DefaultGraceSeconds).ToString(CultureInfo.InvariantCulture);
        return config;
    }

    /// <summary>$(NAME) becomes the variable's value, $$(NAME) stays as $(NAME), unknown names stay as they are.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> environment)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var end = text[i] == '$' && i + 1 < text.Length && text[i + 1] == '(' ? text.IndexOf(')', i) : -1;
            if (end > 0 && environment.TryGetValue(text[(i + 2)..end], out var value))
            {
                result.Append(value);
                i = end;
                continue;
            }

            if (text[i] == '$' && i + 1 < text.Length && text[i + 1] == '$')
            {
                i++;
            }

            result.Append(text[i]);
        }

        return result.ToString();
    }

    private static IEnumerable<string> Expand(IEnumerable<string>? words, IReadOnlyDictionary<string, string> environment) =>
        (words ?? []).Select(word => Expand(word, environment));

    private static string Hash(V1Container container)
    {
        var bytes = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"{container.Name}\n{container.Image}"));
        return Convert.ToHexStringLower(bytes)[..8];
    }
}
