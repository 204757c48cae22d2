using Rebalancer.Scheduler;

return await SchedulerCommand.Create().Parse(args).InvokeAsync();
