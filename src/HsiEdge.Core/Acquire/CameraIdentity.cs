namespace HsiEdge.Core.Acquire;

/// <summary>Which camera made the data; a calibration set carries the same serial.</summary>
/// <param name="Model">Vendor and model, for people.</param>
/// <param name="Serial">Serial number, compared exactly.</param>
/// <param name="Synthetic">True when no light was involved: a phantom or a simulation. Printed wherever results are.</param>
public sealed record CameraIdentity(string Model, string Serial, bool Synthetic);
