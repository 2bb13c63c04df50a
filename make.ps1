# The two commands for PowerShell, without make: ./make.ps1 run and ./make.ps1 test
param([Parameter(Mandatory = $true)][ValidateSet("run", "test", "page")][string]$Target)
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot

$onWindows = $env:OS -eq "Windows_NT"
$bin = if ($onWindows) { "Scripts" } else { "bin" }
$python = if ($onWindows) { "python" } else { "python3" }

function Invoke-Checked([string]$Program, [string[]]$Arguments) {
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

$uv = (Get-Command uv -ErrorAction SilentlyContinue).Source
if (-not $uv) {
    $uv = "build/uv/$bin/uv"
    if (-not (Test-Path "build/uv")) {
        Invoke-Checked $python @("-m", "venv", "build/uv")
        Invoke-Checked "build/uv/$bin/python" @("-m", "pip", "install", "--quiet", "uv")
    }
}
Invoke-Checked $uv @("sync", "--quiet", "--frozen", "--extra", "production", "--extra", "models", "--extra", "study")
$run = ".venv/$bin/python"
if ($Target -eq "page" -or -not (Test-Path "src/clara/page/index.html")) {
    & $run hatch_build.py
    if ($LASTEXITCODE -ne 0) { Write-Warning "The server runs without its page; the API is complete." }
}
switch ($Target) {
    "run" { Invoke-Checked $run @("backend_server.py") }
    "test" {
        Invoke-Checked $run @("-m", "pytest", "-n", "2", "--dist", "worksteal", "-m", "not serial and not browser and not soak")
        Invoke-Checked $run @("-m", "pytest", "-m", "serial")
        Invoke-Checked $run @("-m", "pytest", "-m", "browser")
    }
}
