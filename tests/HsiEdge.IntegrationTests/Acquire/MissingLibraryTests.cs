using System.Runtime.InteropServices;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>
/// The programs on a machine without libaravis: in a mount namespace of their own, where an overlay lies over the folder of libraries and the library is removed from it.
/// Nobody else sees that. Wants root (or sudo).
/// </summary>
public sealed class MissingLibraryTests : IDisposable
{
    private const string Message = "libaravis-0.8.so.0 is not installed; install the Debian package libaravis-0.8-0, then start again.";

    private const string Script = """
        set -e
        mount -t tmpfs none "$1"
        mkdir "$1/upper" "$1/work"
        mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$2"
        rm "$2"/libaravis-0.8.so.0*
        shift 2
        exec "$@"
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Doctor_names_the_library_and_its_package_and_checks_everything_else()
    {
        var root = Path.Combine(SharedData.RepositoryRoot, "firmware-config");
        string[] doctor =
        [
            "doctor", "--Camera:Source", "GenICam", "--Camera:FeaturesPath", Path.Combine(root, "cameras", "scene-server.json"), "--Camera:PlanPath", Path.Combine(root, "plans", "phantom-96.json"),
            "--Store:DataFolder", _folder.Path, "--Mqtt:Enabled", "false",
        ];
        var run = await WithoutAsync("hsiedge", doctor);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Contains("FAILED    " + Message, run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\n1 of \d+ checks failed\.", run.Output);
    }

    [Fact]
    public async Task The_scene_server_names_the_library_and_its_package()
    {
        var run = await WithoutAsync("HsiEdge.Demo", ["scene", "--serial", "none", "--plan", Path.Combine(SharedData.RepositoryRoot, "firmware-config", "plans", "phantom-14.json")]);
        Assert.Equal((1, Message), (run.ExitCode, run.Error.Trim()));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<ProgramRun> WithoutAsync(string program, string[] arguments)
    {
        var libraries = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/usr/lib/aarch64-linux-gnu" : "/usr/lib/x86_64-linux-gnu";
        var upper = Directory.CreateDirectory(_folder.File("overlay")).FullName;
        string[] command = ["unshare", "-m", "sh", "-c", Script, "sh", upper, libraries, RunningProgram.PathOf(program), .. arguments];
        return string.Equals(Environment.UserName, "root", StringComparison.Ordinal) ? await ProgramRun.StartAsync(command[0], command[1..]) : await ProgramRun.StartAsync("sudo", ["-n", .. command]);
    }
}
