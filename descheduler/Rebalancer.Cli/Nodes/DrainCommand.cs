using System.CommandLine;
using k8s;
using k8s.Exceptions;
using Rebalancer.Kubernetes.Client;
using Spectre.Console;

namespace Rebalancer.Cli.Nodes;

/// <summary>The verb drain: how the cluster is reached, and for how long it is waited.</summary>
internal static class DrainCommand
{
    private const double MaxMinutes = 7 * 24 * 60;

    public static Command Create(IAnsiConsole console, TextWriter errors, TimeProvider clock)
    {
        var node = new Argument<string>("node") { Description = "Name of the node." };
        var reason = new Option<string>("--reason") { Description = "Why, for people.", DefaultValueFactory = _ => "drained by kubectl rebalancer" };
        var minutes = new Option<double>("--timeout-minutes") { Description = $"For how long it waits for the pods, above 0 and at most {MaxMinutes}.", DefaultValueFactory = _ => 60 };
        minutes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= MaxMinutes)) { result.AddError($"--timeout-minutes must be above 0 and at most {MaxMinutes}"); }
        });
        var undo = new Option<bool>("--undo") { Description = "Take the announcement back: pods may come again." };
        var kubeconfig = new Option<FileInfo?>("--kubeconfig") { Description = "How to reach the API server; without it as kubectl does." };
        var context = new Option<string?>("--context") { Description = "Of the kubeconfig." };
        var command = new Command("drain", "Has the pods of a node leave it live, and waits until they have. Evicts nothing.") { node, reason, minutes, undo, kubeconfig, context };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (Connect(parsed.GetValue(kubeconfig), parsed.GetValue(context), errors) is not { } connection)
            {
                return 1;
            }

            using (connection)
            {
                var drain = new NodeDrain(new ApiClient(connection), console, errors, clock);
                return parsed.GetValue(undo)
                    ? await drain.UndoAsync(parsed.GetValue(node)!, cancellation)
                    : await drain.RunAsync(parsed.GetValue(node)!, parsed.GetValue(reason)!, TimeSpan.FromMinutes(parsed.GetValue(minutes)), cancellation);
            }
        });
        return command;
    }

    private static k8s.Kubernetes? Connect(FileInfo? kubeconfig, string? context, TextWriter errors)
    {
        try
        {
            return new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig?.FullName, context));
        }
        catch (Exception e) when (e is KubeConfigException or IOException)
        {
            errors.WriteLine($"no way to the API server: {e.Message}");
            return null;
        }
    }
}
