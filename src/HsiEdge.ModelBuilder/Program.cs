using HsiEdge.ModelBuilder.Cli;

return await ModelBuilderCli.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
