#!/usr/bin/env bash
# Passes every test on a fresh Debian machine with the .NET 10 SDK: installs the independent tools that the tests stand on,
# builds in Release, runs all tests, and ends with the line "N passed, N failed".
#   ./test.sh            everything
#   ./test.sh --no-setup skip the Debian packages (they are there already)
set -uo pipefail
cd "$(dirname "$0")" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ORT_DISABLE_TELEMETRY=1

packages=(mosquitto mosquitto-clients gdal-bin python3-gdal python3-numpy python3-spectral python3-onnx openssl strace procps shellcheck systemd libaravis-0.8-0 aravis-tools iproute2 iptables device-tree-compiler protobuf-compiler prometheus faketime python3-paho-mqtt)
if [ "${1:-}" != "--no-setup" ]; then
  missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    sudo=""; [ "$(id -u)" -eq 0 ] || sudo=sudo
    echo "Installing Debian packages: ${missing[*]}"
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
      echo "Could not install ${missing[*]}: install them by hand and run again."; echo "0 passed, 1 failed"; exit 1; }
  fi
fi

dotnet build HsiEdge.sln -c Release -v q || { echo "The build failed."; echo "0 passed, 1 failed"; exit 1; }

reports=artifacts/test-reports
rm -rf "$reports"; mkdir -p "$reports"
passed=0; failed=0
for project in HsiEdge.Tests HsiEdge.IntegrationTests; do
  report="$reports/$project.xml"
  "tests/$project/bin/Release/net10.0/$project" -noColor -noLogo -result-xml "$report"
  code=$?
  if [ ! -s "$report" ]; then
    echo "$project ended with code $code and wrote no report."; failed=$((failed + 1)); continue
  fi
  count() { grep -o '<assembly [^>]*>' "$report" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{s+=$1} END {print s+0}'; }
  passed=$((passed + $(count passed)))
  # A skipped test is a check that did not run, and an error outside a test is a failure: both count as failed.
  bad=$(( $(count failed) + $(count skipped) + $(count errors) ))
  if [ "$bad" -eq 0 ] && [ "$code" -ne 0 ]; then bad=1; echo "$project ended with code $code."; fi
  failed=$((failed + bad))
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
