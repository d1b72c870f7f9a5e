using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Envi;

/// <summary>Which file bands make a cube, by rising wavelength.</summary>
internal sealed class EnviBandOrder
{
    private EnviBandOrder(int[] fileBands, int[] badBands, WavelengthAxis axis)
    {
        FileBands = fileBands;
        BadBands = badBands;
        Axis = axis;
    }

    public int[] FileBands { get; }

    public int[] BadBands { get; }

    public WavelengthAxis Axis { get; }

    public static EnviBandOrder Of(EnviHeader header, List<string> warnings)
    {
        if (header.FileType.Contains("library", StringComparison.OrdinalIgnoreCase) || header.FileType.Contains("classification", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadInputException($"{header.Name}: \"file type = {header.FileType}\" is no cube of spectra; expected \"{EnviHeader.StandardFileType}\".");
        }

        if (header.WavelengthsNanometres is not { } centres)
        {
            throw new BadInputException($"{header.Name} cannot be used as a cube: {header.WavelengthProblem}.");
        }

        var all = Enumerable.Range(0, header.Bands);
        var good = header.Bbl is { } list ? all.Where(b => list[b]).ToArray() : [.. all];
        int[] bad = header.Bbl is { } marks ? [.. all.Where(b => !marks[b])] : [];
        if (good.Length == 0)
        {
            throw new BadInputException($"{header.Name}: \"bbl\" marks all {header.Bands} bands bad; set the usable ones to 1.");
        }

        var sorted = good.OrderBy(b => centres[b]).ToArray();
        for (var i = 1; i < sorted.Length; i++)
        {
            if (centres[sorted[i]] == centres[sorted[i - 1]])
            {
                throw new BadInputException(
                    $"{header.Name}: bands {sorted[i - 1] + 1} and {sorted[i] + 1} are both at {centres[sorted[i]]:0.###} nm; expected different wavelengths. Mark one of them 0 in \"bbl\".");
            }
        }

        if (!sorted.SequenceEqual(good) && !sorted.SequenceEqual(good.Reverse()))
        {
            var fall = Enumerable.Range(1, good.Length - 1).First(i => centres[good[i]] < centres[good[i - 1]]);
            warnings.Add(
                $"{header.Name}: wavelengths fall from {centres[good[fall - 1]]:0.###} to {centres[good[fall]]:0.###} nm at band {good[fall] + 1} (overlapping detectors?); bands are taken by rising wavelength.");
        }

        var widths = header.FwhmNanometres;
        return new EnviBandOrder(
            sorted,
            bad,
            new WavelengthAxis(Array.ConvertAll(sorted, b => centres[b]), widths is null ? default : Array.ConvertAll(sorted, b => widths[b])));
    }
}
