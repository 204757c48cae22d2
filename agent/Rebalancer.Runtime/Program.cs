using Rebalancer.Runtime;

return Entry.Run(args, RuntimeHost.OfThisNode());
