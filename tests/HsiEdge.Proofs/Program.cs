// Proofs that nothing is lost: each is a verb here and a script in tests/proofs, small by default and as large as its argument says.
// Usage: HsiEdge.Proofs NAME [SIZE]
using HsiEdge.Proofs;
using HsiEdge.Proofs.Broker;
using HsiEdge.Proofs.Clock;
using HsiEdge.Proofs.Corruption;
using HsiEdge.Proofs.Fuzz;
using HsiEdge.Proofs.IoFaults;
using HsiEdge.Proofs.Kill;
using HsiEdge.Proofs.PowerCut;
using HsiEdge.Proofs.Soak;

var proofs = new Dictionary<string, Func<IReadOnlyList<string>, Task<int>>>(StringComparer.Ordinal)
{
    ["broker"] = BrokerProof.RunAsync,
    ["fuzz"] = FuzzProof.RunAsync,
    ["fuzz-case"] = FuzzChild.RunCaseAsync,
    ["fuzz-child"] = FuzzChild.RunAsync,
    ["clock"] = ClockProof.RunAsync,
    [ClockCart.Verb] = ClockCart.RunAsync,
    ["corruption"] = CorruptionProof.RunAsync,
    ["io-faults"] = IoFaultsProof.RunAsync,
    [SyscallLife.Verb] = SyscallLife.RunAsync,
    ["kill"] = KillProof.RunAsync,
    [KillVictim.Verb] = KillVictim.RunAsync,
    ["power-cut"] = PowerCutProof.RunAsync,
    [SyscallTrace.Verb] = SyscallTrace.RunLoadAsync,
    ["soak"] = SoakProof.RunAsync,
};

if (args.Length == 0 || !proofs.TryGetValue(args[0], out var proof))
{
    await Console.Error.WriteLineAsync($"Usage: HsiEdge.Proofs NAME [SIZE]; NAME is one of {string.Join(", ", proofs.Keys.Order(StringComparer.Ordinal))}.");
    return ProofLine.WrongUsage;
}

return await proof(args[1..]);
