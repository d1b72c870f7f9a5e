using System.Diagnostics;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>
/// FHIR R4 Observations as NDJSON. The work is done by <c>hsiedge-fhir</c>, a program of its own that is installed where it is wanted: it receives JSON
/// Lines over its standard input (docs/decisions/0022-exports.md).
/// </summary>
internal sealed class FhirFormat : IResultFormat
{
    /// <summary>Its file.</summary>
    public const string FileName = "observations.ndjson";

    private readonly Process _program;
    private readonly Task<string> _errors;
    private readonly JsonLinesFormat _lines;

    private FhirFormat(Process program)
    {
        _program = program;
        _errors = program.StandardError.ReadToEndAsync();
        _lines = new JsonLinesFormat(program.StandardInput.BaseStream, ledgers: false);
    }

    /// <summary>Starts the program.</summary>
    /// <param name="program">Path of <c>hsiedge-fhir</c>.</param>
    /// <param name="folder">Where its file goes.</param>
    /// <param name="cart"><c>site/cart</c>, or null when unknown.</param>
    /// <param name="caseSystem">URI of the system of case ids, or null for HsiEdge's own.</param>
    public static FhirFormat Start(string program, string folder, string? cart, string? caseSystem)
    {
        List<string> arguments = ["convert", "--out", Path.Combine(folder, FileName)];
        arguments.AddRange(cart is null ? [] : ["--cart", cart]);
        arguments.AddRange(caseSystem is null ? [] : ["--case-system", caseSystem]);
        try
        {
            return new FhirFormat(Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"{program} cannot be started: {e.Message}. Install it again, or name another with --fhir-program.", e);
        }
    }

    /// <inheritdoc/>
    public async Task<MissingParts> WriteAsync(ResultStoreReader store, CaptureResult result, CancellationToken cancellationToken)
    {
        try
        {
            return await _lines.WriteAsync(store, result, cancellationToken);
        }
        catch (IOException e)
        {
            throw await FaultAsync(e);
        }
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _lines.CompleteAsync(cancellationToken);
            await _lines.DisposeAsync();
        }
        catch (IOException e)
        {
            throw await FaultAsync(e);
        }

        await _program.WaitForExitAsync(cancellationToken);
        if (_program.ExitCode != 0)
        {
            throw await FaultAsync(null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_program.HasExited)
        {
            _program.Kill();
            await _program.WaitForExitAsync(CancellationToken.None);
        }

        _program.Dispose();
    }

    // It has ended, or ends because its input does: what it said on standard error is the reason.
    private async Task<Exception> FaultAsync(IOException? cause)
    {
        await _program.WaitForExitAsync(CancellationToken.None);
#pragma warning disable VSTHRD003 // Begun in the constructor; ends with the program.
        var reason = (await _errors).Trim();
#pragma warning restore VSTHRD003
        var message = $"hsiedge-fhir ended with {_program.ExitCode}: {(reason.Length > 0 ? reason : "it said nothing")}";
        return _program.ExitCode == ExitCodes.BadInput ? new BadInputException(message, cause) : new IOException(message, cause);
    }
}
