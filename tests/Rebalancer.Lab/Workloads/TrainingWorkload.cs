using System.Globalization;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Lab.Workloads;

/// <summary>A training loop with a gigabyte of parameters. Its loss curve must be, digit for digit, that of the same program on the same node that nobody moves.</summary>
internal sealed class TrainingWorkload : IWorkload
{
    private const int Megabytes = 1024;
    /// <summary>One step changes 256 rows and so up to 1 MB of pages: a pace at which the loop writes about 15 MB/s.</summary>
    private const int PauseMs = 50;
    private const int Seed = 7;

    private readonly WorkloadPods pods;
    private readonly LossCurve curve;
    private readonly List<string> steps = [];
    private readonly RequestLoops clients;

    private TrainingWorkload(WorkloadPods pods, LossCurve curve)
    {
        this.pods = pods;
        this.curve = curve;
        clients = RequestLoops.Start(async (_, cancel) => steps.Add(await curve.NextAsync(cancel)), new RequestLoopsOptions(Clients: 1), pods.Time);
    }

    public string? Problem => clients.Problem;
    public long Replies => clients.Replies;
    public int Clients => 1;
    public double WindowStallMs => clients.WindowStallMs;

    public static async Task<IWorkload> StartAsync(WorkloadPods pods, CancellationToken cancel) => new TrainingWorkload(pods, await TrainAsync(pods, "training", PauseMs, cancel));

    public void OpenWindow() => clients.OpenWindow();

    public async Task<string> FinishAsync(CancellationToken cancel)
    {
        await clients.StopAsync();
        using var undisturbed = await TrainAsync(pods, "undisturbed", pauseMs: 0, cancel);
        for (var step = 0; step < steps.Count; step++)
        {
            var expected = await undisturbed.NextAsync(cancel);
            if (steps[step] != expected)
            {
                throw new WrongReplyException($"the training loop's line {step + 1} of {steps.Count} is '{steps[step]}', undisturbed it is '{expected}'");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{steps.Count} steps over {Megabytes} MiB of parameters, loss curve equal to an undisturbed run's");
    }

    public async ValueTask DisposeAsync()
    {
        await clients.DisposeAsync();
        curve.Dispose();
    }

    private static async Task<LossCurve> TrainAsync(WorkloadPods pods, string name, int pauseMs, CancellationToken cancel)
    {
        var server = await pods.CreateAsync(name, Training.Spec(Megabytes, pauseMs, Seed), cancel);
        return await LossCurve.OpenAsync(server, WorkloadPods.ReadyLimit, pods.Time, cancel);
    }
}
