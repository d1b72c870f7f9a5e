using HsiEdge.Core.Publish;
using HsiEdge.Devices.GenICam;

namespace HsiEdge.Appliance.Cli;

/// <summary>What one check of <c>doctor</c> found.</summary>
/// <param name="Check">Name of the check.</param>
/// <param name="State">ok, warning or failed.</param>
/// <param name="Found">What was found.</param>
/// <param name="Advice">What to do, when not ok; else empty.</param>
internal sealed record DoctorItem(string Check, HealthState State, string Found, string Advice)
{
    public static DoctorItem Ok(string check, string found) => new(check, HealthState.Ok, found, "");

    public static DoctorItem Warning(string check, string found, string advice) => new(check, HealthState.Warning, found, advice);

    public static DoctorItem Failed(string check, string found, string advice) => new(check, HealthState.Failed, found, advice);
}

/// <summary>What <c>doctor --json</c> prints.</summary>
/// <param name="Ok">Whether nothing failed.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Items">Every check in order.</param>
/// <param name="Settings">Where each key that is no default comes from.</param>
/// <param name="Cameras">GenICam cameras that answer, for the choice of Camera:Device; empty where the camera's source is another.</param>
internal sealed record DoctorReport(bool Ok, string Version, IReadOnlyList<DoctorItem> Items, IReadOnlyList<DiscoveredCamera> Cameras, IReadOnlyList<DoctorSetting> Settings);

/// <summary>A setting that a layer gives.</summary>
/// <param name="Key"><c>Section:Key</c>.</param>
/// <param name="Value">Its value; a secret is not shown.</param>
/// <param name="Origin">File and line, variable, or command line.</param>
internal sealed record DoctorSetting(string Key, string Value, string Origin);
