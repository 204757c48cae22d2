using Rebalancer.Testing;

return await ApiServerCommand.Create().Parse(args).InvokeAsync();
