using System.Text;
using HsiEdge.Fhir.Cli;

using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
return await FhirCli.RunAsync(args, new FhirConsole(input, Console.Out, Console.Error), CancellationToken.None);
