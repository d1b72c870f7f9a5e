namespace HsiEdge.Core.Calibrate;

/// <summary>How many pixels of a cube were in each <see cref="PixelState"/>; the five add up to lines × samples.</summary>
/// <param name="Valid">Classified.</param>
/// <param name="Saturated">No data: saturated.</param>
/// <param name="UnderExposed">No data: under-exposed.</param>
/// <param name="Dead">No data: bad pixel.</param>
/// <param name="Missing">No data: no value in the source.</param>
public sealed record PixelCounts(long Valid, long Saturated, long UnderExposed, long Dead, long Missing);
