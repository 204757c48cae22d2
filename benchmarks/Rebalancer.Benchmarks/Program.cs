using Rebalancer.Benchmarks;

return await BenchmarkCommands.Create().Parse(args).InvokeAsync();
