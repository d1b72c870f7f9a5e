namespace HsiEdge.Phantom.Optics;

/// <summary>The substances of the phantom. Sources, licence and units of the tables: <c>Data/SOURCE.md</c>.</summary>
public static class Chromophores
{
    private const double PerMillimetreToPerCentimetre = 10;

    // The haemoglobin tables are decadic; an absorption coefficient is natural.
    private const double DecadicToNatural = 2.302585092994046;

    /// <summary>Pure water: µa in 1/cm at volume fraction 1.</summary>
    public static ChromophoreTable Water { get; } = ChromophoreTable.Load("H2O", PerMillimetreToPerCentimetre);

    /// <summary>Fat: µa in 1/cm at volume fraction 1.</summary>
    public static ChromophoreTable Fat { get; } = ChromophoreTable.Load("Fat", PerMillimetreToPerCentimetre);

    /// <summary>Deoxyhaemoglobin: µa in 1/cm at 1 µmol/l.</summary>
    public static ChromophoreTable Deoxyhaemoglobin { get; } = ChromophoreTable.Load("Hb", PerMillimetreToPerCentimetre * DecadicToNatural);

    /// <summary>Oxyhaemoglobin: µa in 1/cm at 1 µmol/l.</summary>
    public static ChromophoreTable Oxyhaemoglobin { get; } = ChromophoreTable.Load("HbO2", PerMillimetreToPerCentimetre * DecadicToNatural);
}
