using HsiEdge.Testing;

namespace HsiEdge.Proofs.IoFaults;

/// <summary>Which operation of a life fails, and how.</summary>
/// <param name="Operation">Its number.</param>
/// <param name="Fault">How it fails.</param>
/// <param name="IsPersistent">Whether all after it fail too, until the disk is mended.</param>
internal sealed record FaultPlan(int Operation, DiskFault Fault, bool IsPersistent);
