using Rebalancer.Descheduler;

return await DeschedulerCommand.Create().Parse(args).InvokeAsync();
