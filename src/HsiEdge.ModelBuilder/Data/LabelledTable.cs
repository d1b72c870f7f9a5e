using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>A table of spectra as an item.</summary>
internal sealed class LabelledTable : LabelledItem
{
    private readonly SpectraTable _table;
    private readonly List<LabelledGroup> _groups = [];
    private readonly int[] _groupOf;

    public LabelledTable(SpectraTable table)
    {
        _table = table;
        _groupOf = new int[table.Spectra.Count];
        var known = new Dictionary<(string Class, string Patient), int>();
        for (var i = 0; i < _groupOf.Length; i++)
        {
            var spectrum = table.Spectra[i];
            if (!known.TryGetValue((spectrum.Label, spectrum.Patient), out var group))
            {
                group = known[(spectrum.Label, spectrum.Patient)] = _groups.Count;
                _groups.Add(new LabelledGroup(spectrum.Label, Color: null, spectrum.Patient, 0));
            }

            _groupOf[i] = group;
            _groups[group] = _groups[group] with { Count = _groups[group].Count + 1 };
        }
    }

    public override WavelengthAxis Wavelengths => _table.Wavelengths;

    public override IReadOnlyList<LabelledGroup> Groups => _groups;

    public override bool HasReflectance => _table.Spectra.Any(spectrum => spectrum.Quantity == SpectralQuantity.Reflectance);

    public override long Read(IReadOnlyList<int[]> wanted, TakeSpectrum take, CancellationToken cancellationToken)
    {
        var ranks = new RankCursor(wanted);
        for (var i = 0; i < _groupOf.Length; i++)
        {
            if (ranks.Next(_groupOf[i]))
            {
                take(_groupOf[i], _table.Spectra[i].Quantity, _table.Spectra[i].Values.AsSpan().ToArray());
            }
        }

        return 0;
    }

    public override void Dispose()
    {
    }
}
