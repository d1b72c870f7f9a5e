namespace HsiEdge.Devices.Light;

/// <summary>One change of a <c>sourceStep</c> line on the way from a position to another.</summary>
/// <param name="OffsetMicroseconds">When, in µs after the first change, ≥ 0.</param>
/// <param name="Line">Number of the line.</param>
/// <param name="Active">The level it takes.</param>
internal readonly record struct LineMove(double OffsetMicroseconds, int Line, bool Active);
